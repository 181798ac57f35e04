import { z, type HandlerContext, type Table } from '@muster/agent';
import type { HealthReport, Target } from '@muster/schemas';
import type { TargetState } from './target-state.ts';

/** What can be set from outside; everything about one check is declared with it. */
export const settings = z.object({
  targetsFile: z
    .string()
    .optional()
    .describe('The YAML file that declares targets and their checks. It is read again when it changes.'),
  topologyChecks: z
    .stringbool()
    .default(true)
    .describe('Whether targets of the topology are checked as their labels say.'),
  checksAtOnce: z.coerce
    .number()
    .int()
    .min(1)
    .max(5_000)
    .default(200)
    .describe('How many checks are under way at once, at the most.'),
  dependencyWaitMs: z.coerce
    .number()
    .int()
    .min(0)
    .max(600_000)
    .default(15_000)
    .describe('How long an alert waits, at the most, until what the target depends on has been looked at.'),
  forgetAfterMs: z.coerce
    .number()
    .int()
    .min(60_000)
    .default(24 * 3_600_000)
    .describe('When a target that nobody checks any more is forgotten.'),
});

export type Settings = z.infer<typeof settings>;

/** What is looked up: what depends on what, and how everything else is. */
export interface Tables {
  readonly targets: Table<Target>;
  readonly reports: Table<HealthReport>;
}

export type Context = Pick<
  HandlerContext<TargetState, Settings, { targets: 'muster.topology.v1'; reports: 'muster.health-reports.v1' }>,
  'key' | 'state' | 'now' | 'config' | 'tables' | 'newId'
>;
