import type { Series } from './series-state.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/** Three digits are enough for a title: 842, 0.0123, 12346. */
export function numberInWords(value: number): string {
  return Math.abs(value) >= 1_000 ? String(Math.round(value)) : String(Number(value.toPrecision(3)));
}

/** `842 ms`, `92 %`, `31`. */
export function quantity(value: number, unit: string): string {
  return unit === '' ? numberInWords(value) : `${numberInWords(value)} ${unit}`;
}

/** `40-120 ms`; with a negative end `-5 to 12 ms`, and a single value where both ends read the same. */
export function rangeInWords(lower: number, upper: number, unit: string): string {
  const [from, to] = [numberInWords(unlessNothing(lower)), numberInWords(unlessNothing(upper))];
  if (from === to) return quantity(unlessNothing(upper), unit);
  const between = lower < 0 || from.includes('e') || to.includes('e') ? ' to ' : '-';
  return `${from}${between}${to}${unit === '' ? '' : ` ${unit}`}`;
}

/** A series that never moved has a range of a width that no measurement has. */
function unlessNothing(value: number): number {
  return Math.abs(value) < 1e-12 ? 0 : value;
}

/** `40 s`, `5 min`, `6 h`, `3 d`. */
export function durationInWords(ms: number): string {
  if (ms < 100 * 1_000) return `${Math.round(ms / 1_000)} s`;
  if (ms < 100 * minuteMs) return `${Math.round(ms / minuteMs)} min`;
  return ms < 48 * hourMs ? `${Math.round(ms / hourMs)} h` : `${Math.round(ms / dayMs)} d`;
}

/** `checkout latency_ms{route=/cart}`. */
export function seriesInWords({ target, name, labels }: Series): string {
  const parts = Object.keys(labels)
    .toSorted()
    .map((label) => `${label}=${labels[label]}`);
  return `${target} ${name}${parts.length === 0 ? '' : `{${parts.join(',')}}`}`;
}
