import type { Monitor } from './monitor.ts';

/**
 * Orders, payments, sign-ups: volumes and amounts. A drop matters as much as a rise. People are less steady than machines, so it takes
 * five strange samples and half a minute, and five usual ones until it is over.
 */
export const businessMonitor: Monitor = {
  haste: 0.35,
  hysteresis: { raiseAt: 0.8, raiseForMs: 30_000, raiseSamples: 2, clearAt: 0.1, clearSamples: 5 },
  points: () => 0,
  isVolume: () => true,
  words: (direction) => (direction === 'rise' ? 'is far more than usual' : 'is far less than usual'),
};
