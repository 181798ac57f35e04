import type { Monitor } from './monitor.ts';
import type { Series } from './series-state.ts';

/** What less of is bad news; of everything else (latency, errors, load, use) more is. */
const volume = /throughput|requests|per_second|rps|qps|hits/i;
const better = /free|available|remaining|idle|healthy|success|(^|_)up$/i;
const remaining = /free|available|remaining|idle/i;

/**
 * Latency, error rates, throughput, CPU, memory, disks. Alarmed by the third strange sample; a change for the better is worth a point
 * less. What is CAPACITY has a limit, from the label `limit` or by its unit, and is asked when it will be reached.
 */
export const performanceMonitor: Monitor = {
  haste: 0.5,
  hysteresis: { raiseAt: 0.8, raiseForMs: 0, raiseSamples: 1, clearAt: 0.1, clearSamples: 3 },
  points: (direction, { name }) => ((direction === 'fall') === (better.test(name) || volume.test(name)) ? 0 : -1),
  isVolume: ({ name }) => volume.test(name),
  words: (direction) => (direction === 'rise' ? 'is unusually high' : 'is unusually low'),
  limitOf,
};

function limitOf({ category, name, unit, labels }: Series): number | undefined {
  if (category !== 'CAPACITY') return undefined;
  const given = Number.parseFloat(labels['limit'] ?? '');
  if (Number.isFinite(given)) return given;
  if (unit !== '%' && unit !== 'percent' && unit !== 'ratio') return undefined;
  if (remaining.test(name)) return 0;
  return unit === 'ratio' ? 1 : 100;
}
