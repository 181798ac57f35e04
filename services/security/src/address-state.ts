import { noMarks, type Marks } from './marks.ts';
import { noRate, type Rate } from './rate.ts';

/** All that is remembered of one address: some hundred bytes, two kilobytes at the most. */
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
  /** A person let it in: until then it is not blocked. */
  readonly releasedUntil: number;
  /** A person was asked whether to block it: until then not again. */
  readonly askedUntil: number;
  readonly alert: OpenAlert | null;
  readonly heardAt: number;
}

export interface ActiveBlock {
  readonly startsAt: number;
  readonly endsAt: number;
  readonly rule: string;
  /** Events that got through although it was blocked. */
  readonly through: number;
  readonly isVerified: boolean;
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
  releasedUntil: 0,
  askedUntil: 0,
  alert: null,
  heardAt: 0,
};
