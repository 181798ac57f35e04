/** What routing one task costs. Run by hand: `npm run measure -w @muster/router`. */
import { route } from '../src/routing.ts';
import { contextOf, messageOf, skillOf, tables, taskOf } from './mesh-tables.ts';

const rounds = 60;
const warmUpRounds = 20;
const tasksARound = 2_000;
/** Every so many tasks somebody sends a heartbeat, and what was made of the table is made again. */
const tasksAHeartbeat = 20;

/** Microseconds a task: the median of the rounds after the warm-up. */
function measure(agents: number, offering: number): number {
  const mesh = tables();
  for (let index = 0; index < agents; index += 1) {
    const skills = Array.from({ length: 5 }, (_, each) => skillOf(`agent-${index}.skill-${each}`));
    mesh.join(`agent-${index}`, index < offering ? [...skills, skillOf('echo')] : skills);
    mesh.score(`agent-${index}`, { latencyP50Ms: 5 + (index % 7) });
  }
  const context = contextOf(mesh);
  const micros: number[] = [];
  for (let round = 0; round < rounds + warmUpRounds; round += 1) {
    const messages = Array.from({ length: tasksARound }, (_, index) =>
      messageOf(taskOf({ taskId: `t-${round}-${index}`, capabilityVersion: '^1.0.0' })),
    );
    const beganAt = performance.now();
    for (const [index, message] of messages.entries()) {
      if (index % tasksAHeartbeat === 0) mesh.beat(`agent-${index % agents}`);
      route(message, context);
    }
    if (round >= warmUpRounds) micros.push(((performance.now() - beganAt) * 1_000) / tasksARound);
  }
  return micros.toSorted((a, b) => a - b)[rounds >> 1]!;
}

for (const [agents, offering] of [
  [10, 2],
  [10, 10],
  [100, 3],
  [100, 50],
] as const)
  process.stdout.write(
    `${String(agents).padStart(4)} agents, ${String(offering).padStart(2)} offer it: ${measure(agents, offering).toFixed(1)} us a task\n`,
  );
