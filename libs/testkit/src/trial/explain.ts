import { readTelling } from './telling.ts';
import type { Trial } from './trial.ts';

const mostLines = 60;

/** What the log has about a key and what was done to the mesh meanwhile, in the order of time. Epoch ms are given as ms since the first. */
export function explain({ records, deadLetters, notes = [] }: Trial, key: string): string[] {
  const lines: { at: number; text: string }[] = [];
  const seen = new Set<string>();
  for (const each of records) {
    if (each.kind !== 'message' || each.message.key !== key) continue;
    const { topic, partition, offset, timestamp, id, value } = each.message;
    const text = topic === 'muster.alerts.v1' ? value.title : topic === 'muster.task-progress.v1' ? value.message : '';
    const telling = readTelling(text);
    const what =
      telling === undefined
        ? 'taskId' in value && value.taskId !== null
          ? `task ${short(value.taskId)}`
          : ''
        : `step ${telling.n} (${telling.chain}): ${telling.by} ${short(telling.of)}`;
    const copy = seen.has(id) ? ', a copy' : '';
    seen.add(id);
    lines.push({ at: timestamp, text: `${topic.split('.')[1]} ${partition}/${offset} ${short(id)}${copy} ${what}` });
  }
  for (const { partition, offset, at, original, fault } of deadLetters)
    if (Buffer.from(original.key ?? []).toString() === key)
      lines.push({ at, text: `dead letter of metrics ${partition}/${offset}: ${fault.message}` });
  const began = Math.min(...lines.map(({ at }) => at));
  const ended = Math.max(...lines.map(({ at }) => at));
  for (const { at, text } of notes)
    if (at >= began - 1_000 && at <= ended + 10_000) lines.push({ at, text: `*** ${text}` });
  const sorted = lines
    .sort((a, b) => a.at - b.at)
    .map(({ at, text }) => `${String(at - began).padStart(8)} ms  ${text}`);
  return sorted.length <= mostLines
    ? sorted
    : [...sorted.slice(0, mostLines / 2), '...', ...sorted.slice(-mostLines / 2)];
}

const short = (id: string): string => (id.length > 13 ? id.slice(0, 13) : id);
