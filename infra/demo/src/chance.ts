/** A source of chance: a number from 0 up to but not including 1, as `Math.random` gives. */
export type Random = () => number;

/** A waiting time of events that come independently, with this mean. */
export function exponential(mean: number, random: Random = Math.random): number {
  return -mean * Math.log(1 - random());
}

/** A duration as networks and databases have them: half lie below the median, a few far above. `sigma` is the spread of its logarithm. */
export function logNormal(median: number, sigma: number, random: Random = Math.random): number {
  // Box and Muller, 1958: two even numbers make a normal one.
  const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  return median * Math.exp(sigma * normal);
}
