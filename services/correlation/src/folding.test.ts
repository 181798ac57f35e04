import { describe, expect, it } from 'vitest';
import { drive } from '../test/drive.ts';
import { beginAt, minuteMs, silenceOf } from '../test/given.ts';

const alertsOnly = { only: ['alerts'] } as const;
const kinds = (run: ReturnType<typeof drive>): string[] => run.transitions.map(({ transition }) => transition);

describe('an alert', () => {
  it('is told when it fires, when it gets worse and when it is over', () => {
    const run = drive(alertsOnly);
    run.alert({}, beginAt, 'c-1');
    run.until(beginAt + minuteMs);
    run.alert({ severity: 'CRITICAL', startsAt: beginAt }, run.now, 'c-2');
    run.until(beginAt + 2 * minuteMs);
    run.alert({ status: 'RESOLVED', startsAt: beginAt, endsAt: run.now });
    expect(run.transitions).toMatchObject([
      {
        transition: 'FIRED',
        severity: 'WARNING',
        scope: 'default',
        alertId: 'm1',
        correlationId: 'c-1',
        startsAt: beginAt,
      },
      { transition: 'CHANGED', severity: 'CRITICAL', alertId: 'm2', correlationId: 'c-1', startsAt: beginAt },
      { transition: 'RESOLVED', correlationId: 'c-1', endsAt: run.now, foldedCount: 0 },
    ]);
  });

  it('that is said again is folded, counted and told ever more seldom', () => {
    const run = drive(alertsOnly);
    for (let second = 0; second < 7_200; second += 1) {
      run.until(beginAt + second * 1_000);
      run.alert();
    }
    run.alert({ status: 'RESOLVED', endsAt: run.now });
    expect(kinds(run)).toEqual(['FIRED', 'REPEATED', 'REPEATED', 'REPEATED', 'REPEATED', 'RESOLVED']);
    expect(run.transitions.map(({ at }) => Math.round((at - beginAt) / minuteMs))).toEqual([0, 5, 15, 35, 75, 120]);
    const folded = run.transitions.reduce((sum, { foldedCount }) => sum + foldedCount, 0);
    // All but the one that was told as FIRED.
    expect(folded).toBe(7_199);
  });

  it('tells what was folded also when nothing more comes', () => {
    const run = drive(alertsOnly);
    run.alert();
    run.alert();
    run.until(beginAt + 6 * minuteMs);
    expect(run.transitions).toMatchObject([{ transition: 'FIRED' }, { transition: 'REPEATED', foldedCount: 1 }]);
  });

  it('whose source repeats itself and falls silent is over; one told once goes on', () => {
    const run = drive(alertsOnly);
    run.alert({ fingerprint: 'once' });
    for (let minute = 0; minute < 5; minute += 1) {
      run.until(beginAt + minute * minuteMs);
      run.alert({ fingerprint: 'often' });
    }
    run.until(beginAt + 24 * 60 * minuteMs);
    expect(run.transitions.filter(({ transition }) => transition === 'RESOLVED')).toMatchObject([
      { fingerprint: 'often', endsAt: beginAt + 4 * minuteMs, at: beginAt + 9 * minuteMs },
    ]);
  });

  it('of which nothing is heard for a week is over and forgotten', () => {
    const run = drive(alertsOnly);
    run.alert();
    run.until(beginAt + 8 * 24 * 60 * minuteMs);
    expect(kinds(run)).toEqual(['FIRED', 'RESOLVED']);
    expect(run.entries.size).toBe(0);
  });

  it('that says until when it holds is believed until then', () => {
    const run = drive(alertsOnly);
    run.alert({ endsAt: beginAt + 20 * minuteMs });
    run.until(beginAt + 60 * minuteMs);
    expect(run.transitions).toMatchObject([
      { transition: 'FIRED', endsAt: null },
      { transition: 'RESOLVED', endsAt: beginAt + 20 * minuteMs, at: beginAt + 20 * minuteMs },
    ]);
  });

  it('that is a moment is told with its end, counted, and never resolved', () => {
    const run = drive(alertsOnly);
    const moment = (): void => run.alert({ startsAt: run.now, endsAt: run.now });
    moment();
    moment();
    run.until(beginAt + 30 * minuteMs);
    moment();
    expect(run.transitions).toMatchObject([
      { transition: 'FIRED', endsAt: beginAt },
      { transition: 'REPEATED', foldedCount: 1 },
      { transition: 'FIRED', endsAt: beginAt + 30 * minuteMs },
    ]);
    run.until(beginAt + 120 * minuteMs);
    expect(run.entries.size).toBe(0);
  });

  it('whose severity wavers is told of the worst at once and of the better seldom', () => {
    const run = drive(alertsOnly);
    for (let second = 0; second < 600; second += 1) {
      run.until(beginAt + second * 1_000);
      run.alert({ severity: second % 2 === 0 ? 'WARNING' : 'CRITICAL' });
    }
    expect(run.transitions.length).toBeLessThan(8);
    expect(run.transitions[1]).toMatchObject({ transition: 'CHANGED', severity: 'CRITICAL' });
  });

  it('belongs to the scope its label names', () => {
    const run = drive(alertsOnly);
    run.alert({ labels: { scope: 'eu' } });
    expect(run.transitions[0]?.scope).toBe('eu');
  });

  it('with a thousand long labels is cut to what can be remembered', () => {
    const run = drive(alertsOnly);
    const labels = Object.fromEntries(Array.from({ length: 1_000 }, (_, index) => [`l${index}`, 'x'.repeat(5_000)]));
    run.alert({ labels });
    const told = Object.values(run.transitions[0]?.labels ?? {});
    expect([told.length, told[0]?.length]).toEqual([64, 1_000]);
  });
});

