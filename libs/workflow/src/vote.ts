/** Many answers, one verdict. */
import type { Step } from './form.ts';
import type { PartState } from './run.ts';
import { expressionOf } from './template.ts';

type Vote = NonNullable<Step['vote']>;

export interface Verdict {
  readonly value: unknown;
  readonly answer: unknown;
  /** By value, the weightiest first. */
  readonly votes: readonly {
    readonly value: unknown;
    readonly weight: number;
    readonly voices: number;
    readonly agents: readonly string[];
  }[];
  readonly answered: number;
  readonly absent: number;
}

const mostWeight = 1_000;

/**
 * Counts. A voter is absent who gave no answer in time, or one that can't be compared or weighed: he counts toward nothing, neither toward the
 * quorum nor toward the majority. With a quorum, the value wins that has more than the share `majority` of the weight of all answers given.
 * Where two or more share the greatest weight: nobody wins, or, with `tie: first`, of these the value that the voter asked first gave.
 */
export function verdictOf(
  vote: Vote,
  parts: readonly PartState[],
): { readonly verdict: Verdict } | { readonly why: string } {
  const counted: { value: unknown; weight: number; voices: number; agents: string[]; answer: unknown }[] = [];
  const places = new Map<string, number>();
  const heard = new Set<string>();
  let answered = 0;
  let total = 0;
  for (const { status, output, agent = '' } of parts) {
    if (status !== 'COMPLETED' || (vote.distinct === true && heard.has(agent))) continue;
    const voice = voiceOf(vote, output, agent);
    if (voice === undefined) continue;
    heard.add(agent);
    answered += 1;
    total += voice.weight;
    const key = JSON.stringify(ordered(voice.value)) ?? 'null';
    const place = places.get(key) ?? counted.length;
    places.set(key, place);
    const sum = (counted[place] ??= { value: voice.value, weight: 0, voices: 0, agents: [], answer: output });
    sum.weight += voice.weight;
    sum.voices += 1;
    if (!sum.agents.includes(agent)) sum.agents.push(agent);
  }
  const quorum = vote.quorum ?? Math.floor(vote.of / 2) + 1;
  if (answered < quorum) return { why: `${answered} of ${vote.of} answered, and ${quorum} must` };
  // Sorting is stable: of those level, the one whose voter was asked first stays first.
  const votes = counted.toSorted((a, b) => b.weight - a.weight);
  const [first, second] = votes;
  if (first === undefined || first.weight <= 0) return { why: 'no answer has any weight' };
  const isTie = second !== undefined && second.weight === first.weight;
  const majority = vote.majority ?? 0.5;
  if (isTie && vote.tie !== 'first') return { why: `a tie: ${told(votes)}` };
  if (!isTie && first.weight <= majority * total)
    return { why: `no answer has more than ${Math.round(majority * 100)} % of the weight: ${told(votes)}` };
  return {
    verdict: {
      value: first.value,
      answer: first.answer,
      votes: votes.map(({ value, weight, voices, agents }) => ({ value, weight, voices, agents })),
      answered,
      absent: vote.of - answered,
    },
  };
}

function voiceOf({ by, weight }: Vote, answer: unknown, agent: string): { value: unknown; weight: number } | undefined {
  try {
    const facts = { answer, agent };
    const value = by === undefined ? answer : expressionOf('answer', by).valueOf(facts);
    const heavy = weight === undefined ? 1 : Number(expressionOf('answer', weight).valueOf(facts));
    return heavy >= 0 && heavy <= mostWeight ? { value, weight: heavy } : undefined;
  } catch {
    return undefined;
  }
}

/** Objects with their keys in order, so that equal answers are equal texts. */
function ordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(ordered);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, each]) => [key, ordered(each)]));
}

function told(votes: readonly { value: unknown; weight: number }[]): string {
  return votes
    .slice(0, 4)
    .map(({ value, weight }) => `${(JSON.stringify(value) ?? 'null').slice(0, 60)} has ${weight}`)
    .join(', ');
}
