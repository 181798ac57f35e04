import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { AuditRecord } from '@muster/schemas';
import { describe, expect, it } from 'vitest';
import {
  chainedRecord,
  isWaiting,
  nextAuditRecord,
  verifyChain,
  waitingRecord,
  type AuditChainEnd,
  type AuditEntry,
} from './audit-chain.ts';

const entry: AuditEntry = { subject: 'approval/chg-7', actor: 'ann', action: 'review', at: 1_000 };

function written(previous: AuditChainEnd | null, change: Partial<AuditEntry> = {}): AuditRecord {
  const record = nextAuditRecord(previous, { ...entry, ...change });
  const envelope = { id: `${record.sequence}`, time: 0, source: 'approval', correlationId: 'c', causationId: null };
  return { target: '', authority: '', about: '', facts: '{}', previousHash: '', ...record, envelope };
}

function chain(length: number): AuditRecord[] {
  const records: AuditRecord[] = [];
  for (let at = 1; at <= length; at += 1)
    records.push(written(records.at(-1) ?? null, { at, facts: { verdict: 'APPROVED', at } }));
  return records;
}

const changed: readonly [keyof AuditRecord, string | number][] = [
  ['subject', 'approval/chg-8'],
  ['sequence', 7],
  ['actor', 'bob'],
  ['action', 'decide'],
  ['target', 'till'],
  ['authority', 'bob'],
  ['about', '0'],
  ['facts', '{"verdict":"REJECTED"}'],
  ['happenedAt', 9],
  ['previousHash', '0'],
  ['hash', '0'],
];

describe('an audit chain', () => {
  it('that nobody touched has no problems, however long', () => {
    for (const length of [0, 1, 2, 50]) expect(verifyChain(chain(length))).toEqual([]);
  });

  it.each(changed)('shows a change of %s', (field, value) => {
    for (const at of [0, 2, 4])
      expect(verifyChain(chain(5).with(at, { ...chain(5)[at]!, [field]: value }))).not.toEqual([]);
  });

  it('shows a change whose hash was made to fit, at the record after', () => {
    const records = chain(4);
    const forged = written(records[0]!, { actor: 'mallory' });
    expect(verifyChain(records.with(1, forged))).toEqual([
      { subject: 'approval/chg-7', sequence: 3, at: 2, problem: 'does not hold the hash of the record before' },
    ]);
  });

  it('shows any removal but that of its end', () => {
    for (let at = 0; at < 4; at += 1) {
      const problems = verifyChain(chain(5).toSpliced(at, 1));
      expect(problems).toEqual([
        { subject: 'approval/chg-7', sequence: at + 2, at, problem: `follows ${at}: ${at + 1} is missing` },
      ]);
    }
    expect(verifyChain(chain(5).toSpliced(1, 2))[0]?.problem).toBe('follows 1: 2 to 3 are missing');
  });

  it('shows any two records in each others place, and any that comes twice', () => {
    const records = chain(4);
    for (let one = 0; one < 4; one += 1) {
      expect(verifyChain(records.toSpliced(one, 0, records[one]!))).not.toEqual([]);
      for (let other = one + 1; other < 4; other += 1)
        expect(verifyChain(records.with(one, records[other]!).with(other, records[one]!))).not.toEqual([]);
    }
  });

  it('shows where it parts: at the record that goes on from another end than the last', () => {
    const records = chain(4);
    const [, second] = records;
    const other = [written(second!, { actor: 'bob' })];
    other.push(written(other[0]!, { actor: 'bob' }));
    expect(verifyChain([...records.slice(0, 3), ...other])).toEqual([
      {
        subject: 'approval/chg-7',
        sequence: 3,
        at: 3,
        problem: 'follows 3: the chain parts here, for there is another record 3 before it',
      },
    ]);
  });

  it('gives what waited its place, and the same record as if it had been written there', () => {
    const [first, second] = chain(2);
    const waiting = waitingRecord({ ...entry, at: 2, facts: { verdict: 'APPROVED', at: 2 } });
    expect(isWaiting(waiting)).toBe(true);
    const { envelope: _, ...expected } = second!;
    expect(chainedRecord(first!, waiting)).toEqual(expected);
  });

  it('shows a record of another chain', () => {
    const [first, second] = chain(2);
    expect(verifyChain([first!, written(first!, { subject: 'approval/chg-8' })])[0]?.problem).toContain('chg-8');
    expect(verifyChain([first!, second!])).toEqual([]);
  });

  it('says the same whatever the order in which facts were put down', () => {
    expect(written(null, { facts: { b: 1, a: [2, null] } }).hash).toBe(
      written(null, { facts: { a: [2, null], b: 1 } }).hash,
    );
    expect(written(null, { facts: { b: 1, a: [2, null] } }).facts).toBe('{"a":[2,null],"b":1}');
  });

  it('holds what the wire will hold: half of a character is replaced, and what JSON lacks is left out or null', () => {
    const record = written(null, { actor: 'a\ud83d', facts: { cut: '\ud83d', none: undefined, rate: Number.NaN } });
    expect(record.actor).toBe('a\ufffd');
    expect(record.facts).toBe('{"cut":"\ufffd","rate":null}');
    expect(verifyChain([record])).toEqual([]);
  });

  it('is what the schema says it is: the example beside it verifies, also by hand', () => {
    const source = new URL('../audit-record/examples/decide.json', import.meta.resolve('@muster/schemas'));
    const record = JSON.parse(readFileSync(source, 'utf8')) as AuditRecord;
    expect(verifyChain([record])).toEqual([]);
    const text =
      '{"about":"0197d5a0-0000-7000-8000-000000000104","action":"decide","actor":"approval",' +
      '"authority":"defaults/small-reversible@1","facts":"{\\"verdict\\":\\"APPROVED\\"}","happenedAt":1780300800000,"previousHash":"",' +
      '"sequence":1,"subject":"approval/chg-7","target":"shop"}';
    expect(record.hash).toBe(createHash('sha256').update(text).digest('hex'));
  });
});
