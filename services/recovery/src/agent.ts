import { defineAgent, stateOf } from '@muster/agent';
import { httpCall } from './actions/http-call.ts';
import { probe } from './actions/probe.ts';
import { restart } from './actions/restart.ts';
import { rollback } from './actions/rollback.ts';
import { scale } from './actions/scale.ts';
import { verify } from './actions/verify.ts';
import { wake } from './due.ts';
import { measure, remeasure } from './measurements.ts';
import type { Conversation } from './open-task.ts';
import type { ScoreState } from './score-state.ts';
import { settings } from './settings.ts';
import { hear } from './tasks.ts';

const hourMs = 3_600_000;

/** Failures in; attempts, final words and scores out; and what puts targets right. */
export const recovery = defineAgent({
  name: 'recovery',
  version: '1.0.0',
  description:
    'Tries again what failed where that can help, gives up where it can not, measures agents, and restarts, scales and checks targets.',
  config: settings,
  publishes: ['muster.tasks.v1', 'muster.task-results.v1', 'muster.task-measurements.v1', 'muster.agent-scores.v1'],
  tables: { scores: 'muster.agent-scores.v1', cards: 'muster.agent-cards.v1' },

  handlers: (on) => ({
    tasks: on(['muster.tasks.v1', 'muster.task-results.v1', 'muster.task-progress.v1'], {
      state: stateOf<Conversation>(),
      horizon: 24 * hourMs,
      handle: hear,
      wake,
    }),
    measurements: on(['muster.task-measurements.v1'], {
      state: stateOf<ScoreState>(),
      horizon: hourMs,
      handle: measure,
      wake: remeasure,
    }),
  }),

  actions: (offer) => ({
    'recovery.restart': offer(restart),
    'recovery.scale': offer(scale),
    'recovery.rollback': offer(rollback),
    'recovery.http-call': offer(httpCall),
    'recovery.probe': offer(probe),
    'recovery.verify': offer(verify),
  }),
});
