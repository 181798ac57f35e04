/** Sends dead letters back to where they were. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Bus, DeadLetter, NewRecord } from '@muster/bus';
import { readLetters } from './letters.ts';
import type { Selection } from './letters.ts';
import { redrivable } from './redrivable.ts';

export interface RedriveOptions {
  readonly selection: Selection;
  /** Otherwise nothing is published. */
  readonly isMeant: boolean;
  /** Records in a second at the most. */
  readonly rate: number;
  readonly limit: number;
  readonly signal: AbortSignal;
  /** Told of each letter that stays. */
  left(letter: DeadLetter, reason: string): void;
  progress(sent: number): void;
}

export interface Redriven {
  /** topic -> letters that went back to it, or would. */
  readonly sent: ReadonlyMap<string, number>;
  /** Would be set aside again. */
  readonly refused: number;
  /** Have lost their value. */
  readonly gone: number;
}

/** Ten times in a second, so that an agent that can't cope shows it before everything is sent. */
const STEP_MS = 100;

/** Resolves when all are sent, or were looked at. When it is interrupted, what was sent is sent. */
export async function redrive(bus: Bus, options: RedriveOptions): Promise<Redriven> {
  const { selection, isMeant, rate, limit, signal, left, progress } = options;
  const sent = new Map<string, number>();
  const atOnce = Math.max(1, Math.round((rate * STEP_MS) / 1_000));
  const stepMs = (atOnce / rate) * 1_000;
  let [refused, gone, count, notBefore] = [0, 0, 0, 0];
  let batch: NewRecord[] = [];

  const flush = async (): Promise<void> => {
    if (batch.length === 0) return;
    await sleep(Math.max(0, notBefore - performance.now()), undefined, { signal });
    notBefore = performance.now() + stepMs;
    await bus.log.append(batch);
    for (const { topic } of batch) sent.set(topic, (sent.get(topic) ?? 0) + 1);
    batch = [];
    progress([...sent.values()].reduce((sum, each) => sum + each, 0));
  };

  await readLetters(bus, selection, signal, async (letter) => {
    if (count >= limit) return;
    count += 1;
    const found = await redrivable(bus, letter, Date.now());
    if (found.kind === 'ready' && isMeant) {
      batch.push(found.record);
      if (batch.length >= atOnce) await flush();
    } else if (found.kind === 'ready') sent.set(letter.topic, (sent.get(letter.topic) ?? 0) + 1);
    else {
      if (found.kind === 'refused') refused += 1;
      else gone += 1;
      left(letter, found.reason);
    }
  });
  await flush();
  return { sent, refused, gone };
}
