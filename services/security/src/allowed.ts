import { allowListOf, type AllowList } from '@muster/containment';
import type { Settings } from './settings.ts';

let known: { readonly of: string; readonly list: AllowList } | undefined;

/** The allow-list that the settings name; made once. Throws an Error that names an entry that is no address and no range. */
export function allowListFrom({ allowList, operatorAddress, blockPrivate }: Settings): AllowList {
  const of = [allowList, operatorAddress, blockPrivate].join(' ');
  if (known?.of !== of) {
    const texts = `${allowList},${operatorAddress}`.split(',').map((entry) => entry.trim());
    const entries = texts.filter((entry) => entry !== '');
    known = { of, list: allowListOf({ entries, blocksPrivate: blockPrivate === 'true' }) };
  }
  return known.list;
}
