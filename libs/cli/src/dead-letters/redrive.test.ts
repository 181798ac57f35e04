import { createBus, deadLetterOf, memoryLog, memorySchemaSource } from '@muster/bus';
import type { Bus, LogRecord, NewRecord } from '@muster/bus';
import { describe, expect, it } from 'vitest';
import { groupLetters } from './letter-lines.ts';
import { readLetters } from './letters.ts';
import type { Selection } from './letters.ts';
import { redrive } from './redrive.ts';
import type { RedriveOptions } from './redrive.ts';

const topic = 'muster.metrics.v1';
const group = 'muster.watcher';
const day = 86_400_000;
const never = new AbortController().signal;
const everything: Selection = { agent: undefined, topic: undefined, place: undefined, from: 0 };

/** A log in which an agent has set aside every record that is appended here. */
async function world() {
  let time = Date.now();
  const specs = [topic, `${topic}.${group}.dlt`, `${topic}.muster.other.dlt`].map((name) => ({
    topic: name,
    partitions: 2,
    config: {},
  }));
  const log = memoryLog({ clock: () => time, topics: specs });
  const bus: Bus = createBus({ log, schemas: memorySchemaSource(), clock: () => time });
  await bus.warm({ reads: [topic], writes: [topic] });
  const encoded = (id: string): NewRecord =>
    bus.encode({
      topic,
      value: { target: 'shop', name: 'cpu', value: 1, at: time },
      envelope: { id, time, source: 'test', correlationId: id, causationId: null },
    });
  const records = (): readonly LogRecord[] => log.cluster.read(topic);
  const setAside = async (
    record: NewRecord,
    reason: string,
    more: (letter: NewRecord) => NewRecord = (letter) => letter,
    by = group,
  ): Promise<LogRecord> => {
    const before = new Set(records());
    await log.append([record]);
    const original = records().find((each) => !before.has(each))!;
    await log.append([more(deadLetterOf(original, { group: by, fault: new Error(reason), at: time }))]);
    return original;
  };
  const withoutValue = (letter: NewRecord): NewRecord => ({
    ...letter,
    value: null,
    headers: { ...letter.headers, 'muster_dlt-value': Buffer.from('left out') },
  });
  const send = async (more: Partial<RedriveOptions> = {}) => {
    const before = new Set(records());
    const left: string[] = [];
    const redriven = await redrive(bus, {
      selection: everything,
      isMeant: true,
      rate: 100_000,
      limit: Infinity,
      signal: never,
      left: (_, reason) => left.push(reason),
      progress() {},
      ...more,
    });
    return { ...redriven, left, back: records().filter((each) => !before.has(each)) };
  };
  return { bus, encoded, setAside, withoutValue, send, at: (to: number) => void (time = to), now: () => time };
}

