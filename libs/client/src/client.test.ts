import { createBus, memoryCluster, memorySchemaSource } from '@muster/bus';
import type { Log, MemoryCluster } from '@muster/bus';
import { topics } from '@muster/schemas';
import type { MetricSample, MetricSampleInput } from '@muster/schemas';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { clientOn } from './index.ts';
import type { Client, ClientOptions, Verdict } from './index.ts';

const METRICS = 'muster.metrics.v1';
const ALERTS = 'muster.alerts.v1';

let cluster: MemoryCluster;
const open: { client: Client; log: Log }[] = [];
const warnings: string[] = [];
const hearWarning = ({ message }: Error) => void warnings.push(message);

beforeEach(() => {
  warnings.length = 0;
  process.on('warning', hearWarning);
  cluster = memoryCluster({ topics: topics.map(({ name, partitions }) => ({ topic: name, partitions, config: {} })) });
});
afterEach(async () => {
  process.off('warning', hearWarning);
  for (const { client } of open.splice(0)) await client.close(500);
});

function connected(options: Partial<ClientOptions> = {}) {
  const log = cluster.connect('test');
  const client = clientOn(createBus({ log, schemas: memorySchemaSource() }), { source: 'shop', ...options });
  open.push({ client, log });
  return client;
}
const sample = (value: number, target = 'shop'): MetricSampleInput => ({
  target,
  name: 'latency_ms',
  value,
  at: Date.now(),
});
const quickly = { initialMs: 1, factor: 1, maxMs: 5, maxAttempts: 2 };

describe('publishing', () => {
  it('stores one record or many, with an envelope', async () => {
    const client = connected();
    const read: MetricSample[] = [];
    await client.consume(METRICS, (record) => read.push(record));
    await client.publish(METRICS, sample(1), { id: 'm-1', correlationId: 'c-1', causationId: 'm-0', time: new Date() });
    await client.publish(METRICS, [sample(2), sample(3)]);
    await expect.poll(() => read.map(({ value }) => value)).toEqual([1, 2, 3]);
    expect(read[0]!.envelope).toMatchObject({ id: 'm-1', source: 'shop', correlationId: 'c-1', causationId: 'm-0' });
    expect(read[1]!.envelope.correlationId).toBe(read[1]!.envelope.id);
    expect(read[1]!.envelope.id).not.toBe(read[2]!.envelope.id);
  });

  const fields = sample(1);
  it.each<[string, string, unknown, string]>([
    ['an unknown topic', 'muster.metric.v1', fields, 'no topic muster.metric.v1. The nearest are muster.metrics.v1'],
    ['NaN', METRICS, { ...fields, value: NaN }, 'value'],
    ['a missing key field', METRICS, { ...fields, target: undefined }, 'target'],
    ['an empty key field', METRICS, { ...fields, target: '' }, 'target'],
    ['a time in seconds', METRICS, { ...fields, at: Date.now() / 1000 }, 'at'],
    ['a time a year off', METRICS, { ...fields, at: Date.now() - 365 * 86_400_000 }, 'is 365 days behind'],
    ['a text of 2 MiB', METRICS, { ...fields, unit: 'x'.repeat(2 * 1024 * 1024) }, 'unit'],
    ['an unknown field', METRICS, { ...fields, unti: 'ms' }, 'has no field unti; did you mean unit?'],
    ['an enum symbol that is none', METRICS, { ...fields, category: 'SPEED' }, 'category'],
    ['an envelope', METRICS, { ...fields, envelope: {} }, 'give id, time or correlationId as options'],
    ['no record at all', METRICS, null, 'is null: give an object with the fields of MetricSample'],
  ])('refuses %s before anything is sent', async (_, topic, record, sentence) => {
    const client = connected();
    const good = sample(1);
    const all = [good, record] as MetricSampleInput[];
    await expect(client.publish(topic as typeof METRICS, all)).rejects.toThrow(sentence);
    expect(cluster.read(METRICS)).toEqual([]);
  });

  it('says which of many records is wrong', async () => {
    const records = [sample(1), sample(2), sample(NaN)];
    await expect(connected().publish(METRICS, records)).rejects.toThrow('Record 2');
  });

  it('refuses one id for many records', async () => {
    await expect(connected().publish(METRICS, [sample(1), sample(2)], { id: 'x' })).rejects.toThrow(
      'names one message',
    );
  });

  it('waits for a broker that is away, and stores each record once', async () => {
    const client = connected();
    cluster.unavailable(true);
    const published = client.publish(METRICS, sample(1));
    setTimeout(() => cluster.unavailable(false), 50);
    await published;
    expect(cluster.read(METRICS)).toHaveLength(1);
  });

  it('gives up in time, and says why', async () => {
    const client = connected({ publishTimeoutMs: 10 });
    cluster.unavailable(true);
    await expect(client.publish(METRICS, sample(1))).rejects.toThrow("can't be reached");
  });
});

