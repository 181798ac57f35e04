import { expect, it } from 'vitest';
import { drive, type Drive, type DriveOptions } from '../test/drive.ts';
import { beginAt, minuteMs } from '../test/given.ts';

const dayMs = 24 * 60 * minuteMs;

/** Alerts of many fingerprints, one a millisecond, on 500 targets. */
function storm(alerts: number, fingerprints: number, options: DriveOptions): Drive {
  const run = drive({ ...options, isFrozen: false });
  for (let index = 0; index < alerts; index += 1) {
    run.until(beginAt + index);
    const each = index % fingerprints;
    const target = `host-${each % 500}`;
    const labels = { rack: `r${each % 20}` };
    run.alert({ fingerprint: `${target}/check-${each}`, target, title: `check ${each} fails`, labels });
  }
  return run;
}

it('200,000 alerts of 20,000 fingerprints are told as 20,000 and counted, and forgotten when they are long over', () => {
  const run = storm(200_000, 20_000, { only: ['alerts'] });
  expect(run.transitions.map(({ transition }) => transition)).toEqual(Array.from({ length: 20_000 }, () => 'FIRED'));
  run.until(run.now + 10 * minuteMs);
  const counted = run.transitions.reduce(
    (sum, { transition, foldedCount }) => sum + foldedCount + (transition === 'FIRED' ? 1 : 0),
    0,
  );
  expect(counted).toBe(200_000);
  run.until(run.now + dayMs);
  expect(run.entries.size).toBe(0);
}, 60_000);

it('10,000 alerts of 1,000 fingerprints become few incidents, told seldom, which end', () => {
  const run = storm(10_000, 1_000, {});
  run.until(run.now + 10_000);
  const incidents = new Set(run.incidents.map(({ incidentId }) => incidentId));
  expect(incidents.size).toBeLessThanOrEqual(100);
  expect(run.incidents.length).toBeLessThan(1_000);
  run.until(run.now + dayMs);
  const last = new Map(run.incidents.map(({ incidentId, status }) => [incidentId, status]));
  expect([...last.values()].filter((status) => status === 'OPEN')).toEqual([]);
  expect([...run.entries.keys()].filter((name) => name.startsWith('alerts '))).toEqual([]);
}, 60_000);
