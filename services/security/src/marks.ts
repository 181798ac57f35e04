/** What an address did lately, in bounded memory: of each kind of evidence the latest marks. */
import { evidenceKinds, type EvidenceKind, type EvidenceSeen } from './event-signs.ts';

/** When, what about (as a number that stands for it), how often. */
export type Mark = readonly [at: number, about: number, count: number];
export type Marks = Readonly<Record<EvidenceKind, readonly Mark[]>>;

/** Remembered of each kind: no rule can ask for more. */
export const mostMarks = 48;

export const noMarks: Marks = { login: [], attack: [], probe: [], missing: [], protocol: [], refused: [] };

/** With one more. Marks further than the window from it, on either side, are dropped: clocks of logs go backwards. */
export function withEvidence(
  marks: Marks,
  seen: readonly EvidenceSeen[],
  at: number,
  count: number,
  windowMs: number,
): Marks {
  if (seen.length === 0) return marks;
  const next = { ...marks };
  for (const { kind, about } of seen) {
    const near = next[kind].filter(([then]) => Math.abs(at - then) <= windowMs);
    next[kind] = [...near, [at, standIn(about), count] as const].slice(-mostMarks);
  }
  return next;
}

/** Those within the window around a time, on either side. */
export function marksNear(marks: readonly Mark[], at: number, windowMs: number): readonly Mark[] {
  return marks.filter(([then]) => Math.abs(at - then) <= windowMs);
}

export const countOf = (marks: readonly Mark[]): number => marks.reduce((sum, [, , count]) => sum + count, 0);
export const distinctOf = (marks: readonly Mark[]): number => new Set(marks.map(([, about]) => about)).size;
export const isUnmarked = (marks: Marks): boolean => evidenceKinds.every((kind) => marks[kind].length === 0);

/** FNV-1a, 32 bits: two texts with the same number make one count less. */
export function standIn(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return hash >>> 0;
}
