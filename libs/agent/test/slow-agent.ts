/** A program as an agent's `main.ts` is one, for the tests of the side thread. */
import { PermanentError } from '@muster/resilience';
import { defineAgent, handled, runAgent, stateOf } from '../src/index.ts';

export const slowAgent = defineAgent({
  name: 'slow',
  version: '1.0.0',
  description: 'Counts, looks owners up, and can be made to fail or never to end.',
  publishes: ['muster.alerts.v1'],
  tables: { targets: 'muster.topology.v1' },
  handlers: (on) => ({
    series: on(['muster.metrics.v1'], {
      state: stateOf<{ readonly count: number }>(),
      horizon: 60_000,
      handle({ value: { name, target } }, { state, now, tables, key, newId }) {
        if (name === 'broken') throw new PermanentError('it can not be counted');
        if (name === 'leaves') process.exit(3);
        if (name === 'endless') for (;;);
        const owners = [...tables.targets.values()].map(({ owner }) => owner).join(' ');
        const alert = {
          fingerprint: `${key} ${newId()} ${newId()}`,
          status: 'FIRING',
          severity: 'INFO',
          target,
          category: 'PERFORMANCE',
          title: `${tables.targets.get(target)?.owner ?? 'nobody'} of ${tables.targets.size}: ${owners}`,
          startsAt: now,
        } as const;
        const count = (state?.count ?? 0) + 1;
        return handled({ state: { count }, publish: [{ topic: 'muster.alerts.v1', value: alert }], wakeAt: now + 1 });
      },
      wake: (context) => handled({ state: { count: (context.state?.count ?? 0) + 100 } }),
    }),
  }),
});

await runAgent(slowAgent);
