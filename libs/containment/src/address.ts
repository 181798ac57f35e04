/** IP addresses as they are compared, keyed and blocked: one text for one address. */
import ipaddr from 'ipaddr.js';

/** What an address is, or why it is none, in words that end a sentence. */
export type AddressReading =
  | { readonly kind: 'address'; readonly address: string }
  | { readonly kind: 'range' | 'name' | 'ambiguous'; readonly reason: string };

const decimal = /^\d{1,3}(?:\.\d{1,3}){3}$/;
const leadingZero = /(?:^|\.)0\d/;

/**
 * Reads one IP address: IPv6 in its shortest form and without a zone, an IPv4-mapped one as the IPv4 address it is. Numbers with leading
 * zeros are octal to some programs and decimal to others, so they are no address: the wrong one could be blocked.
 */
export function readAddress(text: string): AddressReading {
  const trimmed = text.trim();
  if (decimal.test(trimmed)) {
    if (leadingZero.test(trimmed))
      return { kind: 'ambiguous', reason: `${trimmed} has leading zeros, which programs read in different ways` };
    return ipaddr.IPv4.isValidFourPartDecimal(trimmed)
      ? { kind: 'address', address: trimmed }
      : { kind: 'name', reason: `${trimmed} is no IP address` };
  }
  if (trimmed.includes('/') && isRange(trimmed))
    return { kind: 'range', reason: `${trimmed} is a range, and one address is asked for` };
  const bare = trimmed.replace(/^\[(.*)\]$/, '$1').replace(/%[\w.-]+$/, '');
  if (!bare.includes(':') || !ipaddr.IPv6.isValid(bare))
    return { kind: 'name', reason: `${trimmed === '' ? 'an empty text' : trimmed} is no IP address` };
  const address = ipaddr.IPv6.parse(bare);
  return {
    kind: 'address',
    address: address.isIPv4MappedAddress() ? address.toIPv4Address().toString() : address.toString(),
  };
}

/** The address in its one form; a text that is none as it is, in lower case. */
export function canonicalAddress(text: string): string {
  const reading = readAddress(text);
  return reading.kind === 'address' ? reading.address : text.trim().toLowerCase();
}

/** Whether it is one IP address in any form. */
export const isAddress = (text: string): boolean => readAddress(text).kind === 'address';

/** Whether it is IPv6; of an address in its one form. */
export const isIPv6 = (address: string): boolean => address.includes(':');

function isRange(text: string): boolean {
  return ipaddr.isValidCIDR(text);
}