describe('an alert that flaps', () => {
  const flap = (run: ReturnType<typeof drive>, changes: number): void => {
    for (let change = 0; change < changes; change += 1) {
      run.until(beginAt + change * minuteMs);
      run.alert({
        status: change % 2 === 0 ? 'FIRING' : 'RESOLVED',
        startsAt: run.now - (change % 2) * minuteMs,
        endsAt: change % 2 === 0 ? null : run.now,
      });
    }
  };

  it('without saying so is told as flapping once, held, and resolved when it is calm', () => {
    const run = drive(alertsOnly);
    flap(run, 30);
    run.until(beginAt + 180 * minuteMs);
    expect(kinds(run).slice(0, 7)).toEqual(['FIRED', 'RESOLVED', 'FIRED', 'RESOLVED', 'FIRED', 'CHANGED', 'REPEATED']);
    expect(run.transitions[5]).toMatchObject({ isFlapping: true });
    expect(run.transitions.at(-1)).toMatchObject({ transition: 'RESOLVED', isFlapping: false });
    expect(kinds(run).filter((kind) => kind === 'RESOLVED')).toHaveLength(3);
    expect(run.entries.size).toBe(0);
  });

  it('and says so is believed', () => {
    const run = drive(alertsOnly);
    run.alert();
    run.alert({ isFlapping: true });
    expect(run.transitions).toMatchObject([{ isFlapping: false }, { transition: 'CHANGED', isFlapping: true }]);
  });
});

describe('times out of order', () => {
  it('a RESOLVED before its FIRING keeps it from firing for ever', () => {
    const run = drive(alertsOnly);
    run.until(beginAt + minuteMs);
    run.alert({ status: 'RESOLVED', startsAt: beginAt, endsAt: run.now - 1_000 }, run.now);
    run.alert({ startsAt: beginAt }, beginAt);
    expect(run.transitions).toEqual([]);
    expect(run.ignoredFor).toEqual(['it is older than the RESOLVED that is known']);
    run.until(beginAt + 2 * minuteMs);
    run.alert({ startsAt: run.now });
    expect(kinds(run)).toEqual(['FIRED']);
  });

  it('a RESOLVED of an earlier episode does not end this one', () => {
    const run = drive(alertsOnly);
    run.until(beginAt + 10 * minuteMs);
    run.alert();
    run.alert({ status: 'RESOLVED', startsAt: beginAt, endsAt: beginAt + minuteMs }, beginAt + minuteMs);
    expect(kinds(run)).toEqual(['FIRED']);
  });

  it('a start in the future is a start now, an end before the start is at the start', () => {
    const run = drive(alertsOnly);
    run.alert({ startsAt: beginAt + 50 * minuteMs });
    run.alert({ status: 'RESOLVED', startsAt: beginAt + 50 * minuteMs, endsAt: beginAt - minuteMs });
    expect(run.transitions).toMatchObject([{ startsAt: beginAt }, { transition: 'RESOLVED', endsAt: beginAt }]);
  });
});

describe('bad input', () => {
  it.each([
    [{ target: '' }, 'target is empty: an alert says what it is about.'],
    [{ status: 'UNKNOWN' }, 'status is UNKNOWN: an alert is FIRING or RESOLVED.'],
  ] as const)('%j is refused', (over, reason) => {
    const run = drive(alertsOnly);
    run.alert(over);
    expect(run.rejected).toEqual([reason]);
  });
});

describe('a silence', () => {
  it('mutes from its start to its end, and what it muted is told when it ends', () => {
    const run = drive(alertsOnly);
    run.silence(silenceOf({ startsAt: beginAt + 10 * minuteMs, endsAt: beginAt + 20 * minuteMs }));
    run.alert();
    run.until(beginAt + 30 * minuteMs);
    expect(run.transitions.map(({ transition, silencedBy, at }) => [transition, silencedBy, at - beginAt])).toEqual([
      ['FIRED', [], 0],
      ['CHANGED', ['s'], 10 * minuteMs],
      ['CHANGED', [], 20 * minuteMs],
    ]);
  });

  it('that is made or ended meanwhile is seen within a minute, for an old alert within a quarter of an hour', () => {
    const run = drive(alertsOnly);
    run.alert();
    run.until(beginAt + 2 * minuteMs);
    run.silence(silenceOf());
    run.until(beginAt + 3 * minuteMs);
    expect(run.transitions.at(-1)?.silencedBy).toEqual(['s']);
    run.until(beginAt + 50 * minuteMs);
    run.silence(silenceOf({ endsAt: run.now }));
    run.until(beginAt + 65 * minuteMs);
    expect(run.transitions.at(-1)?.silencedBy).toEqual([]);
  });
});
