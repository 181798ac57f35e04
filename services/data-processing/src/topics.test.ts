import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createBus, memoryCluster, memorySchemaSource, type Bus, type MemoryCluster, type Message } from '@muster/bus';
import { clientOn } from '@muster/client';
import { checkJob, jobProblemText, type Job } from '@muster/jobs';
import type { MetricSampleInput } from '@muster/schemas';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { dataRoot } from './data-root.ts';
import { runJob, type RunSummary } from './run-job.ts';
import { runFolder } from './run-state.ts';

const topic = 'muster.metrics.v1';
const at = Date.now();
let directory: string;
let cluster: MemoryCluster;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'muster-data-'));
  cluster = memoryCluster({ topics: [{ topic, partitions: 3, config: {} }] });
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const busOn = (): Bus => createBus({ log: cluster.connect('job'), schemas: memorySchemaSource() });

function jobOf(text: string): Job {
  const checked = checkJob(text);
  if (!('kind' in checked && checked.kind === 'job'))
    throw new Error('problems' in checked ? jobProblemText(checked.problems) : 'no job');
  return checked.job;
}

interface Over {
  readonly runId?: string;
  readonly progress?: () => void;
  readonly signal?: AbortSignal;
  readonly bus?: () => Bus;
}

const run = (text: string, { runId = 'run-1', ...over }: Over = {}): Promise<RunSummary> =>
  runJob(jobOf(text), runId, {
    root: dataRoot(directory),
    signal: new AbortController().signal,
    now: Date.now,
    memory: '256MB',
    threads: 2,
    batchBytes: 3_000,
    bus: busOn,
    progress: () => undefined,
    ...over,
  });

async function publish(values: readonly Partial<MetricSampleInput>[]): Promise<void> {
  const client = clientOn(busOn(), { source: 'shop' });
  const whole = values.map((value): MetricSampleInput => ({ target: 'shop', name: 'm', value: 1, at, ...value }));
  await client.publish(topic, whole);
  await client.close(1_000);
}

async function messages(): Promise<Message<typeof topic>[]> {
  const bus = busOn();
  await bus.warm({ reads: [topic], writes: [] });
  const found: Message<typeof topic>[] = [];
  const caughtUp = Promise.withResolvers<void>();
  const following = await bus.log.follow({
    topics: [topic],
    from: { at: 'beginning' },
    records({ records }) {
      for (const record of records) {
        const decoded = bus.decode(record);
        if ('kind' in decoded && decoded.kind === 'message') found.push(decoded.message as Message<typeof topic>);
      }
    },
    caughtUp: caughtUp.resolve,
    lost: caughtUp.reject,
  });
  await caughtUp.promise;
  await following.stop(100);
  await bus.close(100);
  return found;
}

const fromTopic = `
name: keep-metrics
version: 1
source: { topic: muster.metrics.v1 }
columns:
  target: { type: text }
  value: { type: number, max: 1000 }
  route: { type: text, from: labels.route }
  seenAt: { type: timestamp, format: epoch-ms, from: at }
  messageId: { type: text, from: envelope.id, required: true }
sink: { jsonLines: out }
`;

const loaded = (): { value: number; route: string | null; seenAt: string; messageId: string }[] =>
  readdirSync(join(directory, 'out'))
    .filter((file) => file.endsWith('.jsonl'))
    .flatMap((file) =>
      readFileSync(join(directory, 'out', file), 'utf8')
        .split('\n')
        .filter(Boolean),
    )
    .map((line) => JSON.parse(line) as never);

