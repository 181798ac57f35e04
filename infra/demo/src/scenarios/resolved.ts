import type { Expectation } from '../steps.ts';
import { openIncidents, stillFiring } from '../story.ts';
import { holdMs } from '../timing.ts';

/** All alerts are over, and with them the incident. `agent` raised them. */
export const resolved = (agent: string): readonly Expectation[] => [
  {
    missing: 'not all alerts were resolved',
    agent,
    withinMs: 120_000 + holdMs,
    isMet: (story) => stillFiring(story).length === 0,
  },
  {
    missing: 'the incident was not resolved',
    agent: 'correlation',
    withinMs: 60_000,
    isMet: (story) => stillFiring(story).length === 0 && openIncidents(story) === 0,
  },
];
