import { decodeKeyRecord, type StateStore } from '@muster/state';
import { PermanentError } from '@muster/resilience';
import type { Message } from '@muster/bus';
import { eventually, memoryMesh } from '@muster/testkit';
import { describe, expect, it } from 'vitest';
import {
  defineAgent,
  handled,
  ignored,
  rehearse,
  rejected,
  stateOf,
  z,
  type AgentDefinition,
  type Rehearsed,
} from './index.ts';

interface Count {
  readonly n: number;
  readonly dueAt: number;
  readonly ids: readonly string[];
}

/** Tells of every sample, and twice more by itself; forgets, refuses and fails when asked to. */
const teller = defineAgent({
  name: 'teller',
  version: '1.0.0',
  description: 'Tells of samples.',
  config: z.object({ laterMs: z.coerce.number().default(150) }),
  publishes: ['muster.alerts.v1', 'muster.metrics.v1'],
  tables: { targets: 'muster.topology.v1' },
  handlers: (on) => {
    const alert = (key: string, title: string, startsAt: number) =>
      ({
        topic: 'muster.alerts.v1',
        value: {
          fingerprint: key,
          status: 'FIRING',
          severity: 'INFO',
          target: 'shop',
          category: 'BUSINESS',
          title,
          startsAt,
        },
      }) as const;
    return {
      samples: on(['muster.metrics.v1'], {
        state: stateOf<Count>(),
        horizon: 3_600_000,
        seenIds: 4,
        handle({ value: sample }, { key, state, now, newId, config, tables }) {
          if (sample.unit === 'ignored') return ignored('not wanted');
          if (sample.unit === 'rejected') return rejected('MetricSample.unit: it is wrong');
          if (sample.unit === 'faulty') throw new PermanentError('too much');
          if (sample.unit === 'forget') return handled({ state: null, wakeAt: null });
          const n = Math.floor(state?.n ?? 0) + sample.value;
          const dueAt = now + config.laterMs;
          const owner = tables.targets.get(sample.target)?.owner ?? 'nobody';
          return handled({
            state: { n, dueAt, ids: [newId(), newId()] },
            wakeAt: dueAt,
            publish: [
              alert(key, `${n} ${owner}`, now),
              { ...alert(key, 'again', now), correlationId: 'a longer story' },
            ],
          });
        },
        wake({ key, state, newId, config }) {
          if (state === undefined) return ignored('forgotten');
          const dueAt = state.dueAt + config.laterMs;
          const isFirst = state.n % 1 === 0;
          return handled({
            state: { n: isFirst ? state.n + 0.5 : state.n + 0.25, dueAt, ids: [...state.ids, newId()] },
            wakeAt: isFirst ? dueAt : null,
            publish: [alert(key, `woken ${state.n}`, state.dueAt)],
          });
        },
      }),
    };
  },
});

const at = (second: number): number => 1_700_000_000_000 + second * 1_000;
let offset = 0;
const sample = (second: number, more: { key?: string; id?: string; value?: number; unit?: string } = {}): Message => {
  const { key = 'a', value = 1, unit = '', id = `m${offset}` } = more;
  const envelope = { id, time: at(second), source: 'test', correlationId: `c-${id}`, causationId: null };
  const record = { envelope, target: 'shop', name: key, value, unit, labels: {}, category: 'BUSINESS', at: at(second) };
  offset += 1;
  return {
    topic: 'muster.metrics.v1',
    partition: 0,
    offset,
    timestamp: at(second),
    key,
    id,
    value: record,
    headers: {},
  } as Message;
};
const titlesOf = (done: readonly Rehearsed[]): (string | undefined)[] =>
  done.flatMap(({ publications }) => publications.map(({ value }) => (value as { title?: string } | null)?.title));

