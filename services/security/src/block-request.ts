import type { ChangeRequestInput } from '@muster/schemas';

/** A block for which people are asked lasts so long: whoever logged in after guessing is to be gone by then. */
const askedBlockMs = 24 * 3_600_000;

/** Asks people whether to block an address. */
export function blockRequest({
  changeId,
  address,
  target,
  rule,
  why,
  reason,
}: {
  readonly changeId: string;
  readonly address: string;
  readonly target: string;
  readonly rule: string;
  /** Why people are asked, a sentence. */
  readonly why: string;
  /** Why it is to be blocked, a sentence. */
  readonly reason: string;
}): ChangeRequestInput {
  return {
    changeId,
    title: `Block ${address}`,
    reason: `${why} ${reason}`,
    target,
    changeClass: 'block-address',
    capability: 'security.block-address',
    input: JSON.stringify({ address, forMs: askedBlockMs, reason }),
    undo: {
      capability: 'security.release-address',
      // Back to where it was: let in, and blocked again for what it does from then on.
      input: JSON.stringify({ address, forMs: 10_000, reason: 'The change was taken back.' }),
    },
    requestedBy: 'security',
    // Whether the block holds is looked at where events are heard. How its target is says nothing of it: under attack it may well be ill.
    attributes: { rule, verify: 'none' },
  };
}
