import { defineAgent, stateOf } from '@muster/agent';
import { lookAgain, readCard, type Disbelief } from './card-watch.ts';
import { forget, route, type Routing } from './routing.ts';
import { settings } from './settings.ts';

const hourMs = 3_600_000;

/** Tasks in, assignments out. */
export const router = defineAgent({
  name: 'router',
  version: '1.0.0',
  description: 'Gives each task to the agent that is likely to do it best, and says why.',
  config: settings,
  publishes: ['muster.inbox.<agent>.v1', 'muster.task-results.v1', 'muster.alerts.v1'],
  tables: {
    cards: 'muster.agent-cards.v1',
    scores: 'muster.agent-scores.v1',
    heartbeats: 'muster.agent-heartbeats.v1',
  },

  handlers: (on) => ({
    tasks: on(['muster.tasks.v1'], {
      state: stateOf<Routing>(),
      horizon: hourMs,
      handle: route,
      wake: forget,
    }),
    cards: on(['muster.agent-cards.v1'], {
      state: stateOf<Disbelief>(),
      horizon: 'all',
      handle: readCard,
      wake: lookAgain,
    }),
  }),
});
