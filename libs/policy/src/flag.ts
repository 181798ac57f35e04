import type { Flag } from '@muster/schemas';

/** Whether a flag is on for a target (`null`: for what has no particular one) at a time, epoch ms. */
export function isInForce(flag: Flag, target: string | null, now: number): boolean {
  if (!flag.isOn || (flag.startsAt ?? now) > now || (flag.endsAt ?? Infinity) <= now) return false;
  if (flag.targets.length === 0) return true;
  return target !== null && flag.targets.some((pattern) => matchesGlob(pattern, target));
}

/**
 * The flag of this name, or one of the family `<name>/...`, that is on for the target. Of several the first by name, so that the same is
 * named each time.
 */
export function flagInForce(flags: Iterable<Flag>, name: string, target: string | null, now: number): Flag | undefined {
  let found: Flag | undefined;
  for (const flag of flags) {
    const isMeant = flag.flag === name || flag.flag.startsWith(`${name}/`);
    if (!isMeant || !isInForce(flag, target, now)) continue;
    if (found === undefined || flag.flag < found.flag) found = flag;
  }
  return found;
}

/** `*` stands for any characters, also none. Linear in the text for each `*`. */
export function matchesGlob(pattern: string, text: string): boolean {
  const [first = '', ...rest] = pattern.split('*');
  if (rest.length === 0) return pattern === text;
  const last = rest.pop() ?? '';
  if (!text.startsWith(first) || text.length < first.length + last.length || !text.endsWith(last)) return false;
  const end = text.length - last.length;
  let at = first.length;
  for (const part of rest) {
    const next = text.indexOf(part, at);
    if (next < 0 || next + part.length > end) return false;
    at = next + part.length;
  }
  return true;
}
