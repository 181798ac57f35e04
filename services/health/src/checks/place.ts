import { shown, type Check } from '@muster/targets';

/** What people know the checked thing by. */
export function placeOf({ address, kind }: Pick<Check, 'address' | 'kind'>): string {
  const without = shown(address);
  if (kind === 'system') return 'this machine';
  if (kind === 'http') return without;
  return kind === 'report' ? without.slice('report+'.length) : without.replace(/^[a-z]+:\/\//, '').split(/[/?]/, 1)[0]!;
}
