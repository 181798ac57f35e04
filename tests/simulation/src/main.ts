/** `npm run simulate:loop`: agents together, under faults. */
import { simulationProgram } from '@muster/testkit';
import { guardsCast } from './guards/guards-cast.ts';
import { plantedGuardBugs } from './guards/planted-bugs.ts';
import { loopCast } from './loop/loop-cast.ts';
import { plantedLoopBugs } from './loop/planted-bugs.ts';
import { rewoundCast } from './loop/rewound-plan.ts';

const help = `Simulates agents together under faults, in virtual time: the real agents, and a world that breaks.

  npm run simulate:loop                             the loop from alert to verified remediation: 200 seeds from 1
  npm run simulate:loop -- --rewound ...            changes are decided while the state store goes back again and again
  npm run simulate:loop -- --guards ...             security, health and data processing
  npm run simulate:loop -- --seeds 20000 --jobs 2   many, on two cores
  npm run simulate:loop -- --seed 4711              one: what happens in it and, if it breaks a promise, the least that does
  npm run simulate:loop -- --planted                bugs that it must find, each within 200 seeds
`;

const isAsked = (flag: string): boolean => {
  const place = process.argv.indexOf(flag);
  if (place >= 0) process.argv.splice(place, 1);
  return place >= 0;
};
const program = { help, seeds: 200 };
const worker = (path: string): URL => new URL(path, import.meta.url);

if (isAsked('--guards'))
  await simulationProgram({
    ...program,
    cast: guardsCast,
    plantedBugs: plantedGuardBugs,
    worker: worker('guards/worker.ts'),
  });
else {
  const loop = { ...program, plantedBugs: plantedLoopBugs };
  await (isAsked('--rewound')
    ? simulationProgram({ ...loop, cast: rewoundCast, worker: worker('loop/rewound-worker.ts') })
    : simulationProgram({ ...loop, cast: loopCast, worker: worker('loop/worker.ts') }));
}
