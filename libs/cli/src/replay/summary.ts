/** What a replay comes to, in sentences. */
import { formatTime } from '../moment.ts';
import type { Compared } from './comparison.ts';
import type { Replayed } from './replay-agent.ts';
import type { Range } from './stretches.ts';

/** What was read. */
export function readSummary(agent: string, { from, to }: Range, replayed: Replayed, now: number): string {
  const { heard, wakes, warmUp, since } = replayed;
  const [shortFrom, shortTo] = [formatTime(from, now), formatTime(to, now)];
  const topics = [...heard].filter(([, count]) => count > 0);
  const messages = counted(sum(heard.values()), 'message');
  const by =
    topics.length > 1 ? ` (${topics.map(([topic, count]) => `${grouped(count)} of ${topic}`).join(', ')})` : '';
  const before =
    warmUp === 0 || since === undefined
      ? ''
      : `\nWarmed up on ${counted(warmUp, 'message')} since ${formatTime(since, now)}.`;
  return `${agent} replayed from ${shortFrom} to ${shortTo}: ${messages}${by}, ${counted(wakes, 'wake-up')}.${before}`;
}

/** What is no longer there to be read. */
export function cutSentences({ from }: Range, { cut, since }: Replayed, now: number): string[] {
  return [...cut].map(([topic, left]) =>
    left > from
      ? `Retention has removed a part of ${topic}: nothing before ${formatTime(left, now)} could be replayed.`
      : `Retention has removed a part of ${topic}: the warm-up begins only at ${formatTime(Math.max(left, since ?? left), now)}, so that what was learned before is missing.`,
  );
}

export function publishedSummary({ published, deadLetters }: Replayed): string {
  const letters = deadLetters === 0 ? '' : `, and ${counted(deadLetters, 'dead letter')}`;
  return `It would publish ${counted(published, 'message')}${letters}.`;
}

/** @param record what the replay was compared with, e.g. `on record` */
export function comparedSummary({ same, differences, notYet, compacted }: Compared, record: string): string {
  const [different, added, missing] = (['different', 'added', 'missing'] as const).map(
    (kind) => differences.filter((each) => each.kind === kind).length,
  ) as [number, number, number];
  const sentences =
    differences.length === 0
      ? [
          same === 0
            ? `No difference: nothing was published, and nothing is ${record}.`
            : `No difference: ${counted(same, 'message')} as ${record}.`,
        ]
      : [
          `${grouped(same)} as ${record}, ${grouped(different)} different, ${grouped(added)} only in the replay, ${grouped(missing)} only ${record}.`,
        ];
  if (notYet > 0)
    sentences.push(`${counted(notYet, 'message')} more: whether the agent has come that far is not known yet.`);
  if (compacted > 0)
    sentences.push(`${counted(compacted, 'message')} can't be compared: compaction keeps only the newest of each key.`);
  return sentences.join('\n');
}

/** For programs. */
export function summaryJson(agent: string, range: Range, replayed: Replayed, compared: Compared | undefined): string {
  const { heard, warmUp, wakes, published, deadLetters, cut } = replayed;
  const count = (kind: string): number => compared?.differences.filter((each) => each.kind === kind).length ?? 0;
  return JSON.stringify({
    kind: 'summary',
    agent,
    ...range,
    heard: Object.fromEntries(heard),
    warmUp,
    wakes,
    published,
    deadLetters,
    cut: Object.fromEntries(cut),
    ...(compared && {
      same: compared.same,
      different: count('different'),
      added: count('added'),
      missing: count('missing'),
      notYet: compared.notYet,
      compacted: compared.compacted,
    }),
  });
}

export const counted = (count: number, what: string): string => `${grouped(count)} ${what}${count === 1 ? '' : 's'}`;
const grouped = (count: number): string => count.toLocaleString('en');
const sum = (numbers: Iterable<number>): number => [...numbers].reduce((total, count) => total + count, 0);
