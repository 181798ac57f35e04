/** Addresses that are never blocked, whatever they do. */
import ipaddr from 'ipaddr.js';
import { readAddress } from './address.ts';

/** Why an address is never blocked, for people; undefined when it may be. */
export type AllowList = (address: string) => string | undefined;

/** Of no use on a network of its own, or nobody's: loopback, private, link-local, multicast, unspecified. */
const ownRanges = new Set(['loopback', 'private', 'linkLocal', 'uniqueLocal', 'multicast', 'broadcast', 'unspecified']);

export interface AllowListOptions {
  /** Addresses and ranges (CIDR): own machines, probes, the operator's address. */
  readonly entries: readonly string[];
  /** Whether private addresses may be blocked, too; loopback never. */
  readonly blocksPrivate?: boolean;
}

/** Throws an Error with a sentence for an entry that is neither an address nor a range. What is no address is never blocked. */
export function allowListOf({ entries, blocksPrivate = false }: AllowListOptions): AllowList {
  const ranges = entries.map((entry) => ({ entry, holds: holderOf(entry) }));
  return (text) => {
    const reading = readAddress(text);
    if (reading.kind !== 'address') return reading.reason;
    const address = ipaddr.parse(reading.address);
    const kind = address.range();
    if (ownRanges.has(kind) && !(blocksPrivate && (kind === 'private' || kind === 'uniqueLocal')))
      return `${reading.address} is an address of its own network (${kind})`;
    const found = ranges.find(({ holds }) => holds(address));
    return found === undefined ? undefined : `${reading.address} is on the allow-list (${found.entry})`;
  };
}

type Address = ReturnType<typeof ipaddr.parse>;

function holderOf(entry: string): (address: Address) => boolean {
  const reading = readAddress(entry);
  if (reading.kind === 'address') return (address) => address.toString() === reading.address;
  if (reading.kind !== 'range')
    throw new Error(`"${entry}" can't be on the allow-list: give an address or a range such as 203.0.113.0/24.`);
  const [base, bits] = ipaddr.parseCIDR(entry.trim());
  return (address) => address.kind() === base.kind() && address.match(base, bits);
}