describe('beside an agent at work', () => {
  it('comes to the same ids, the same messages in the same order of each key, and the same states', async () => {
    const mesh = await memoryMesh({ agents: [teller], partitions: 3 });
    try {
      const stored = new Map<string, { readonly state: unknown; readonly wakeAt: number | null }>();
      const store: StateStore = {
        ...mesh.store,
        commit(ownership, sequence, change) {
          for (const [name, bytes] of change.entries) {
            const record = bytes === null ? undefined : decodeKeyRecord(bytes);
            if (record?.state === undefined) stored.delete(name);
            else stored.set(name, { state: record.state, wakeAt: record.wakeAt });
          }
          return mesh.store.commit(ownership, sequence, change);
        },
      };
      await mesh.publish('muster.topology.v1', { target: 'shop', owner: 'team-shop' });
      const { running } = await mesh.start(teller, { store });
      let told = 0;
      const publish = async (name: string, unit = '', id?: string): Promise<void> => {
        const value = { target: 'shop', name, value: 1, unit, at: Date.now() };
        await mesh.publish('muster.metrics.v1', value, id === undefined ? {} : { id });
      };
      for (const round of ['one', 'two', 'three']) {
        for (const name of ['a', 'b', 'c', 'd']) {
          await publish(name, '', `${round}-${name}`);
          await publish(name, '', `${round}-${name}`);
          await publish(name, 'ignored');
        }
        if (round === 'two') await publish('a', 'rejected');
        if (round === 'three') await publish('b', 'faulty');
        // Each tells twice at once and twice later; then all is quiet.
        told += 4 * 4;
        await eventually(
          () => running.tally.published === told,
          () => `${running.tally.published} of ${told} published`,
        );
      }
      await publish('d', 'forget');
      await mesh.idle();
      const isQuiet = (): boolean => [...stored.values()].every(({ wakeAt }) => wakeAt === null);
      await eventually(
        () => stored.size === 3 && isQuiet(),
        () => `${stored.size} states stored`,
      );

      const live = await mesh.read('muster.alerts.v1');
      const inputs = [
        ...(await mesh.read('muster.topology.v1')),
        ...(await mesh.read('muster.metrics.v1')),
      ] as Message[];
      const rehearsal = rehearse(teller);
      const done = inputs.toSorted((a, b) => a.timestamp - b.timestamp).flatMap((each) => rehearsal.take(each));
      done.push(...rehearsal.advance(Date.now() + 1_000));

      const rehearsed = done.flatMap(({ publications }) => publications);
      const plain = ({ id, key, value }: Message<'muster.alerts.v1'>): object => {
        const { envelope, fingerprint, status, title, startsAt } = value;
        const { correlationId, causationId, source } = envelope;
        return { id, key, fingerprint, status, title, startsAt, source, correlationId, causationId };
      };
      const asLive = rehearsed.map(({ key, value, envelope }) =>
        plain({ id: envelope.id, key, value: { ...value, envelope } } as never),
      );
      expect(live).toHaveLength(told);
      for (const key of ['a', 'b', 'c', 'd'].map((name) => `shop/${name}`))
        expect(asLive.filter((each) => (each as { key: string }).key === key)).toEqual(
          live.filter((each) => each.key === key).map(plain),
        );
      expect(new Map(rehearsal.states())).toEqual(stored);
      expect(Map.groupBy(done, ({ outcome }) => outcome.kind).get('failed')).toHaveLength(1);
      expect(running.tally.repeated).toBe(12);
    } finally {
      await mesh.stop();
    }
  });
});

describe('wake-ups', () => {
  it('run at their own time: before a message of that time, after one that was there before', () => {
    const { take } = rehearse(teller, { config: { laterMs: 1_000 } });
    expect(titlesOf(take(sample(0)))).toEqual(['1 nobody', 'again']);
    // Due at 1 s and, asked for again, at 2 s.
    const done = take(sample(2));
    expect(done.map(({ kind, at: time }) => [kind, time])).toEqual([
      ['wake', at(1)],
      ['wake', at(2)],
      ['message', at(2)],
    ]);
    expect(titlesOf(done)).toEqual(['woken 1', 'woken 1.5', '2 nobody', 'again']);
    expect(titlesOf(take(sample(2.999)))).toEqual(['3 nobody', 'again']);
  });

  it('come at whole milliseconds, never early', () => {
    const { take, advance } = rehearse(teller, { config: { laterMs: 10.25 } });
    take(sample(0));
    expect(advance(at(1)).map(({ at: time }) => time - at(0))).toEqual([11, 21]);
  });

  it('of other keys come in the order of time', () => {
    const { take, advance } = rehearse(teller, { config: { laterMs: 10_000 } });
    for (const [second, key] of ['c', 'a', 'b'].entries()) take(sample(second, { key }));
    const done = advance(at(22));
    expect(done.map(({ key, at: time }) => `${key} ${(time - at(0)) / 1_000}`)).toEqual([
      'c 10',
      'a 11',
      'b 12',
      'c 20',
      'a 21',
      'b 22',
    ]);
    expect(advance(at(1_000))).toEqual([]);
  });

  it('that were moved later do not come at the old time, and those called off do not come', () => {
    const { take, advance, states } = rehearse(teller, { config: { laterMs: 5_000 } });
    for (const second of [0, 2, 4]) take(sample(second));
    take(sample(4, { key: 'b' }));
    take(sample(5, { key: 'b', unit: 'forget' }));
    expect(advance(at(8))).toEqual([]);
    expect(advance(at(9)).map(({ key, at: time }) => [key, time])).toEqual([['a', at(9)]]);
    expect([...states().keys()]).toEqual(['samples/a']);
  });
});

