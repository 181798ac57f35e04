/** How a series' own time has run so far. */
export type SeriesClock = {
  /** The latest believed time, epoch ms. */
  readonly lastAt: number;
  /** How many samples in a row were older than `lastAt`. */
  readonly lateInARow: number;
};

export type ClockReading = {
  readonly clock: SeriesClock;
  /** Time since the previous sample; 0 for the first, a duplicate or a late one. */
  readonly elapsedMs: number;
  readonly isLate: boolean;
};

const latesBeforeTurningBack = 5;

/**
 * Reads one timestamp (epoch ms). A late sample never moves time back. A single timestamp far in the future can't
 * poison the series either: when five samples in a row come out "late", it is the clock that was wrong, and it follows them.
 */
export const readClock = (clock: SeriesClock | undefined, at: number): ClockReading => {
  if (clock === undefined) return { clock: { lastAt: at, lateInARow: 0 }, elapsedMs: 0, isLate: false };
  if (at >= clock.lastAt) return { clock: { lastAt: at, lateInARow: 0 }, elapsedMs: at - clock.lastAt, isLate: false };
  const lateInARow = clock.lateInARow + 1;
  return lateInARow < latesBeforeTurningBack
    ? { clock: { lastAt: clock.lastAt, lateInARow }, elapsedMs: 0, isLate: true }
    : { clock: { lastAt: at, lateInARow: 0 }, elapsedMs: 0, isLate: true };
};
