/** Blocks as two sets of nftables, one for each kind of address. Commands only: who runs them is the caller's affair. */
import { isIPv6 } from './address.ts';
import type { Kept } from './block-list.ts';

const table = 'inet muster';
const setOf = (address: string): string => (isIPv6(address) ? 'blocked6' : 'blocked4');

/**
 * Makes table, sets and the chain that drops what comes from them, before it is routed: what is passed on to a container is kept out, too. May be run again. Elements carry their end as a timeout, so the kernel
 * lets an address in again even if nobody is there to say so.
 */
export const nftablesSetup: readonly string[] = [
  `add table ${table}`,
  `add set ${table} blocked4 { type ipv4_addr; flags timeout; }`,
  `add set ${table} blocked6 { type ipv6_addr; flags timeout; }`,
  `add chain ${table} keep-out { type filter hook prerouting priority -150; policy accept; }`,
  `flush chain ${table} keep-out`,
  `add rule ${table} keep-out ip saddr @blocked4 counter drop`,
  `add rule ${table} keep-out ip6 saddr @blocked6 counter drop`,
];

/** Keeps an address out until its block ends. An element that is there already keeps its old end, so it is made anew in one transaction. */
export function nftablesBlock({ address, endsAt }: Kept, now: number): readonly string[] {
  const seconds = Math.max(1, Math.ceil((endsAt - now) / 1_000));
  const set = `${table} ${setOf(address)}`;
  return [
    `add element ${set} { ${address} timeout ${seconds}s }`,
    `delete element ${set} { ${address} }`,
    `add element ${set} { ${address} timeout ${seconds}s }`,
  ];
}

/** Lets it in. Adding it first makes the deletion succeed whether it was there or not. */
export function nftablesLift(address: string): readonly string[] {
  const set = `${table} ${setOf(address)}`;
  return [`add element ${set} { ${address} timeout 1s }`, `delete element ${set} { ${address} }`];
}