describe('what is no message of a handler', () => {
  it('is a row, as of its place in the log; and rows that are given do not follow it', () => {
    const target = (second: number, owner: string): Message => {
      const { topic: _, ...message } = sample(second);
      return {
        ...message,
        topic: 'muster.topology.v1',
        key: 'shop',
        value: { target: 'shop', owner },
      } as unknown as Message;
    };
    const following = rehearse(teller);
    const owners = (rehearsal: ReturnType<typeof rehearse>): (string | undefined)[] => [
      ...titlesOf(rehearsal.take(sample(0))),
      ...rehearsal.take(target(1, 'ops')).map(({ kind }) => kind),
      ...titlesOf(rehearsal.take(sample(1))).slice(0, 1),
    ];
    expect(owners(following)).toEqual(['1 nobody', 'again', 'wake', 'wake', '2 ops']);
    following.row('muster.topology.v1', 'shop', undefined);
    expect(titlesOf(following.take(sample(1)))).toEqual(['3 nobody', 'again']);

    const rows = { 'muster.topology.v1': new Map([['shop', { target: 'shop', owner: 'we' }]]) };
    expect(owners(rehearse(teller, { tables: rows }))).toEqual(['1 we', 'again', 'wake', 'wake', '2 we']);
  });
});

describe('an input', () => {
  it('is known by its place in the log and by its id, as long as the handler asks for', () => {
    const { take } = rehearse(teller);
    const first = sample(0, { id: 'first' });
    expect(take(first)).toHaveLength(1);
    expect(take(first)).toEqual([]);
    expect(take(sample(0, { id: 'first' }))).toEqual([]);
    for (let n = 0; n < 4; n += 1) take(sample(0));
    expect(take(sample(0, { id: 'first' }))).toHaveLength(1);
  });

  it('that became a dead letter may be sent again', () => {
    const { take } = rehearse(teller);
    expect(take(sample(0, { id: 'bad', unit: 'rejected' }))).toMatchObject([{ outcome: { kind: 'rejected' } }]);
    expect(take(sample(1, { id: 'bad' }))).toMatchObject([{ outcome: { kind: 'handled' } }]);
    expect(take(sample(1, { id: 'bad' }))).toEqual([]);
  });

  it('that fails changes nothing, whether the handler throws or a message can not be published', () => {
    const check = ({ value }: { value: unknown }): void => {
      if ((value as { title: string }).title.startsWith('2')) throw new Error('nobody may say 2');
    };
    const { take, states } = rehearse(teller, { check });
    take(sample(0));
    const before = states();
    const [failed] = take(sample(0));
    expect(failed).toMatchObject({
      outcome: { kind: 'failed', fault: { message: 'nobody may say 2' } },
      publications: [],
    });
    expect(take(sample(0, { unit: 'faulty' }))).toMatchObject([{ outcome: { kind: 'failed' } }]);
    expect(states()).toEqual(before);
  });
});

it('reads the config from an environment, and says what is wrong with it', () => {
  const titles = (definition: AgentDefinition, environment: Record<string, string>): unknown => {
    const rehearsal = rehearse(definition, { environment });
    rehearsal.take(sample(0));
    return titlesOf(rehearsal.advance(at(3)));
  };
  expect(titles(teller, { MUSTER_LATER_MS: '3000' })).toEqual(['woken 1']);
  expect(() => titles(teller, { MUSTER_LATER_MS: 'soon' })).toThrow('MUSTER_LATER_MS: ');
});
