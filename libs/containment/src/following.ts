import type { Block } from '@muster/schemas';
import type { Applied, BlockList } from './block-list.ts';

interface Following {
  stop(deadlineMs?: number): Promise<void>;
}

/** A client's `consume` of `muster.blocks.v1`: `(...parts) => client.consume('muster.blocks.v1', ...parts)`. */
export type ListenToBlocks = (
  options: { readonly from: 'beginning'; onRemoval(key: string): unknown },
  callback: (block: Block, message: { readonly key: string }) => unknown,
) => Promise<Following>;

export interface FollowOptions {
  /** Told what became of each message, in order per address; waited for. */
  onApplied?(applied: Applied): unknown;
  readonly now?: () => number;
}

/** Keeps a list up to date from the beginning of the topic on. Resolves when it listens. */
export function followBlocks(
  listen: ListenToBlocks,
  blocks: BlockList,
  { onApplied = () => undefined, now = Date.now }: FollowOptions = {},
): Promise<Following> {
  const apply = (key: string, block: Block | null): unknown => onApplied(blocks.apply(key, block, now()));
  return listen({ from: 'beginning', onRemoval: (key) => apply(key, null) }, (block, { key }) => apply(key, block));
}
