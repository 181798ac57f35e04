/** What a replay found, in lines for people and for programs. */
import type { Message } from '@muster/bus';
import type { TopicName } from '@muster/schemas';
import { messageLine, removalLine } from '../message-line.ts';
import type { LineOptions } from '../message-line.ts';
import { formatTime } from '../moment.ts';
import { fitted, harmless } from '../terminal.ts';
import type { Difference } from './comparison.ts';
import type { FieldChange } from './field-changes.ts';
import type { ReplayedOutcome } from './replay-agent.ts';
import type { Told } from './told.ts';

const SHOWN_FIELDS = 8;
const SHOWN_TEXT = 60;

/** One line: the message as `tail` shows it, or why an input becomes a dead letter. */
export function outcomeLine(outcome: ReplayedOutcome, options: LineOptions): string {
  if (outcome.kind === 'published') return toldLine(outcome.told, options);
  const { kind, at, key, reason } = outcome;
  const { colours, now, width } = options;
  const line = `${formatTime(at, now)}  ${kind.padEnd(8)}  ${harmless(key)}  ${harmless(reason)}`;
  return colours.red(fitted(line, width));
}

function toldLine({ topic, key, at, value }: Told, options: LineOptions): string {
  if (value === null) return removalLine(key, at, options);
  return messageLine({ topic: topic as TopicName, key, timestamp: at, value } as unknown as Message, options);
}

/** A line with `+` (only in the replay), `-` (only on record) or `~` (different), and under that one a line for each field that differs. */
export function differenceLines(difference: Difference, options: LineOptions): string[] {
  const { colours, width } = options;
  const inner = { ...options, width: width === undefined ? undefined : width - 2 };
  if (difference.kind === 'added') return [`${colours.green('+')} ${toldLine(difference.replayed, inner)}`];
  if (difference.kind === 'missing') return [`${colours.red('-')} ${toldLine(difference.recorded, inner)}`];
  const { fields, replayed } = difference;
  const names = fields.slice(0, SHOWN_FIELDS).map(({ field }) => field.length);
  const shown = fields.slice(0, SHOWN_FIELDS).map((change) => changeLine(change, Math.max(...names), options));
  const more = fields.length - shown.length;
  return [
    `${colours.yellow('~')} ${toldLine(replayed, inner)}`,
    ...shown,
    ...(more > 0 ? [colours.dim(`      and ${more} more field${more === 1 ? '' : 's'}; --json has them all`)] : []),
  ];
}

function changeLine(
  { field, recorded, replayed }: FieldChange,
  widest: number,
  { colours, now, width }: LineOptions,
): string {
  const [was, is] = [recorded, replayed].map((value) => valueText(field, value, now)) as [string, string];
  const line = `      ${field.padEnd(widest)}  ${was} -> ${is}`;
  return width !== undefined && line.length > width
    ? fitted(line, width)
    : `      ${colours.dim(field.padEnd(widest))}  ${colours.red(was)} -> ${colours.green(is)}`;
}

function valueText(field: string, value: unknown, now: number): string {
  if (value === undefined) return 'nothing';
  if (typeof value === 'number' && /(At|^at|\.at)$/.test(field) && value > 1e12) return formatTime(value, now);
  const isWord = typeof value === 'string' && /^[^\s"]+$/.test(value);
  return fitted(harmless(isWord ? value : JSON.stringify(value)), SHOWN_TEXT);
}

/** For programs. */
export function outcomeJson(outcome: ReplayedOutcome): string {
  if (outcome.kind !== 'published') return JSON.stringify(outcome);
  return JSON.stringify({ kind: 'published', ...placed(outcome.told) });
}

export function differenceJson(difference: Difference): string {
  const { kind, at } = difference;
  const { topic, key } = kind === 'missing' ? difference.recorded : difference.replayed;
  return JSON.stringify({
    kind,
    at,
    topic,
    key,
    ...(kind !== 'missing' && { replayed: placed(difference.replayed) }),
    ...(kind !== 'added' && { recorded: placed(difference.recorded) }),
    ...(kind === 'different' && { fields: difference.fields }),
  });
}

const placed = ({ value, ...place }: Told): object => ({ ...place, record: value });
