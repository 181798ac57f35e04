import type { Day } from './address-day.ts';
import { noMarks, type Marks } from './marks.ts';
import { noRate, type Rate } from './rate.ts';

/** All that is remembered of one address: some hundred bytes, ten kilobytes at the most. */
export interface AddressState {
  readonly marks: Marks;
  /** Sum of what it did, halved every half hour. */
  readonly score: number;
  readonly scoredAt: number;
  readonly rate: Rate;
  /** Days on which somebody logged in from there, or it only made good requests; the last of them, in epoch days. */
  readonly goodDays: number;
  readonly lastGoodDay: number;
  readonly offences: number;
  readonly lastOffenceAt: number;
  readonly block: ActiveBlock | null;
  /** Somebody let it in. */
  readonly release: Release | null;
  /** A block was claimed, or a person was asked for one: until then not again, unless there was one in between. */
  readonly askedUntil: number;
  /** How far it came today, at its latest targets. */
  readonly days: readonly Day[];
  readonly alert: OpenAlert | null;
  readonly heardAt: number;
}

export interface ActiveBlock {
  readonly startsAt: number;
  readonly endsAt: number;
  readonly rule: string;
  readonly offence: number;
  readonly target: string;
  readonly correlationId: string;
  /** Events that got through although it was blocked. */
  readonly through: number;
  /** It was looked once whether it holds; from then on what comes through is told at once. */
  readonly isVerified: boolean;
  /** That it does not hold was told. */
  readonly isLeaky: boolean;
}

/** Until its end an address is not blocked by this agent, and blocks decided before it count no more. */
export interface Release {
  readonly startsAt: number;
  readonly endsAt: number;
  readonly decidedBy: string;
}

export interface OpenAlert {
  readonly startsAt: number;
  readonly endsAt: number;
  readonly severity: 'INFO' | 'WARNING' | 'CRITICAL';
  readonly target: string;
  readonly title: string;
  readonly correlationId: string;
}

export const freshState: AddressState = {
  marks: noMarks,
  score: 0,
  scoredAt: 0,
  rate: noRate,
  goodDays: 0,
  lastGoodDay: 0,
  offences: 0,
  lastOffenceAt: 0,
  block: null,
  release: null,
  askedUntil: 0,
  days: [],
  alert: null,
  heardAt: 0,
};
