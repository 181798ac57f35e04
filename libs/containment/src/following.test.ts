import type { Block } from '@muster/schemas';
import { expect, it } from 'vitest';
import { allowListOf } from './allow-list.ts';
import { blockListOf, type Applied } from './block-list.ts';
import { followBlocks } from './following.ts';

it('follows blocks, releases and tombstones from the beginning', async () => {
  const blocks = blockListOf(allowListOf({ entries: [] }));
  const applied: Applied[] = [];
  const block = { address: '203.0.113.7', status: 'ACTIVE', startsAt: 0, endsAt: 100, reason: '' } as Block;
  await followBlocks(
    async ({ from, onRemoval }, callback) => {
      expect(from).toBe('beginning');
      callback(block, { key: '203.0.113.7' });
      callback({ ...block, address: '127.0.0.1' }, { key: '127.0.0.1' });
      onRemoval('203.0.113.7');
      return Promise.resolve({ stop: async () => Promise.resolve() });
    },
    blocks,
    { onApplied: (each) => applied.push(each), now: () => 50 },
  );
  expect(applied.map(({ kind }) => kind)).toEqual(['blocked', 'left', 'lifted']);
});
