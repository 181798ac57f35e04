/** Recorded outcomes of a replay, to be compared with those of a later one: JSON lines, the first about the whole. */
import { existsSync, readFileSync } from 'node:fs';
import { messageOf } from '@muster/resilience';
import { Failure } from '../failure.ts';
import type { Told } from './told.ts';

export interface Golden {
  readonly agent: string;
  /** Epoch ms, `to` excluded. */
  readonly from: number;
  readonly to: number;
  readonly outcomes: readonly Told[];
}

/** Undefined when there is no such file. Throws a Failure that names the line that can't be read. */
export function readGolden(file: string): Golden | undefined {
  if (!existsSync(file)) return undefined;
  const lines = readFileSync(file, 'utf8').split('\n');
  const [first, ...outcomes] = lines.flatMap((line, index) => (line === '' ? [] : [parsed(file, line, index + 1)]));
  const { agent, from, to } = (first ?? {}) as { agent?: unknown; from?: unknown; to?: unknown };
  const [fromTime, toTime] = [from, to].map((time) => (typeof time === 'string' ? Date.parse(time) : Number.NaN)) as [
    number,
    number,
  ];
  if (typeof agent !== 'string' || Number.isNaN(fromTime) || Number.isNaN(toTime))
    throw new Failure(
      `${file} holds no outcomes of a replay: its first line says no agent, from and to. Name another file, or write this one anew with --update.`,
    );
  return {
    agent,
    from: fromTime,
    to: toTime,
    outcomes: outcomes.map((outcome) => {
      const { at, ...told } = outcome as Omit<Told, 'at'> & { readonly at: string };
      return { ...told, at: Date.parse(at) };
    }),
  };
}

function parsed(file: string, line: string, number: number): unknown {
  try {
    return JSON.parse(line);
  } catch (error) {
    throw new Failure(
      `${file}, line ${number}: it is no JSON (${messageOf(error)}). Restore the file, or write it anew with --update.`,
    );
  }
}

/** The first line of the file. */
export function goldenHead({ agent, from, to }: Omit<Golden, 'outcomes'>): string {
  return JSON.stringify({ agent, from: new Date(from).toISOString(), to: new Date(to).toISOString() });
}

/** The line of an outcome: what follows from the log alone, so that every replay of the same records gives the same line. */
export function goldenLine({ at, topic, key, id, correlationId, causationId, value }: Told): string {
  return JSON.stringify({ at: new Date(at).toISOString(), topic, key, id, correlationId, causationId, value });
}
