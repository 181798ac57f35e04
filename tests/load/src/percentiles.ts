/** Nearest-rank percentiles of some numbers; NaN of none. */
export function percentiles(values: readonly number[]): {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
} {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number): number => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99) };
}

export const ms = (value: number): string => `${value.toFixed(1)} ms`.padStart(10);
export const perSecond = (value: number): string => `${Math.round(value).toLocaleString('en')}/s`.padStart(11);
export const times = (value: number): string => value.toFixed(2).padStart(6);

/** `--name value` from the command line, or the default. Throws when it is no positive number. */
export function numberOption(name: string, fallback: number): number {
  const index = process.argv.indexOf(`--${name}`);
  if (index < 0) return fallback;
  const value = Number(process.argv[index + 1]);
  if (!(value > 0)) throw new Error(`--${name} takes a positive number, not ${process.argv[index + 1] ?? 'nothing'}`);
  return value;
}

/** Whether `--name` stands on the command line. */
export const hasOption = (name: string): boolean => process.argv.includes(`--${name}`);

/** `--name text` from the command line. */
export function textOption(name: string): string | undefined {
  const index = process.argv.indexOf(`--${name}`);
  return index < 0 ? undefined : process.argv[index + 1];
}
