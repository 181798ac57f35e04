import type { Check } from '@muster/targets';

/** What a check found. */
export interface Finding {
  readonly outcome: 'PASS' | 'WARN' | 'FAIL';
  /** Why, in a sentence; empty where it passed. */
  readonly reason: string;
  readonly value?: number;
  readonly unit?: string;
}

/** What a check gets: what was declared, its address with the variables put in, and when to stop. */
export interface CheckInput {
  readonly check: Check;
  readonly address: string;
  readonly signal: AbortSignal;
  /** Epoch ms. */
  readonly now: number;
}

export type PerformCheck = (input: CheckInput) => Promise<Finding>;

export const pass: Finding = { outcome: 'PASS', reason: '' };

export function warn(reason: string): Finding {
  return { outcome: 'WARN', reason };
}

export function fail(reason: string): Finding {
  return { outcome: 'FAIL', reason };
}