describe('a redrive', () => {
  it('appends key, value and headers as they were, to where they were', async () => {
    const { encoded, setAside, send } = await world();
    const original = await setAside(encoded('a'), 'no');
    const { back, sent } = await send();
    expect(back).toMatchObject([
      { key: original.key, value: original.value, headers: original.headers, partition: original.partition },
    ]);
    expect(Object.keys(back[0]!.headers)).toEqual(Object.keys(original.headers));
    expect([...sent]).toEqual([[topic, 1]]);
  });

  it('publishes nothing unless it is meant, and says the same', async () => {
    const { encoded, setAside, send } = await world();
    for (const id of ['a', 'b', 'c']) await setAside(encoded(id), 'no');
    const { back, sent } = await send({ isMeant: false });
    expect([back, [...sent]]).toEqual([[], [[topic, 3]]]);
    expect((await send({ limit: 2 })).back).toHaveLength(2);
  });

  it('fetches a value that was left out from where it was, as long as it is there', async () => {
    const { bus, encoded, setAside, withoutValue, send } = await world();
    const original = await setAside(encoded('a'), 'no', withoutValue);
    expect((await send()).back).toMatchObject([
      { key: original.key, value: original.value, headers: original.headers },
    ]);
    const shortened: Bus['log'] = {
      ...bus.log,
      admin: {
        ...bus.log.admin,
        offsets: async (name) =>
          (await bus.log.admin.offsets(name)).map((each) => (name === topic ? { ...each, beginning: each.end } : each)),
      },
    };
    const redriven = await redrive(
      { ...bus, log: shortened },
      { selection: everything, isMeant: true, rate: 100, limit: 9, signal: never, left() {}, progress() {} },
    );
    expect(redriven).toMatchObject({ gone: 1, sent: new Map() });
  });

  it('leaves what every reader would refuse again, and says why: too old, or no message at all', async () => {
    const { encoded, setAside, send, at, now } = await world();
    const today = now();
    at(today - 9 * day);
    await setAside(encoded('old'), 'no');
    at(today);
    await setAside({ topic, key: 'shop/cpu', value: Buffer.from('{}') }, 'no');
    await setAside(encoded('new'), 'no');
    const { back, left, refused } = await send();
    expect([back.length, refused]).toEqual([1, 2]);
    expect(left).toEqual([
      expect.stringMatching(/is 9 days behind the log's clock \(limit 7 days\)/),
      expect.stringContaining('as JSON does'),
    ]);
  });

  it('is no faster than it is asked to be: one after the other at ten a second', async () => {
    const { encoded, setAside, send } = await world();
    for (const id of ['a', 'b', 'c']) await setAside(encoded(id), 'no');
    const steps: number[] = [];
    await send({ rate: 10, progress: (count) => steps.push(count) });
    expect(steps).toEqual([1, 2, 3]);
  });

  it('stops when it is interrupted', async () => {
    const { encoded, setAside, send } = await world();
    for (const id of ['a', 'b', 'c']) await setAside(encoded(id), 'no');
    const enough = new AbortController();
    await expect(
      send({ rate: 10, signal: enough.signal, progress: () => enough.abort(new Error('enough')) }),
    ).rejects.toThrow('enough');
  });
});

describe('dead letters', () => {
  it('are chosen by agent, topic, place and time', async () => {
    const { bus, encoded, setAside, at, now } = await world();
    const today = now();
    at(today - day);
    const first = await setAside(encoded('a'), 'one');
    at(today);
    await setAside(encoded('b'), 'two');
    await setAside(encoded('c'), 'three', undefined, 'muster.other');
    const reasons = async (selection: Partial<Selection>): Promise<string[]> => {
      const found: string[] = [];
      await readLetters(
        bus,
        { ...everything, ...selection },
        never,
        async ({ fault }) => void found.push(fault.message),
      );
      return found;
    };
    expect((await reasons({})).toSorted()).toEqual(['one', 'three', 'two']);
    expect(await reasons({ agent: 'other' })).toEqual(['three']);
    expect(await reasons({ agent: 'watcher', from: today - 1_000 })).toEqual(['two']);
    expect(await reasons({ topic, place: { partition: first.partition, offset: first.offset } })).toEqual(['one']);
    expect(await reasons({ topic: 'muster.alerts.v1' })).toEqual([]);
  });

  it('are counted by topic, agent and reason, whatever numbers are in it', async () => {
    const { bus, encoded, setAside, at, now } = await world();
    const today = now();
    for (const [n, reason] of ['value 3 is odd', 'value 15 is odd', 'no name'].entries()) {
      at(today + n);
      await setAside(encoded(reason), reason);
    }
    const letters = groupLetters();
    await readLetters(bus, everything, never, async (letter) => letters.add(letter));
    expect(letters.groups()).toMatchObject([
      { count: 1, agent: 'watcher', reason: 'no name' },
      { count: 2, agent: 'watcher', reason: 'value 15 is odd', place: expect.stringMatching(/^metrics\/\d\/\d$/) },
    ]);
  });
});
