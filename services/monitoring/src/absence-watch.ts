import { absenceDeadline, observeArrival, type ArrivalState } from '@muster/analysis';
import type { Finding } from './alert-life.ts';
import { bodyOf, type Scene } from './evidence.ts';
import type { SeriesState } from './series-state.ts';
import type { Settings } from './settings.ts';
import { severityOf } from './severity.ts';
import { durationInWords, seriesInWords } from './words.ts';

const finestMs = 1_000;
const dayMs = 24 * 3_600_000;
const muchLonger = 10;

/** Learns when samples arrive, by the log's clock. What comes within a second of the last one came with it. */
export function noteArrival(arrivals: ArrivalState | undefined, now: number): ArrivalState {
  return arrivals !== undefined && now - arrivals.clock.lastAt < finestMs ? arrivals : observeArrival(arrivals, now);
}

/** When the series is to be missed, epoch ms; undefined while its habits are not known. */
export function missedAt(arrivals: ArrivalState, { absence, absenceAfterMs }: Settings): number | undefined {
  const deadline = absence ? absenceDeadline(arrivals) : undefined;
  return deadline === undefined ? undefined : Math.max(deadline, arrivals.clock.lastAt + absenceAfterMs);
}

/** When a series that stopped is given up. One whose habits are not known yet gets a week. */
export function forgottenAt(arrivals: ArrivalState, { forgetAfterMs }: Settings): number {
  const deadline = absenceDeadline(arrivals);
  if (deadline === undefined) return arrivals.clock.lastAt + Math.max(forgetAfterMs, 7 * dayMs);
  const allowanceMs = deadline - arrivals.clock.lastAt;
  return arrivals.clock.lastAt + Math.max(forgetAfterMs, 2 * allowanceMs);
}

/** When a silence becomes worse, epoch ms: at ten times what was allowed. */
export function worsensAt({ arrivals }: SeriesState, settings: Settings): number | undefined {
  const at = missedAt(arrivals, settings);
  return at === undefined ? undefined : arrivals.clock.lastAt + muchLonger * (at - arrivals.clock.lastAt);
}

/** The series has been silent for too long, or speaks again. */
export function absenceFinding(state: SeriesState, settings: Settings, scene: Scene, isRaised: boolean): Finding {
  const { series, now, facts } = scene;
  const { typicalMs, clock } = state.arrivals;
  const silence = durationInWords(now - clock.lastAt);
  const isLong = now >= (worsensAt(state, settings) ?? Number.POSITIVE_INFINITY);
  const usual = `usually there is one every ${durationInWords(Math.max(finestMs, typicalMs))}`;
  return {
    kind: 'absence',
    isRaised,
    severity: severityOf(isLong ? 2 : 1, facts?.tier),
    at: isRaised ? clock.lastAt : now,
    alert: () =>
      bodyOf(
        scene,
        {
          category: 'AVAILABILITY',
          title: `${seriesInWords(series)} ${isRaised ? 'has stopped' : 'is back'}`,
          description: isRaised
            ? `No value has arrived for ${silence}; ${usual}. Either what is measured is down, or what measures it.`
            : `Values arrive again after ${silence}.`,
        },
        {
          detector: 'absence',
          reason: isRaised ? `no value for ${silence}` : `back after ${silence}`,
          score: isRaised ? (now - clock.lastAt) / Math.max(finestMs, typicalMs) : 0,
        },
      ),
  };
}
