/** What becomes of the outcomes of a replay: they are listed, compared or written down. */
import { closeSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { Failure } from '../failure.ts';
import type { Terminal } from '../terminal.ts';
import { comparison } from './comparison.ts';
import type { Compared } from './comparison.ts';
import { goldenHead, goldenLine } from './golden-file.ts';
import type { Golden } from './golden-file.ts';
import { differenceJson, differenceLines, outcomeJson, outcomeLine } from './outcome-lines.ts';
import type { ReplayedOutcome, ReplayListener } from './replay-agent.ts';
import type { Told } from './told.ts';

export type Listening = Pick<ReplayListener, 'outcome' | 'earlier' | 'recorded'>;

export interface Showing {
  readonly terminal: Terminal;
  readonly isJson: boolean;
  /** Lines to be shown at the most. */
  readonly limit: number;
  readonly now: number;
}

/** What may wait for its twin; more is a mistake that nobody wants to read. */
const MOST_KEPT = 200_000;

/** Shows every outcome. */
export function listing({ terminal, isJson, limit, now }: Showing): Listening & { readonly left: number } {
  let count = 0;
  return {
    async outcome(outcome) {
      count += 1;
      if (count <= limit)
        await terminal.print(isJson ? outcomeJson(outcome) : outcomeLine(outcome, { ...terminal, now }));
    },
    earlier() {},
    recorded() {},
    get left() {
      return Math.max(0, count - limit);
    },
  };
}

/** Compares the messages with those that the agent published. */
export function comparing(): Listening & { finish(hasHoles: (topic: string) => boolean): Compared } {
  const { replayed, earlier, recorded, finish, ...rest } = bounded(false);
  return {
    outcome: (outcome) => {
      if (outcome.kind === 'published') replayed(outcome.told, outcome.isKnown);
      rest.check();
    },
    earlier,
    recorded(told, isInRange) {
      recorded(told, isInRange);
      rest.check();
    },
    finish,
  };
}

/** Compares the outcomes, dead letters included, with those of a golden file. */
export function checking({ outcomes }: Golden): Listening & { finish(): Compared } {
  const { replayed, recorded, finish, check } = bounded(true);
  for (const outcome of outcomes) recorded(outcome, true);
  return {
    outcome(outcome) {
      replayed(asTold(outcome), true);
      check();
    },
    earlier() {},
    recorded() {},
    finish: () => finish(),
  };
}

/** Writes the outcomes to a golden file, which is there only when it is whole. */
export function recording(
  file: string,
  head: Omit<Golden, 'outcomes'>,
): Listening & { finish(): number; discard(): void } {
  const beside = `${file}.new`;
  let handle: number;
  try {
    handle = openSync(beside, 'w');
  } catch (error) {
    throw new Failure(`${file} can't be written: ${(error as Error).message}`);
  }
  let count = 0;
  writeSync(handle, `${goldenHead(head)}\n`);
  return {
    outcome(outcome) {
      count += 1;
      writeSync(handle, `${goldenLine(asTold(outcome))}\n`);
    },
    earlier() {},
    recorded() {},
    finish() {
      closeSync(handle);
      renameSync(beside, file);
      return count;
    },
    discard() {
      closeSync(handle);
      rmSync(beside, { force: true });
    },
  };
}

/** Shows differences, as many as are wanted; returns how many were left out. */
export async function showDifferences(
  { differences }: Compared,
  { terminal, isJson, limit, now }: Showing,
): Promise<number> {
  for (const difference of differences.slice(0, limit)) {
    if (isJson) await terminal.print(differenceJson(difference));
    else for (const line of differenceLines(difference, { ...terminal, now })) await terminal.print(line);
  }
  return Math.max(0, differences.length - limit);
}

function asTold(outcome: ReplayedOutcome): Told {
  if (outcome.kind === 'published') return outcome.told;
  const { kind, at, hearer, key, inputId, reason } = outcome;
  const value = { outcome: kind, handler: hearer, reason };
  return { topic: 'dead letters', key, id: inputId, at, correlationId: null, causationId: inputId, value };
}

function bounded(isIdPart: boolean) {
  const compared = comparison(isIdPart);
  return {
    ...compared,
    check(): void {
      if (compared.size > MOST_KEPT)
        throw new Failure(
          `More than ${MOST_KEPT.toLocaleString('en')} messages differ: narrow the range with --from and --to.`,
        );
    },
  };
}
