import { encodeKeyRecord, seenIds } from '@muster/state';
import { expect, it } from 'vitest';
import { drive } from '../test/drive.ts';
import { beginAt, minuteMs } from '../test/given.ts';

const fingerprints = 20_000;
const alerts = 200_000;

/** Bytes, as they are stored. */
const sizeOf = (state: unknown): number =>
  encodeKeyRecord({ state, applied: {}, seen: seenIds.empty, wakeAt: null }).length;

it('of 200,000 alerts of 20,000 fingerprints each is counted; they become few incidents, which end, and nothing stays', () => {
  const run = drive({ isFrozen: false });
  for (let index = 0; index < alerts; index += 1) {
    run.until(beginAt + index);
    const each = index % fingerprints;
    const target = `host-${each % 500}`;
    const labels = { rack: `r${each % 20}` };
    run.alert({ fingerprint: `${target}/check-${each}`, target, title: `check ${each} fails`, labels });
  }
  const fired = run.transitions.filter(({ transition }) => transition === 'FIRED');
  expect(fired).toHaveLength(fingerprints);
  expect(new Set(run.incidents.map(({ incidentId }) => incidentId)).size).toBeLessThanOrEqual(50);
  expect(run.incidents.length).toBeLessThan(500);
  expect(sizeOf(run.stateOf('transitions', 'default'))).toBeLessThan(250_000);

  run.until(run.now + 10 * minuteMs);
  const folded = run.transitions.reduce((sum, { foldedCount }) => sum + foldedCount, 0);
  expect(fired.length + folded).toBe(alerts);

  run.until(run.now + 24 * 60 * minuteMs);
  const last = new Map(run.incidents.map(({ incidentId, status }) => [incidentId, status]));
  expect([...last.values()].filter((status) => status === 'OPEN')).toEqual([]);
  expect([...run.entries.keys()].filter((name) => name.startsWith('alerts '))).toEqual([]);
}, 60_000);
