/** Times and durations as people write and read them. */
import { misuse } from './failure.ts';

const UNIT_MS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const DURATION = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/;

/** `90s`, `15m`, `2h`, `7d` in ms; undefined when it is no duration. */
export function parseDuration(text: string): number | undefined {
  const [, amount, unit] = DURATION.exec(text) ?? [];
  return unit === undefined ? undefined : Number(amount) * UNIT_MS[unit as keyof typeof UNIT_MS];
}

/** A duration in its largest fitting unit: `850ms`, `42s`, `12m`, `3h`, `7d`. */
export function formatDuration(ms: number): string {
  if (ms < 1_000) return `${Math.max(0, Math.round(ms))}ms`;
  if (ms < 120_000) return `${Math.round(ms / 1_000)}s`;
  if (ms < 7_200_000) return `${Math.round(ms / 60_000)}m`;
  if (ms < 172_800_000) return `${Math.round(ms / 3_600_000)}h`;
  return `${Math.round(ms / 86_400_000)}d`;
}

/** What `--from` says: `beginning`, `end`, a time, or how long ago. */
export function parseFrom(text: string, now: number): 'beginning' | 'end' | number {
  if (text === 'beginning' || text === 'end') return text;
  const ago = parseDuration(text);
  if (ago !== undefined) return now - ago;
  const time = parseTime(text);
  if (time !== undefined) return time;
  throw misuse(
    `--from ${text} is not understood: give beginning, end, how long ago (15m, 2h, 7d) or a time (2026-01-31T12:00:00Z).`,
  );
}

/** What an option says of a time to come: in how long, or a time. Throws a Failure that names the option. */
export function parseMoment(option: string, text: string, now: number): number {
  const inMs = parseDuration(text);
  const time = inMs === undefined ? parseTime(text) : now + inMs;
  if (time !== undefined) return time;
  throw misuse(
    `${option} ${text} is not understood: say in how long (30m, 2h, 7d) or give a time (2026-11-27T00:00:00Z).`,
  );
}

/** Epoch ms of an ISO time, of epoch seconds or of epoch milliseconds; a time without a zone is UTC. Undefined when it is none of these. */
export function parseTime(text: string): number | undefined {
  if (/^\d+(\.\d+)?$/.test(text)) {
    const number = Number(text);
    return number < 1e11 ? Math.round(number * 1_000) : Math.round(number);
  }
  const [, date, clock = '00:00:00', zone = 'Z'] =
    /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?)(Z|[+-]\d\d:?\d\d)?)?$/.exec(text) ?? [];
  if (date === undefined) return undefined;
  const time = Date.parse(`${date}T${clock}${zone}`);
  return Number.isNaN(time) ? undefined : time;
}

/** Local time of day, with the date unless it is today. */
export function formatTime(time: number, now: number): string {
  const [date, clock] = localParts(time);
  return date === localParts(now)[0] ? clock : `${date} ${clock}`;
}

function localParts(time: number): [string, string] {
  const at = new Date(time);
  const two = (part: number) => String(part).padStart(2, '0');
  return [
    `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`,
    `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`,
  ];
}
