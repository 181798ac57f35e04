/** What people do without an agent, beside which ours is held: words in lines, five failures in ten minutes, keywords in values. */
import { canonicalAddress, readAddress } from '@muster/containment';
import type { Sighting } from '@muster/ingest';

const windowMs = 10 * 60_000;
const failures = 5;
const words = /fail|invalid|denied|refused|reject|error|not found|does not exist|incorrect|limiting/i;
const anAddress = /(?:\d{1,3}\.){3}\d{1,3}|(?:[\da-f]{1,4}:){2,7}[\da-f]{1,4}/gi;
const keywords =
  /\b(?:union|select|insert|update|delete|drop|exec|sleep|benchmark|script|alert|onerror|onload|javascript|passwd|cmd|wget|bash|or|and)\b|--|['"<>;|`]|\.\.\//i;

/** Whose address a line that has a word of failure in it begins with. */
export function plainLine(line: string): string | undefined {
  if (!words.test(line)) return undefined;
  const found = [...line.matchAll(anAddress)].find(([text]) => readAddress(text).kind === 'address');
  return found === undefined ? undefined : canonicalAddress(found[0]);
}

export const plainValue = (value: string): boolean => keywords.test(value);

/** Five failures of an address in ten minutes, and it is blocked for ten. */
export function plainRule() {
  const failed = new Map<string, number[]>();
  const blockedUntil = new Map<string, number>();
  const blocks: { readonly address: string; readonly rule: string }[] = [];
  return {
    blocks,
    isBlocked: (address: string, at: number): boolean => (blockedUntil.get(address) ?? 0) > at,
    hear({ address, outcome, at }: Sighting): void {
      if ((outcome !== 'FAILED' && outcome !== 'REFUSED') || (blockedUntil.get(address) ?? 0) > at) return;
      const near = [...(failed.get(address) ?? []).filter((then) => at - then < windowMs), at];
      failed.set(address, near);
      if (near.length < failures) return;
      failed.delete(address);
      blockedUntil.set(address, at + windowMs);
      blocks.push({ address, rule: 'five failures' });
    },
  };
}