describe('consuming without a group', () => {
  it('gives every consumer every message, from where it asked to begin', async () => {
    const client = connected();
    await client.publish(METRICS, [sample(1), sample(2)]);
    const seen: Record<string, number[]> = { late: [], early: [], timed: [] };
    await client.consume(METRICS, ({ value }) => seen['late']!.push(value));
    await client.consume(METRICS, { from: 'beginning' }, ({ value }) => seen['early']!.push(value));
    await client.consume(METRICS, { from: new Date(Date.now() - 60_000) }, ({ value }) => seen['timed']!.push(value));
    await client.publish(METRICS, sample(3));
    await expect.poll(() => seen).toEqual({ late: [3], early: [1, 2, 3], timed: [1, 2, 3] });
  });

  it('drops a message that comes again, by source and id', async () => {
    const client = connected();
    const seen: number[] = [];
    await client.consume(METRICS, ({ value }) => seen.push(value));
    for (const source of ['shop', 'shop', 'till']) await client.publish(METRICS, sample(1), { id: 'same', source });
    await client.publish(METRICS, sample(2));
    await expect.poll(() => seen).toEqual([1, 1, 2]);
  });

  it('tells of removed keys', async () => {
    const client = connected();
    const removed: string[] = [];
    await client.consume('muster.topology.v1', { onRemoval: (key) => removed.push(key) }, () => {});
    await client.remove('muster.topology.v1', 'shop');
    await expect.poll(() => removed).toEqual(['shop']);
    await expect(client.remove(METRICS, 'shop')).rejects.toThrow("isn't compacted");
  });

  it('passes over what is no message, and says so', async () => {
    const client = connected();
    const seen: number[] = [];
    const invalid: string[] = [];
    const onInvalid = (reason: string) => void invalid.push(reason);
    await client.consume(METRICS, { onInvalid }, ({ value }) => seen.push(value));
    await client.consume(METRICS, () => {});
    await open[0]!.log.append([{ topic: METRICS, key: 'shop', value: Buffer.from('{"value":1}') }]);
    await client.publish(METRICS, sample(2));
    await expect.poll(() => seen).toEqual([2]);
    expect(invalid[0]).toContain('instead of 0x00');
    await expect.poll(() => warnings.join()).toContain('is passed over: muster.metrics.v1: the value begins with');
  });

  it('holds much back without dropping any while the callback is slow', async () => {
    const client = connected();
    let release!: () => void;
    const gate = new Promise<void>((resolve) => (release = resolve));
    const seen: number[] = [];
    await client.consume(METRICS, async ({ value }) => {
      await gate;
      seen.push(value);
    });
    const values = Array.from({ length: 3_000 }, (_, value) => value);
    for (const part of [values.slice(0, 1_500), values.slice(1_500)])
      await client.publish(METRICS, part.map((value) => sample(value))); // prettier-ignore
    release();
    await expect.poll(() => seen.length, { timeout: 5_000 }).toBe(3_000);
    expect(seen).toEqual(values);
  });
});

describe('a failing callback', () => {
  const failing = (times: number, error = new Error('no luck')) => {
    const calls: number[] = [];
    return {
      calls,
      async callback({ value }: MetricSample) {
        calls.push(value);
        if (value === 1 && times-- > 0) throw error;
      },
    };
  };

  it('is tried again, in place', async () => {
    const client = connected();
    const { calls, callback } = failing(1);
    await client.consume(METRICS, { group: 'a', retry: quickly }, callback);
    await client.publish(METRICS, [sample(1), sample(2)]);
    await expect.poll(() => calls).toEqual([1, 1, 2]);
  });

  it('holds up its own partition only', async () => {
    const client = connected();
    const seen: string[] = [];
    await client.consume(METRICS, { retry: quickly }, ({ target, value }) => {
      if (value === 1) throw new Error('no luck');
      seen.push(target);
    });
    const others = Array.from({ length: 30 }, (_, index) => `other-${index}`);
    await client.publish(METRICS, [sample(1, 'stuck'), ...[...others, 'stuck'].map((target) => sample(2, target))]);
    await expect.poll(() => seen.length).toBeGreaterThan(20);
    expect(seen).not.toContain('stuck');
  });

  it('is tried for good unless told otherwise, with a warning', async () => {
    const client = connected();
    const { calls, callback } = failing(4);
    await client.consume(METRICS, { retry: quickly }, callback);
    await client.publish(METRICS, [sample(1), sample(2)]);
    await expect.poll(() => calls).toEqual([1, 1, 1, 1, 1, 2]);
    await expect
      .poll(() => warnings.join())
      .toContain('key shop/latency_ms, has failed 2 times and is tried again: no luck');
  });

  it('is passed over when told so', async () => {
    const client = connected();
    const { calls, callback } = failing(9);
    const onError = vi.fn<() => Verdict>(() => 'skip');
    await client.consume(METRICS, { retry: quickly, onError }, callback);
    await client.publish(METRICS, [sample(1), sample(2)]);
    await expect.poll(() => calls).toEqual([1, 1, 2]);
    expect(onError).toHaveBeenCalledExactlyOnceWith(
      new Error('no luck'),
      expect.objectContaining({ topic: METRICS }),
      2,
    );
  });

  it('ends the consumer when told so, before the message', async () => {
    const client = connected();
    const { calls, callback } = failing(2);
    const options = { group: 'a', retry: quickly, onError: (): Verdict => 'stop' };
    const { ended } = await client.consume(METRICS, options, callback);
    await client.publish(METRICS, [sample(1), sample(2)]);
    await expect(ended).rejects.toThrow('no luck');
    expect(calls).toEqual([1, 1]);
    await client.consume(METRICS, options, callback);
    await expect.poll(() => calls).toEqual([1, 1, 1, 2]);
  });

  it('ends the consumer when onError itself fails', async () => {
    const client = connected();
    const { callback } = failing(9);
    const onError = () => {
      throw new Error('worse');
    };
    const { ended } = await client.consume(METRICS, { retry: quickly, onError }, callback);
    await client.publish(METRICS, sample(1));
    await expect(ended).rejects.toThrow('worse');
  });
});

