/** What an event counts as: evidence of kinds that are counted apart. */
import type { SecurityEvent } from '@muster/schemas';
import { requestSigns } from './request-signs.ts';

/** Kinds of evidence. `missing` and `refused` happen to everybody now and then; the others don't. */
export const evidenceKinds = ['login', 'attack', 'probe', 'missing', 'protocol', 'refused'] as const;
export type EvidenceKind = (typeof evidenceKinds)[number];

export interface EvidenceSeen {
  readonly kind: EvidenceKind;
  /** What was seen, e.g. `invalid-user`, `sql-injection`. */
  readonly sign: string;
  /** What counts once however often it is seen: the user, the path. */
  readonly about: string;
}

const attackSigns = new Set([
  'sql-injection',
  'cross-site-scripting',
  'command-injection',
  'path-traversal',
  'remote-inclusion',
  'attack-tool',
  'firewall',
]);

/** Empty when there is nothing wrong with it. */
export function evidenceOf(event: SecurityEvent): readonly EvidenceSeen[] {
  const { kind, outcome, actor, action, signs, attributes } = event;
  const failed = outcome === 'FAILED' || outcome === 'REFUSED';
  if (kind === 'LOGIN' || kind === 'PRIVILEGE')
    return failed ? [{ kind: 'login', sign: signs[0] ?? 'login-failed', about: actor }] : [];
  if (kind === 'CONNECTION') return failed ? [{ kind: 'protocol', sign: signs[0] ?? 'protocol', about: '' }] : [];
  if (kind !== 'REQUEST') return [];
  const about = action.replace(/^[A-Z]+ /, '');
  const seen: EvidenceSeen[] = [];
  for (const sign of new Set([...signs, ...requestSigns(action, attributes['userAgent'])])) {
    if (attackSigns.has(sign)) seen.push({ kind: 'attack', sign, about });
    // A page that is there was linked from somewhere, whatever its name.
    else if (sign === 'no-script' || (sign === 'probe' && outcome !== 'SUCCEEDED'))
      seen.push({ kind: 'probe', sign, about });
    else if (sign === 'rate-limited' || sign === 'denied') seen.push({ kind: 'refused', sign, about });
    else if (sign === 'malformed') seen.push({ kind: 'protocol', sign, about });
  }
  const isPlain = seen.length === 0;
  if (isPlain && (signs.includes('not-found') || attributes['status'] === '404'))
    seen.push({ kind: 'missing', sign: 'not-found', about });
  if (isPlain && attributes['status'] === '401') seen.push({ kind: 'login', sign: 'unauthorized', about: actor });
  if (isPlain && attributes['status'] === '400') seen.push({ kind: 'protocol', sign: 'malformed', about });
  return seen;
}

/** Whether it is an abuse by itself, and not only if there are many. */
export const isAbuse = (evidence: readonly EvidenceSeen[]): boolean =>
  evidence.some(({ kind, sign }) => kind !== 'missing' && sign !== 'unauthorized');
