/** What is wrong with something a person published (a silence, a policy), told as alerts until it is right. */
import { handled, ignored, type HandlerContext, type Outcome } from '@muster/agent';
import type { AlertInput, TopicName } from '@muster/schemas';

/** Correlation's alerts about what it was given. */
const own = { target: 'muster/correlation', category: 'MESH', severity: 'INFO' } as const;

/** A problem as it is found. */
export interface Problem {
  /** What has it, for the fingerprint: `silence/s-1`, `policy/p/rule`. */
  readonly of: string;
  /** The same in words. */
  readonly name: string;
  /** A sentence. */
  readonly description: string;
}

/** A problem that was told, and since when. */
export type Problems = readonly (Problem & { readonly startsAt: number; readonly correlationId: string })[];

/** A deleted record reaches no handler, but is gone from its table: looked for this often while it has problems. */
const lookAgainMs = 600_000;

/** Tells which problems are new and which are gone. */
export function tellProblems<T extends Record<string, TopicName>>(
  found: readonly Problem[],
  { state: known = [], now }: HandlerContext<Problems, unknown, T>,
  correlationId: () => string,
): Outcome<Problems, 'muster.alerts.v1'> {
  if (found.length === 0 && known.length === 0) return ignored('nothing is wrong with it');
  const problems = found.map((problem) => {
    const before = known.find((each) => each.of === problem.of);
    return { ...problem, startsAt: before?.startsAt ?? now, correlationId: before?.correlationId ?? correlationId() };
  });
  const news = problems.filter(
    (each) => !known.some((before) => before.of === each.of && before.description === each.description),
  );
  const gone = known.filter((each) => !problems.some((problem) => problem.of === each.of));
  return handled({
    state: problems.length === 0 ? null : problems,
    publish: [...news.map((each) => alertOf(each, null)), ...gone.map((each) => alertOf(each, now))],
    wakeAt: problems.length === 0 ? null : now + lookAgainMs,
  });
}

function alertOf({ of, name, description, startsAt, correlationId }: Problems[number], endsAt: number | null) {
  const value: AlertInput = {
    ...own,
    fingerprint: `${own.target}/problem/${of}`,
    status: endsAt === null ? 'FIRING' : 'RESOLVED',
    title: endsAt === null ? `${name} is not in force` : `${name} has no problem any more`,
    description: endsAt === null ? description : 'It was corrected, is over or was removed.',
    startsAt,
    endsAt,
  };
  return { topic: 'muster.alerts.v1' as const, value, correlationId };
}
