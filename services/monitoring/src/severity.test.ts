import { expect, it } from 'vitest';
import { isWorse, pointsOfDistance, severityOf } from './severity.ts';

it.each([
  [1.2, 0, 'STANDARD', 'INFO'],
  [1.2, 600_000, 'STANDARD', 'WARNING'],
  [6, 0, 'STANDARD', 'WARNING'],
  [6, 600_000, 'STANDARD', 'CRITICAL'],
  [6, 0, 'CRITICAL', 'CRITICAL'],
  [6, 0, 'HIGH', 'WARNING'],
  [6, 0, 'LOW', 'INFO'],
  [6, 600_000, 'LOW', 'WARNING'],
] as const)('%d half-widths for %d ms on a %s target is %s', (far, heldMs, tier, severity) => {
  expect(severityOf(pointsOfDistance(far, heldMs), tier)).toBe(severity);
});

it('knows worse from better', () => {
  expect(isWorse('CRITICAL', 'WARNING')).toBe(true);
  expect(isWorse('INFO', 'INFO')).toBe(false);
});
