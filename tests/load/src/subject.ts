/** A small agent that benchmarks measure: it answers each metric with one alert, and takes as long as the metric says. */
import { defineAgent, handled, stateOf, type Outcome } from '@muster/agent';

type Answer = Outcome<{ readonly count: number }, 'muster.alerts.v1'>;

/**
 * Of a metric, `value` is what handling it costs in microseconds and `unit` how: `busy` keeps the thread, `waiting` keeps only its key. The answer starts
 * when the log took the metric in, so that from one record the whole hop is known.
 */
export const subject = defineAgent({
  name: 'bench-subject',
  version: '1.0.0',
  description: 'Answers each metric with an alert, as slowly as the metric says.',
  publishes: ['muster.alerts.v1'],
  handlers: (on) => ({
    echo: on(['muster.metrics.v1'], {
      state: stateOf<{ readonly count: number }>(),
      horizon: 60_000,
      handle({ value: { target, value: micros, unit }, id, key }, { state, now }) {
        const answer = (): Answer =>
          handled({
            state: { count: (state?.count ?? 0) + 1 },
            publish: [
              {
                topic: 'muster.alerts.v1',
                value: {
                  fingerprint: key,
                  status: 'FIRING',
                  severity: 'INFO',
                  target,
                  category: 'PERFORMANCE',
                  title: id,
                  startsAt: now,
                },
              },
            ],
          });
        if (unit !== 'waiting') {
          keepBusy(micros);
          return answer();
        }
        // A handler is synchronous by its type; the runtime bears a promise, which holds the key's lane and nothing else.
        const later = new Promise<Answer>((resolve) => setTimeout(() => resolve(answer()), micros / 1_000));
        return later as unknown as Answer;
      },
    }),
  }),
});

function keepBusy(micros: number): void {
  const until = performance.now() + micros / 1_000;
  while (performance.now() < until);
}
