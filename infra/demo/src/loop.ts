/** What the mesh does about the shop, as its messages tell: from the incident to the verified end. */
import type { ChangeRequest, Decision, Incident, Remediation, Task, TaskResult, WorkflowEvent } from '@muster/schemas';

/** A message of the loop. assignment: a task in the inbox of the agent that got it. */
export type LoopMessage =
  | { readonly about: 'incident'; readonly record: Incident }
  | { readonly about: 'remediation'; readonly record: Remediation }
  | { readonly about: 'change'; readonly record: ChangeRequest }
  | { readonly about: 'decision'; readonly record: Decision }
  | { readonly about: 'run'; readonly record: WorkflowEvent }
  | { readonly about: 'assignment'; readonly record: Task }
  | { readonly about: 'result'; readonly record: TaskResult };

export type About = LoopMessage['about'];
export type RecordOf<A extends About> = Extract<LoopMessage, { about: A }>['record'];

/** A message, and when it was heard, epoch ms. */
export type Heard = LoopMessage & { readonly at: number };

export interface HeardOf<A extends About> {
  readonly at: number;
  readonly record: RecordOf<A>;
}

/**
 * Those about a target, in the order in which they were heard: they name it, or belong together with one that does. What was published before
 * `since` is another story.
 */
export function aboutTarget(heard: readonly Heard[], target: string, since: number): Heard[] {
  const recent = heard.filter(({ record }) => record.envelope.time >= since);
  const named = recent.filter((one) => names(one, target));
  const correlations = new Set(named.map(({ record }) => record.envelope.correlationId));
  return recent.filter((one) => names(one, target) || correlations.has(one.record.envelope.correlationId));
}

function names(one: LoopMessage, target: string): boolean {
  if (one.about === 'incident') {
    const { targets, impact } = one.record;
    return one.record.target === target || targets.includes(target) || impact.includes(target);
  }
  return one.about !== 'result' && one.record.target === target;
}

/** Those of one kind. */
export const of = <A extends About>(heard: readonly Heard[], about: A): HeardOf<A>[] =>
  heard.filter((one) => one.about === about) as unknown as HeardOf<A>[];
