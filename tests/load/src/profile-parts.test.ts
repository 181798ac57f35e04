import { expect, it } from 'vitest';
import { hottest, sharesByPart, type CpuProfile } from './profile-parts.ts';

const node = (id: number, functionName: string, url: string, children: number[] = []) => ({
  id,
  callFrame: { functionName, url },
  children,
});
const profile: CpuProfile = {
  nodes: [
    node(1, '(root)', '', [2, 5, 6, 7, 8]),
    node(2, 'pump', 'file:///x/libs/agent/src/partition.ts', [3]),
    node(3, 'read', 'file:///x/node_modules/avsc/lib/types.js', [4]),
    node(4, 'utf8Slice', ''),
    node(5, '(garbage collector)', ''),
    node(6, 'processTicks', 'node:internal/process'),
    node(7, 'post', 'node:inspector'),
    node(8, '(idle)', ''),
  ],
  samples: [2, 3, 4, 5, 6, 7, 8],
  timeDeltas: [100, 100, 200, 500, 100, 500, 500],
};

it('adds up self time by part, and what runs inside Node for the part that called it', () => {
  const { busy, shares } = sharesByPart(profile);
  expect(busy).toBe(0.5);
  expect(shares).toEqual([
    ['garbage collection', 0.5],
    ['Avro codec (libs/bus, avsc)', 0.3],
    ['agent runtime (libs/agent)', 0.1],
    ['Node itself', 0.1],
  ]);
});

it('names the functions that take most', () => {
  expect(hottest(profile, 2)).toEqual([
    ['utf8Slice', 0.2],
    ['pump src/partition.ts', 0.1],
  ]);
});