describe('consuming in a group', () => {
  const group = 'reports';

  it('gives each message to one member, and goes on where it was after a stop', async () => {
    const [one, two, three] = [connected(), connected(), connected()];
    const seen: number[] = [];
    const callback = ({ value }: MetricSample) => seen.push(value);
    const consumptions = [
      await one.consume(METRICS, { group }, callback),
      await two.consume(METRICS, { group }, callback),
    ];
    const samples = Array.from({ length: 40 }, (_, index) => sample(index, `shop-${index}`));
    await three.publish(METRICS, samples);
    await expect.poll(() => seen.length).toBe(40);
    await Promise.all(consumptions.map((consumption) => consumption.stop()));
    await three.publish(METRICS, sample(40));
    await three.consume(METRICS, { group }, callback);
    await expect.poll(() => seen.length).toBe(41);
    expect(new Set(seen)).toEqual(new Set(Array.from({ length: 41 }, (_, index) => index)));
  });

  it('has its place from its first moment, even if it saw nothing', async () => {
    const client = connected();
    const seen: number[] = [];
    await (await client.consume(METRICS, { group }, () => {})).stop();
    await client.publish(METRICS, sample(1));
    await client.consume(METRICS, { group }, ({ value }) => seen.push(value));
    await expect.poll(() => seen).toEqual([1]);
  });

  it('commits only after the callback: what was in hand at a crash comes again', async () => {
    const [one, two] = [connected(), connected()];
    const seen: number[] = [];
    await one.consume(METRICS, { group }, ({ value }) => (value === 2 ? new Promise(() => {}) : undefined));
    await two.publish(METRICS, [sample(1), sample(2)]);
    const committed = async () =>
      (await open[1]!.log.admin.committed(`${group}.${METRICS}`, [METRICS])).some(({ offset }) => offset > 0);
    await expect.poll(committed).toBe(true);
    cluster.crash(open[0]!.log);
    await two.consume(METRICS, { group }, ({ value }) => seen.push(value));
    await expect.poll(() => seen).toEqual([2]);
  });

  it('does not repeat, after a rebalance, what its callback was still busy with', async () => {
    const client = connected();
    const join = vi.spyOn(open[0]!.log, 'join');
    const seen: number[] = [];
    let release!: () => void;
    const gate = new Promise<void>((resolve) => (release = resolve));
    await client.consume(METRICS, { group }, async ({ value }) => {
      seen.push(value);
      if (value === 1) await gate;
    });
    await client.publish(METRICS, [sample(1), sample(2)]);
    await expect.poll(() => seen).toEqual([1]);
    const revoked = vi.spyOn(join.mock.calls[0]![0].listener, 'revoked');
    cluster.rebalance(`${group}.${METRICS}`);
    await expect.poll(() => revoked.mock.calls.length).toBe(1);
    release();
    await expect.poll(() => seen).toEqual([1, 2]);
  });

  it('goes on after an outage of the brokers', async () => {
    const client = connected();
    const seen: number[] = [];
    await client.consume(METRICS, { group }, ({ value }) => seen.push(value));
    cluster.unavailable(true);
    const published = client.publish(METRICS, sample(1));
    setTimeout(() => cluster.unavailable(false), 30);
    await published;
    await expect.poll(() => seen).toEqual([1]);
  });

  it.each([
    ['muster.monitoring', "belong to the mesh's agents"],
    ['my group', "can't be used"],
  ])('refuses the group %s', async (name, sentence) => {
    await expect(connected().consume(METRICS, { group: name }, () => {})).rejects.toThrow(sentence);
  });
});

describe('a topic that the cluster does not have', () => {
  it('can not be consumed', async () => {
    const client = connected();
    await open[0]!.log.admin.deleteTopics([ALERTS]);
    await expect(client.consume(ALERTS, () => {})).rejects.toThrow('does not exist');
    await expect(client.consume(ALERTS, { group: 'a' }, () => {})).rejects.toThrow('does not exist');
  });
});
