const longestMs = 24 * 3_600_000;

/**
 * How long an answer asks to wait, ms, from its `retry-after` (RFC 9110, section 10.2.3: seconds or a date), no longer than a day; `null` when it
 * does not say. `now` is epoch ms.
 */
export function retryAfterMsOf(headers: { get(name: string): string | null }, now: number): number | null {
  const text = headers.get('retry-after')?.trim() ?? '';
  const ms = /^\d{1,9}$/.test(text) ? Number(text) * 1_000 : Date.parse(text) - now;
  return Number.isNaN(ms) ? null : Math.min(longestMs, Math.max(0, ms));
}
