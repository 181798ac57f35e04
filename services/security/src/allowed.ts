import { allowListOf } from '@muster/containment';
import type { Settings } from './settings.ts';

/** Why the settings want an address never blocked; undefined when it may be. */
export function whyAllowed(
  address: string,
  { allowList, operatorAddress, blockPrivate }: Settings,
): string | undefined {
  const texts = `${allowList},${operatorAddress}`.split(',').map((entry) => entry.trim());
  const entries = texts.filter((entry) => entry !== '');
  return allowListOf({ entries, blocksPrivate: blockPrivate === 'true' })(address);
}
