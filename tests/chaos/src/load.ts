/** The load of a trial: metric samples for some hundreds of keys at a steady rate, each sent again under its id until the log has it. */
import { setTimeout as sleep } from 'node:timers/promises';
import { LogUnavailableError, partitionOfKey, type Bus, type NewRecord } from '@muster/bus';
import { topicFor } from '@muster/schemas';
import type { TrialInput } from '@muster/testkit';
import { unitOf } from '@muster/testkit';
import { garbage } from './garbage.ts';
import { randomFrom } from './random.ts';
import { sampleMessage, type SampleMessage } from './sample.ts';

export interface LoadOptions {
  readonly bus: Bus;
  /** Samples a second. */
  readonly rate: number;
  readonly keys: number;
  readonly seed: number;
  /** Share of inputs that can't be handled: most are no messages at all, some the handler rejects or fails on. */
  readonly poison: number;
}

export interface Load {
  readonly inputs: readonly TrialInput[];
  /** id -> when it should have left, epoch ms: before any outage of the log had its say. */
  readonly wantedAt: ReadonlyMap<string, number>;
  /** A single sample of a metric of its own. */
  add(name: string, kind: TrialInput['kind']): void;
  /** Encodes from now on by another schema than the bus does. */
  encodeBy(encode: (message: SampleMessage) => NewRecord): void;
  /** Makes no more, and waits until the log has all there is. Resolves with how many it does not have by then. */
  stop(withinMs: number): Promise<number>;
}

type Sure = { -readonly [K in keyof TrialInput]: TrialInput[K] };
interface Parcel {
  readonly input: Sure;
  readonly record: NewRecord;
}

const topic = 'muster.metrics.v1';
const tickMs = 20;
const mostAtOnce = 200;
const againAfterMs = 100;

export function startLoad({ bus, rate, keys, seed, poison }: LoadOptions): Load {
  const random = randomFrom(seed);
  const { partitions } = topicFor(topic);
  const queues = Array.from({ length: partitions }, (): Parcel[] => []);
  const isSending = queues.map(() => false);
  const inputs: Sure[] = [];
  const wantedAt = new Map<string, number>();
  const beganAt = performance.now();
  let encode = (message: SampleMessage): NewRecord => bus.encode(message);
  const giveUp = new AbortController();
  let made = 0;

  /** One partition at a time in order, and no partition waits for another. */
  const send = async (partition: number): Promise<void> => {
    const queue = queues[partition] ?? [];
    if (isSending[partition]) return;
    isSending[partition] = true;
    while (queue.length > 0 && !giveUp.signal.aborted) {
      const parcels = queue.slice(0, mostAtOnce);
      try {
        await bus.log.append(parcels.map(({ record }) => record));
        for (const { input } of parcels) input.isSure = true;
        queue.splice(0, parcels.length);
      } catch (error) {
        if (!(error instanceof LogUnavailableError)) throw error;
        await sleep(againAfterMs);
      }
    }
    isSending[partition] = false;
  };

  const put = (name: string, kind: TrialInput['kind']): void => {
    made += 1;
    const id = `sample-${made}`;
    const value = random() < 0.2 ? 200 + Math.floor(random() * 2_300) : 0;
    const message = sampleMessage({ id, name, value, unit: kind === 'garbage' ? unitOf.good : unitOf[kind] });
    const good = encode(message);
    const record = kind === 'garbage' ? garbage(good, random) : good;
    const key = String(good.key);
    const input = { id, key, kind, isSure: false };
    inputs.push(input);
    wantedAt.set(id, Date.now());
    const partition = partitionOfKey(key, partitions);
    queues[partition]?.push({ input, record });
    void send(partition);
  };

  const kindOf = (): TrialInput['kind'] => {
    const draw = random();
    if (draw >= poison) return 'good';
    return draw < poison * 0.6 ? 'garbage' : draw < poison * 0.8 ? 'rejected' : 'faulty';
  };
  const timer = setInterval(() => {
    const due = Math.floor(((performance.now() - beganAt) / 1_000) * rate);
    for (let missing = due - made; missing > 0; missing -= 1) put(`k${Math.floor(random() * keys)}`, kindOf());
  }, tickMs);

  return {
    inputs,
    wantedAt,
    add: (name, kind) => put(name, kind),
    encodeBy(other) {
      encode = other;
    },
    async stop(withinMs) {
      clearInterval(timer);
      const waiting = (): number => queues.reduce((sum, queue) => sum + queue.length, 0);
      for (const until = Date.now() + withinMs; Date.now() < until && waiting() > 0; await sleep(50));
      giveUp.abort();
      return waiting();
    },
  };
}
