/** Who is kept out now: what an enforcer makes of `muster.blocks.v1`. */
import type { Block } from '@muster/schemas';
import { canonicalAddress, readAddress } from './address.ts';
import type { AllowList } from './allow-list.ts';

/** The part of a block that an enforcer needs. */
export type Kept = Pick<Block, 'address' | 'startsAt' | 'endsAt' | 'reason'>;

/** What became of a message: enforced from now on, lifted, or left alone with the reason. */
export type Applied =
  | { readonly kind: 'blocked'; readonly block: Kept }
  | { readonly kind: 'lifted'; readonly address: string }
  | { readonly kind: 'left'; readonly reason: string };

export interface BlockList {
  /** Takes in the newest message of an address; `null` is its tombstone. */
  apply(key: string, block: Block | null, now: number): Applied;
  /** The block that keeps this address out at that time; any way of writing the address will do. */
  find(address: string, now: number): Kept | undefined;
  /** Those in force, soonest to end first. */
  active(now: number): readonly Kept[];
}

/** Addresses that are kept out at the same time at most; more are refused, and said. Bounds the memory. */
const mostBlocks = 100_000;

/**
 * The second look at the allow-list: what is decided elsewhere is not enforced against an address that is allowed here. Ends are looked at
 * when asked, so a block is over in time even if no message comes any more.
 */
export function blockListOf(isAllowed: AllowList): BlockList {
  const blocks = new Map<string, Kept>();
  const dropOver = (now: number): void => {
    for (const [address, { endsAt }] of blocks) if (endsAt <= now) blocks.delete(address);
  };
  return {
    apply(key, block, now) {
      const reading = readAddress(key);
      if (reading.kind !== 'address') return { kind: 'left', reason: reading.reason };
      const { address } = reading;
      if (block === null || block.status !== 'ACTIVE' || block.endsAt <= now)
        return blocks.delete(address)
          ? { kind: 'lifted', address }
          : { kind: 'left', reason: `${address} is not blocked` };
      const allowed = isAllowed(address);
      if (allowed !== undefined) {
        blocks.delete(address);
        return { kind: 'left', reason: allowed };
      }
      const { startsAt, endsAt, reason } = block;
      const kept = { address, startsAt, endsAt, reason };
      if (blocks.size >= mostBlocks) dropOver(now);
      if (blocks.size >= mostBlocks && !blocks.has(address))
        return { kind: 'left', reason: `${mostBlocks} addresses are kept out already` };
      blocks.set(address, kept);
      return { kind: 'blocked', block: kept };
    },
    find(address, now) {
      const block = blocks.get(canonicalAddress(address));
      return block !== undefined && block.endsAt > now ? block : undefined;
    },
    active: (now) => [...blocks.values()].filter(({ endsAt }) => endsAt > now).toSorted((a, b) => a.endsAt - b.endsAt),
  };
}
