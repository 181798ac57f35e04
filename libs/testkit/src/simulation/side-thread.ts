/** A side thread as the simulation sees it: what goes there takes its time, and now and then the thread dies under it. */
import type { AgentDefinition, AgentEnvironment } from '@muster/agent';
import type { Machine } from './machine.ts';
import type { Random } from './random.ts';

export function simulatedSideThread(
  { handlers }: AgentDefinition,
  { clock }: Machine,
  random: Random,
): NonNullable<AgentEnvironment['sideThread']> {
  return {
    isBroken: false,
    run: ({ hearer, message, context }) =>
      new Promise((resolve, reject) => {
        const isLost = random.chance(0.05);
        clock.after(random.pick([0, random.between(1, 60), random.between(60, 5_000)]), () => {
          if (isLost) return reject(Object.assign(new Error('the side thread is gone'), { faultClass: 'transient' }));
          const handler = handlers[hearer];
          try {
            const outcome =
              message === undefined ? handler?.wake?.(context) : handler?.handle(message as never, context);
            resolve({
              outcome: outcome ?? { kind: 'ignored', reason: 'no handler for it' },
              tookMs: random.chance(0.8) ? 30 : 1,
            });
          } catch (error) {
            reject(error);
          }
        });
      }),
    stop: () => Promise.resolve(),
  };
}
