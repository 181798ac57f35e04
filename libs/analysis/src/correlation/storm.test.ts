import { expect, it } from 'vitest';
import { alert, ended, scene } from './scene.ts';

/** Bytes of JSON: somewhat more than what is stored. */
const sizeOf = (state: unknown): number =>
  JSON.stringify(state, (_, value: unknown) => (value instanceof Map ? [...value] : value)).length;

it.each([
  [100_000, 'of unknown targets', () => undefined],
  [10_000, 'of known targets that have nothing to do with each other', (): string[] => []],
])(
  '%i alerts %s become few incidents, and little is remembered',
  (count, _, dependsOn) => {
    const known = new Proxy({}, { get: dependsOn });
    const scope = scene(known);
    let largest = 0;
    for (let index = 0; index < count; index += 1) {
      scope.hear(index, alert(`target-${index}`));
      if (index % 5_000 === 0) largest = Math.max(largest, sizeOf(scope.state()));
    }
    const all = scope.incidents();
    expect(all.length).toBeLessThanOrEqual(100);
    expect(all.reduce((sum, { alertCount }) => sum + alertCount, 0)).toBeGreaterThanOrEqual(count);
    expect(scope.told.filter(({ kinds }) => kinds.some((kind) => kind !== 'counted')).length).toBeLessThan(1_000);
    expect(largest).toBeLessThan(2_000_000);

    for (const { members } of all) for (const { target } of members.values()) scope.hear(count, ended(alert(target)));
    scope.pass(24 * 3_600_000);
    expect(scope.incidents()).toEqual([]);
  },
  300_000,
);
