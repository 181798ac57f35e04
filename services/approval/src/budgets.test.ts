import { describe, expect, it } from 'vitest';
import { usedUp, type Granted } from './budgets.ts';
import { falseApprovals, historyOf, withOutcome, type ClassRecord } from './class-record.ts';
import { settings } from './settings.ts';

const hourMs = 3_600_000;
const now = 1_000 * hourMs;
const config = settings.parse({ maxPerHour: 4, maxPerTargetPerHour: 2, maxPerClassPerHour: 3 });
const grants = (...of: readonly string[]): Granted[] =>
  of.map((each, index) => {
    const [changeClass = '', target = ''] = each.split(' ');
    return { changeId: `g-${index}`, changeClass, target, at: now };
  });
const ended = (ends: readonly (readonly [ageMs: number, isVerified: boolean, isAutomatic?: boolean])[]) =>
  ends.reduce<readonly ClassRecord[]>(
    (records, [ageMs, isVerified, isAutomatic = true]) =>
      withOutcome(records, 'restart', { at: now - ageMs, target: 'shop', isVerified, isAutomatic }),
    [],
  );

describe('a budget', () => {
  const change = { target: 'shop', changeClass: 'restart' };
  it.each<readonly [string, Granted[], string | undefined]>([
    ['has room', grants('restart shop', 'scale till'), undefined],
    ['for a target', grants('restart shop', 'scale shop'), '2 automatic approvals for shop within an hour (limit 2)'],
    ['of a class', grants('restart a', 'restart b', 'restart c'), '3 automatic approvals of class restart'],
    ['of all', grants('a a', 'b b', 'c c', 'd d'), '4 automatic approvals in all'],
  ])('%s', (_, granted, reason) => {
    const said = usedUp(change, { granted, classes: [] }, config, now);
    if (reason === undefined) expect(said).toBeUndefined();
    else expect(said).toContain(reason);
  });

  it.each<readonly [string, Parameters<typeof ended>[0], boolean]>([
    ['one wrong approval', [[0, false]], true],
    ['two of ten', [...Array.from({ length: 8 }, () => [0, true] as const), [0, false], [0, false]], true],
    ['two of nine', [...Array.from({ length: 7 }, () => [0, true] as const), [0, false], [0, false]], false],
    [
      'two long ago',
      [
        [8 * 24 * hourMs, false],
        [8 * 24 * hourMs, false],
      ],
      true,
    ],
    [
      'two that people approved',
      [
        [0, false, false],
        [0, false, false],
      ],
      true,
    ],
  ])('of false approvals with %s', (_, ends, hasRoom) => {
    const said = usedUp(change, { granted: [], classes: ended(ends) }, config, now);
    expect(said === undefined).toBe(hasRoom);
  });
});

describe('the record of a class', () => {
  it('counts its latest hundred ends, and what failed within a day', () => {
    const records = withOutcome(
      ended([...Array.from({ length: 99 }, () => [25 * hourMs, false] as const), [1, true], [1, false]]),
      'scale',
      { at: now, target: 'shop', isVerified: false, isAutomatic: true },
    );
    expect(historyOf(records, { changeClass: 'restart', target: 'shop' }, now)).toEqual({
      verified: 1,
      rolledBack: 99,
      recentFailures: 1,
      targetFailures: 2,
    });
    expect(falseApprovals(records, 'nothing', 0)).toEqual({ count: 0, wrong: 0 });
  });

  it('keeps the hundred classes with the newest ends', () => {
    let records: readonly ClassRecord[] = [];
    for (let index = 0; index < 150; index += 1)
      records = withOutcome(records, `c-${index}`, { at: index, target: 't', isVerified: true, isAutomatic: true });
    expect(records).toHaveLength(100);
    expect(records.at(-1)?.changeClass).toBe('c-149');
  });
});
