import type { SecurityEventInput } from '@muster/schemas';
import { canonicalAddress } from '@muster/containment';

/** A security event as a parser makes it. */
export type Sighting = SecurityEventInput;

/** What a parser knows besides the line. */
export interface LineContext {
  /** Epoch ms: completes times without a year, which are taken for the latest ones before it. */
  readonly now: number;
  /** What the log is of, where its lines don't say. */
  readonly target: string;
}

/** What a line came to: what it tells; understood, but telling of nobody; or not a line of this kind. */
export type LineReading =
  | { readonly kind: 'sightings'; readonly sightings: readonly Sighting[] }
  | { readonly kind: 'nothing' }
  | { readonly kind: 'foreign'; readonly reason: string };

export const nothing: LineReading = { kind: 'nothing' };
export const foreign = (reason: string): LineReading => ({ kind: 'foreign', reason });

/** Longer ones are cut: they come from whoever attacks. */
const mostAction = 4_000;
const mostName = 256;

/** One sighting, its address in its one form and its texts cut. */
function sighting(parts: Sighting): Sighting {
  const { address, actor = '', action = '' } = parts;
  return {
    ...parts,
    address: canonicalAddress(address).slice(0, mostName),
    actor: actor.slice(0, mostName),
    action: action.slice(0, mostAction),
  };
}

export function saw(...sightings: readonly Sighting[]): LineReading {
  return { kind: 'sightings', sightings: sightings.map(sighting) };
}
