import type { AlertInput } from '@muster/schemas';
import { expect, it } from 'vitest';
import { drive, type Drive } from '../test/drive.ts';
import { beginAt, minuteMs, silenceOf } from '../test/given.ts';

/** Chance that is the same in every run. */
function chanceOf(seed: number): (below: number) => number {
  let state = seed + 1;
  return (below) => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32;
    return Math.floor((state / 2 ** 32) * below);
  };
}

interface Life {
  readonly run: Drive;
  /** Messages that are to be accounted for: all but those that say of what is over that it is. */
  heard: number;
  /** Transitions that a message made, and not time; a message that makes REPEATED is one of the folded. */
  told: number;
  /** What the source said last. */
  isFiring: boolean;
}

function say(life: Life, alert: Partial<AlertInput>): void {
  const { run } = life;
  const before = run.transitions;
  const wasOver = before.length === 0 || before.at(-1)?.transition === 'RESOLVED';
  if (!wasOver || alert.status !== 'RESOLVED') life.heard += 1;
  run.alert(alert);
  life.told += run.transitions.slice(before.length).filter(({ transition }) => transition !== 'REPEATED').length;
}

/** A source that says anything at any time: severities, moments, flapping, old news; silences come and go. */
function live(seed: number): Life {
  const chance = chanceOf(seed);
  const run = drive({ only: ['alerts'] });
  const life: Life = { run, heard: 0, told: 0, isFiring: false };
  let startsAt = beginAt;
  for (let step = 0; step < 150; step += 1) {
    run.until(run.now + chance(chance(4) === 0 ? 40 * minuteMs : 20_000));
    if (chance(20) === 0) {
      const windowMs = chance(60) * minuteMs;
      run.silence(silenceOf({ startsAt: run.now + chance(3) * minuteMs, endsAt: run.now + 1 + windowMs }));
    }
    const isFiring = chance(3) > 0;
    if (isFiring && !life.isFiring) startsAt = run.now - chance(5_000);
    const severity = (['INFO', 'WARNING', 'CRITICAL'] as const)[chance(3)]!;
    const alert: Partial<AlertInput> = isFiring
      ? { severity, startsAt, isFlapping: chance(15) === 0 }
      : { status: 'RESOLVED', startsAt, endsAt: run.now };
    say(life, alert);
    life.isFiring = isFiring;
  }
  return life;
}

it('whatever a source says, what is told adds up to what was heard', () => {
  for (let seed = 0; seed < 60; seed += 1) {
    const life = live(seed);
    const { run } = life;
    say(life, { status: 'RESOLVED', endsAt: run.now });
    run.until(run.now + 180 * minuteMs);
    const told = run.transitions;
    let isFiring = false;
    for (const { transition, startsAt, endsAt, at } of told) {
      expect([seed, transition === 'FIRED']).toEqual([seed, !isFiring]);
      isFiring = transition !== 'RESOLVED';
      expect(startsAt).toBeLessThanOrEqual(at);
      if (endsAt !== null) expect(endsAt).toBeGreaterThanOrEqual(startsAt);
    }
    expect([seed, isFiring]).toEqual([seed, false]);
    expect([seed, run.rejected, run.entries.size]).toEqual([seed, [], 0]);
    const folded = told.reduce((sum, { foldedCount }) => sum + foldedCount, 0);
    expect([seed, folded + life.told]).toEqual([seed, life.heard]);
  }
}, 30_000);
