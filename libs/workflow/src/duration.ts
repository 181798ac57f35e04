const unitMs = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** How durations are written: `500ms`, `10s`, `3m`, `1.5h`, `2d`. */
export const durationPattern = /^(\d{1,9}(?:\.\d{1,3})?)(ms|s|m|h|d)$/;

/** A written duration in ms. Throws an Error with a sentence on anything else. */
export function durationMs(text: string): number {
  const [, amount, unit] = durationPattern.exec(text) ?? [];
  if (amount === undefined || unit === undefined)
    throw new Error(`"${text.slice(0, 40)}" is no duration: write a number and ms, s, m, h or d, e.g. 10s`);
  return Math.round(Number(amount) * unitMs[unit as keyof typeof unitMs]);
}

/** For people: `90s`, `5m`, `2h`. */
export function durationText(ms: number): string {
  for (const unit of ['d', 'h', 'm', 's'] as const)
    if (ms >= unitMs[unit] && ms % unitMs[unit] === 0) return `${ms / unitMs[unit]}${unit}`;
  return ms >= 1_000 ? `${Math.round(ms / 100) / 10}s` : `${ms}ms`;
}
