/** `npm run simulate:loop`: agents together, under faults. */
import { simulationProgram } from '@muster/testkit';
import { loopCast } from './loop/loop-cast.ts';
import { plantedLoopBugs } from './loop/planted-bugs.ts';
import { rewoundCast } from './loop/rewound-plan.ts';

const help = `Simulates the loop from alert to verified remediation under faults, in virtual time: the real agents, and a shop that breaks.

  npm run simulate:loop                             200 seeds from 1
  npm run simulate:loop -- --seeds 20000 --jobs 2   many, on two cores
  npm run simulate:loop -- --seed 4711              one: what happens in it and, if it breaks a promise, the least that does
  npm run simulate:loop -- --planted                bugs that it must find, each within 200 seeds
  npm run simulate:loop -- --rewound ...            changes are decided while the state store goes back again and again
`;

const place = process.argv.indexOf('--rewound');
if (place >= 0) process.argv.splice(place, 1);
await simulationProgram({
  cast: place >= 0 ? rewoundCast : loopCast,
  plantedBugs: plantedLoopBugs,
  help,
  seeds: 200,
  worker: new URL(place >= 0 ? 'loop/rewound-worker.ts' : 'loop/worker.ts', import.meta.url),
});
