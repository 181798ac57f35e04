/**
 * The scoring rules of the Numenta Anomaly Benchmark 1.1 (Lavin and Ahmad, 2015): inside a labelled window only the earliest
 * detection counts, and the earlier the more; every detection outside costs, a little less soon after a window; a missed window
 * costs too. One threshold for all files. 0 is a detector that never speaks, 100 a perfect one.
 */

/** One scored file: the number of rows and the labelled windows as inclusive row ranges, in order. */
export type Truth = { readonly rows: number; readonly windows: readonly (readonly [number, number])[] };

/** A file's truth with the detector's score for every row. */
export type Scored = Truth & { readonly scores: readonly number[] };

export const profiles = {
  standard: { falseAlarm: 0.11, missed: 1 },
  'few false alarms': { falseAlarm: 0.22, missed: 1 },
  'few misses': { falseAlarm: 0.11, missed: 2 },
} as const;
export type Profile = keyof typeof profiles;

/** One row that is scored: which window it lies in (-1 for none), and what a detection there is worth. */
type Point = { readonly score: number; readonly window: number; readonly worth: number };

const sigmoid = (position: number): number => (position > 3 ? -1 : 2 / (1 + Math.exp(5 * position)) - 1);

/** The first rows are for learning and aren't scored. */
const learningRows = (rows: number): number => Math.min(Math.floor(0.15 * rows), 750);

const pointsOf = ({ rows, windows, scores }: Scored): Point[] => {
  const points: Point[] = [];
  let window = 0;
  for (let row = 0; row < rows; row += 1) {
    while (window < windows.length && row > (windows[window]?.[1] ?? 0)) window += 1;
    const current = windows[window];
    const past = windows[window - 1];
    const score = scores[row] ?? 0;
    if (row < learningRows(rows)) continue;
    if (current !== undefined && row >= current[0]) {
      const [from, to] = current;
      points.push({ score, window, worth: sigmoid(-(to - row + 1) / (to - from + 1)) / sigmoid(-1) });
    } else {
      const worth = past === undefined ? -1 : sigmoid((row - past[1]) / (past[1] - past[0]));
      points.push({ score, window: -1, worth });
    }
  }
  return points;
};

/** The score, 0..100, at every threshold that makes a difference, from the highest down. */
const sweep = (
  files: readonly Scored[],
  profile: Profile,
): { readonly threshold: number; readonly score: number }[] => {
  const { falseAlarm, missed } = profiles[profile];
  const points = files.flatMap((file, index) => pointsOf(file).map((point) => ({ ...point, index })));
  const best = new Map<string, number>();
  for (const { index, window } of points) if (window >= 0) best.set(`${index}/${window}`, -missed);
  const silent = -missed * best.size;
  const windows = files.reduce((sum, file) => sum + file.windows.length, 0);
  const result = [{ threshold: 1.1, score: 0 }];
  let total = silent;
  const sorted = points.toSorted((a, b) => b.score - a.score);
  for (const [position, { score, index, window, worth }] of sorted.entries()) {
    const key = `${index}/${window}`;
    const had = best.get(key);
    if (had === undefined) total += worth * falseAlarm;
    else if (worth > had) {
      total += worth - had;
      best.set(key, worth);
    }
    if (sorted[position + 1]?.score !== score)
      result.push({ threshold: score, score: (100 * (total - silent)) / (windows - silent) });
  }
  return result;
};

/** The best score any one threshold gives on these very files, as the benchmark publishes it, and that threshold. */
export const bestScore = (files: readonly Scored[], profile: Profile): { threshold: number; score: number } =>
  sweep(files, profile).reduce((best, each) => (each.score > best.score ? each : best));

/** The score when every row at or above `threshold` is a detection. */
export const scoreAt = (files: readonly Scored[], profile: Profile, threshold: number): number =>
  sweep(files, profile).findLast((each) => each.threshold >= threshold)?.score ?? 0;

/** Windows that were found and false alarms (repeats within 1 % of a file's length are one). */
export const countsAt = (files: readonly Scored[], threshold: number) => {
  let [found, windows, falseAlarms] = [0, 0, 0];
  for (const file of files) {
    const points = pointsOf(file);
    windows += new Set(points.filter((each) => each.window >= 0).map((each) => each.window)).size;
    const detections = points.map((each, row) => ({ ...each, row })).filter((each) => each.score >= threshold);
    found += new Set(detections.filter((each) => each.window >= 0).map((each) => each.window)).size;
    const outside = detections.filter((each) => each.window < 0).map((each) => each.row);
    const gap = Math.max(1, Math.floor(points.length / 100));
    falseAlarms += outside.filter((row, index) => row - (outside[index - 1] ?? -Infinity) > gap).length;
  }
  return { found, windows, falseAlarms };
};
