import { describe, expect, it } from 'vitest';
import { comparison } from './comparison.ts';
import type { Told } from './told.ts';

const told = (id: string, at: number, more: Partial<Told> = {}): Told => ({
  topic: 'muster.alerts.v1',
  key: 'shop',
  id,
  at,
  correlationId: 'c',
  causationId: 'm',
  value: { status: 'FIRING', evidence: { score: 1, points: [1, 2] } },
  ...more,
});
const changed = (score: number) => ({ value: { status: 'FIRING', evidence: { score, points: [1, 2] } } });

describe('by id', () => {
  it('messages are the same whichever side comes first, and nothing of them is kept', () => {
    const compared = comparison(true);
    compared.replayed(told('a', 1), true);
    compared.recorded(told('a', 3), true);
    compared.recorded(told('b', 4), true);
    compared.replayed(told('b', 2), true);
    expect(compared.size).toBe(0);
    expect(compared.finish()).toEqual({ same: 2, differences: [], notYet: 0, compacted: 0 });
  });

  it('a second copy of a message on record is none more', () => {
    const compared = comparison(true);
    compared.recorded(told('a', 3), true);
    compared.recorded(told('a', 4), true);
    compared.replayed(told('a', 1), true);
    compared.recorded(told('a', 5), true);
    expect(compared.finish()).toMatchObject({ same: 1, differences: [] });
  });

  it('the fields that differ are named', () => {
    const compared = comparison(true);
    compared.replayed(told('a', 1, { ...changed(2), causationId: 'other' }), true);
    compared.recorded(told('a', 2), true);
    expect(compared.finish().differences).toMatchObject([
      {
        kind: 'different',
        fields: [
          { field: 'causationId', recorded: 'm', replayed: 'other' },
          { field: 'evidence.score', recorded: 1, replayed: 2 },
        ],
      },
    ]);
  });
});

describe('what has no twin', () => {
  it('is paired by key with the nearest in time, and neither side overtakes', () => {
    const compared = comparison(true);
    for (const [id, at] of [
      ['r1', 100],
      ['r2', 1_000],
    ] as const)
      compared.replayed(told(id, at, changed(2)), true);
    for (const [id, at] of [
      ['l1', 900],
      ['l2', 1_100],
    ] as const)
      compared.recorded(told(id, at), true);
    compared.recorded(told('l3', 1_000, { key: 'bakery' }), true);
    const { differences } = compared.finish();
    expect(differences.map(({ kind, at }) => [kind, at])).toEqual([
      ['added', 100],
      ['different', 900],
      ['missing', 1_000],
      ['missing', 1_100],
    ]);
    expect(differences[1]).toMatchObject({
      replayed: { id: 'r2' },
      recorded: { id: 'l1' },
      fields: [{ field: 'evidence.score' }],
    });
  });

  it('and says the same differs in its id: always when it came from another input, else where ids are a part of it', () => {
    const differing = (isIdPart: boolean, causationId: string) => {
      const compared = comparison(isIdPart);
      compared.replayed(told('r', 1), true);
      compared.recorded(told('l', 2, { causationId }), true);
      return compared.finish();
    };
    const id = [{ fields: [{ field: 'id', recorded: 'l', replayed: 'r' }] }];
    expect(differing(true, 'm').differences).toMatchObject(id);
    expect(differing(false, 'other').differences).toMatchObject(id);
    expect(differing(false, 'm')).toMatchObject({ same: 1, differences: [] });
  });

  it('is another message when only the id is the same: ids follow from the input', () => {
    const compared = comparison(false);
    compared.replayed(told('a', 1), true);
    compared.recorded(told('a', 1, { key: 'bakery' }), true);
    expect(compared.finish().differences.map(({ kind }) => kind)).toEqual(['added', 'missing']);
  });

  it('is no difference where it belongs to what is outside the range', () => {
    const compared = comparison(true);
    compared.earlier(told('before', 0));
    compared.recorded(told('before', 1), true);
    compared.recorded(told('late', 2), true);
    compared.earlier(told('late', 0));
    compared.recorded(told('after', 3), false);
    expect(compared.finish()).toEqual({ same: 0, differences: [], notYet: 0, compacted: 0 });
  });

  it('is no difference while the agent may not have come so far, or when compaction may have removed it', () => {
    const compared = comparison(true);
    compared.replayed(told('new', 9), false);
    compared.replayed(told('old', 1), true);
    compared.replayed(told('other', 1, { key: 'bakery' }), true);
    compared.recorded(told('newest', 5, { value: null }), false);
    expect(compared.finish(() => true)).toMatchObject({
      notYet: 1,
      compacted: 1,
      differences: [{ kind: 'added', replayed: { id: 'other' } }],
    });
    expect(compared.finish().differences).toHaveLength(2);
  });
});
