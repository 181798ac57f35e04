import type { AlertInput, EvidenceInput, ObservationInput, Target } from '@muster/schemas';
import type { Series } from './series-state.ts';

/** What is known at the moment a watch looks at a series. */
export interface Scene {
  readonly key: string;
  readonly series: Series;
  /** The series' own time, epoch ms. */
  readonly at: number;
  /** The log's time, epoch ms. */
  readonly now: number;
  readonly recent: readonly number[];
  /** How many values the detector has learned from. */
  readonly samples: number;
  readonly facts: Target | undefined;
}

export type AlertBody = Pick<AlertInput, 'category' | 'title' | 'description' | 'evidence' | 'score' | 'labels'>;

type Seen = Pick<EvidenceInput, 'detector' | 'reason' | 'score'> & Partial<EvidenceInput>;

/** What an alert has to say: words for people, and what its watch saw with the series' values of late. */
export function bodyOf(
  { key, series, recent, samples }: Scene,
  words: Pick<AlertInput, 'title' | 'description'> & Partial<AlertBody>,
  seen: Seen,
): AlertBody {
  const evidence = { series: key, unit: series.unit, samples, recent: observationsOf(recent), ...seen };
  return { category: series.category, labels: series.labels, score: seen.score ?? 0, evidence: [evidence], ...words };
}

function observationsOf(recent: readonly number[]): ObservationInput[] {
  const observations: ObservationInput[] = [];
  for (let index = 0; index + 1 < recent.length; index += 2)
    observations.push({ at: recent[index]!, value: recent[index + 1]! });
  return observations;
}
