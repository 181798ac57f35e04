export interface Line {
  /** Per unit of x. */
  readonly slope: number;
  /** Standard error of the slope, widened for samples that follow their predecessors. */
  readonly error: number;
}

/** The straight line of least squares through (x, y) points in the order of x; NaN of fewer than three. */
export function lineThrough(points: readonly (readonly [number, number])[]): Line {
  const count = points.length;
  if (count < 3) return { slope: Number.NaN, error: Number.NaN };
  const mean = (pick: 0 | 1): number => points.reduce((sum, point) => sum + point[pick], 0) / count;
  const [x0, y0] = [mean(0), mean(1)];
  const squares = points.reduce((sum, [x]) => sum + (x - x0) ** 2, 0);
  const slope = points.reduce((sum, [x, y]) => sum + (x - x0) * (y - y0), 0) / squares;
  const rests = points.map(([x, y]) => y - y0 - slope * (x - x0));
  const restSquares = rests.reduce((sum, rest) => sum + rest * rest, 0);
  const error = Math.sqrt(restSquares / (count - 2) / squares);
  // Neighbours that are alike are fewer than they look: the usual correction by their correlation (an autoregression of order one).
  const alike = rests.reduce((sum, rest, index) => sum + rest * (rests[index + 1] ?? 0), 0) / (restSquares || 1);
  const correlation = Math.min(0.95, Math.max(0, alike));
  return { slope, error: error * Math.sqrt((1 + correlation) / (1 - correlation)) };
}

/** What to think of a slope per hour, beside the level it is about. */
export function flatness({ slope, error }: Line, level: number): string {
  if (Number.isNaN(slope)) return 'not known: too few samples';
  const share = (slope / level) * 100;
  const doubt = (2 * error * 100) / level;
  const words = `${share.toFixed(1)} +- ${doubt.toFixed(1)} % an hour`;
  if (Math.abs(share) + doubt < 5) return `flat: ${words}`;
  if (Math.abs(share) <= doubt) return `not known, too few samples or too little time: ${words}`;
  return `${share > 0 ? 'grows' : 'falls'}: ${words}`;
}
