/** `npm run simulate`: tries seeds over the subject agents, or shows one. */
import { plantedBugs } from './planted-bugs.ts';
import { simulationProgram } from './program.ts';
import { subjectCast } from './subject-cast.ts';

const help = `Simulates the whole mesh under faults, in virtual time: real agents, real Avro, log and state in memory.

  npm run simulate                                 1,000 seeds from 1
  npm run simulate -- --seeds 100000 --jobs 2      many, on two cores
  npm run simulate -- --seed 4711                  one: what happens in it and, if it breaks the promise, the least that does
  npm run simulate -- --planted                    bugs that it must find, each within 200 seeds
`;

await simulationProgram({
  cast: subjectCast,
  plantedBugs,
  help,
  seeds: 1_000,
  worker: new URL('worker.ts', import.meta.url),
});