it('reads a topic once through an end at any batch, up to where it ended when the run began', async () => {
  await publish(
    Array.from({ length: 60 }, (_, value) => ({ name: `m${value % 7}`, value, labels: { route: `/${value}` } })),
  );
  await publish([{ value: 5_000 }]);
  let ends = 0;
  for (;;) {
    const abort = new AbortController();
    const ended = await run(fromTopic, {
      signal: abort.signal,
      progress: () => abort.abort(new Error('killed')),
    }).catch((error: unknown) => (error as Error).message);
    await publish([{ value: 7_777 }]);
    if (typeof ended !== 'string') {
      expect(ended).toMatchObject({ status: 'PARTIAL', read: 61, loaded: 60, rejected: 1, isResumed: true });
      break;
    }
    expect(ended).toContain('killed');
    ends += 1;
  }
  expect(ends).toBeGreaterThan(2);
  const rows = loaded();
  expect(rows.map(({ value }) => value).toSorted((one, other) => one - other)).toEqual(
    Array.from({ length: 60 }, (_, value) => value),
  );
  expect(new Set(rows.map(({ messageId }) => messageId)).size).toBe(60);
  expect(rows.find(({ value }) => value === 7)).toMatchObject({ route: '/7' });
  expect(Date.parse(`${rows[0]?.seenAt.replace(' ', 'T')}Z`)).toBe(at);
  const [rejected] = [...runFolder(dataRoot(directory), 'run-1').rejects()];
  expect(JSON.parse(rejected ?? '')).toMatchObject({
    source: expect.stringMatching(/^muster\.metrics\.v1\/[012]$/),
    field: 'value',
    reason: 'it is above 1000',
  });
}, 20_000);

it('rejects what is no message, and goes on behind it', async () => {
  await publish([{ value: 1 }]);
  const bus = busOn();
  await bus.log.append([{ topic, key: 'x', value: Buffer.from('no Avro') }]);
  await publish([{ value: 2 }]);
  expect(await run(fromTopic)).toMatchObject({ read: 3, loaded: 2, rejected: 1 });
  expect(await run(fromTopic.replace('jsonLines: out', 'jsonLines: none').replace('{ topic:', '{ until: "2020-01-01", topic:'), { runId: 'run-2' })).toMatchObject({ read: 0, status: 'COMPLETED' }); // prettier-ignore
});

const toTopic = `
name: replay-orders
version: 1
source: { csv: orders.csv }
columns:
  value: { type: decimal, required: true, from: amount }
  at: { type: timestamp, required: true }
  country: { type: text }
sink:
  topic: { name: muster.metrics.v1, with: { target: shop, name: amount, unit: EUR }, labels: [country] }
`;

function givenOrders(count: number): void {
  const time = new Date(at).toISOString().slice(0, 19);
  const line = (number: number): string => `${number === 13 ? 'x' : number}.50,${time},DE\n`;
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, 'orders.csv'), `amount,at,country\n${Array.from({ length: count }, (_, i) => line(i)).join('')}2.50,${time},DE\n`); // prettier-ignore
}

it('publishes each row once, also when it ends in the middle of a batch', async () => {
  givenOrders(200);
  let appends = 0;
  // The log dies after it took a part of a batch, or all of it, which nobody hears any more.
  const dying = (): Bus => {
    const bus = busOn();
    const { log } = bus;
    const append: typeof log.append = async (records) => {
      appends += 1;
      if (appends % 2 === 0) return log.append(records);
      await log.append(records.slice(0, appends === 1 ? 7 : undefined));
      throw new Error('the log is gone');
    };
    return { ...bus, log: { ...log, append } };
  };
  let ends = 0;
  let summary: RunSummary | undefined;
  while (summary === undefined)
    summary = await run(toTopic, { bus: dying }).catch((error: unknown) => {
      expect((error as Error).message).toBe('the log is gone');
      ends += 1;
      return undefined;
    });
  expect(ends).toBeGreaterThan(1);
  expect(summary).toMatchObject({ read: 201, loaded: 200, rejected: 1, isResumed: true });
  const found = await messages();
  expect(found).toHaveLength(200);
  expect(new Set(found.map(({ id }) => id)).size).toBe(200);
  expect(found.map(({ value }) => value.value).toSorted((one, other) => one - other)).toEqual(
    [...Array.from({ length: 200 }, (_, i) => i + 0.5).filter((value) => value !== 13.5), 2.5].toSorted(
      (one, other) => one - other,
    ),
  );
  expect(found[0]?.value).toMatchObject({ target: 'shop', name: 'amount', unit: 'EUR', labels: { country: 'DE' } });
}, 20_000);

it('publishes nothing of a batch with a row that the record refuses, and says which', async () => {
  givenOrders(10);
  writeFileSync(join(directory, 'orders.csv'), 'amount,at,country\n1,2001-01-01,DE\n');
  await expect(run(toTopic)).rejects.toMatchObject({
    code: 'RecordRefused',
    faultClass: 'permanent',
    message: expect.stringContaining('good row 1 of its batch'),
  });
  expect(await messages()).toEqual([]);
});
