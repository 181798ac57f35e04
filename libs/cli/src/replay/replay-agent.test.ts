import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineAgent, handled, rejected, stateOf } from '@muster/agent';
import { createBus, memoryLog, memorySchemaSource } from '@muster/bus';
import type { Outgoing } from '@muster/bus';
import { topicFor } from '@muster/schemas';
import type { TopicName } from '@muster/schemas';
import { afterAll, describe, expect, it } from 'vitest';
import { readGolden } from './golden-file.ts';
import { checking, comparing, recording } from './listener.ts';
import type { Listening } from './listener.ts';
import { replayAgent } from './replay-agent.ts';
import type { ReplayedOutcome, ReplayOptions } from './replay-agent.ts';

/** An alert for each sample with its running total, as far as the policies allow; a wake-up a minute after the last one. */
const adder = defineAgent({
  name: 'adder',
  version: '1.0.0',
  description: 'Adds up.',
  publishes: ['muster.alerts.v1'],
  tables: { policies: 'muster.policies.v1', targets: 'muster.topology.v1' },
  handlers: (on) => {
    const alert = (fingerprint: string, title: string, startsAt: number) => {
      const value = {
        fingerprint,
        status: 'FIRING',
        severity: 'INFO',
        target: 'shop',
        category: 'BUSINESS',
        title,
        startsAt,
      } as const;
      return { topic: 'muster.alerts.v1', value } as const;
    };
    return {
      sums: on(['muster.metrics.v1'], {
        state: stateOf<number>(),
        horizon: 10_000,
        handle({ value: { value } }, { key, state = 0, now, tables }) {
          if (value < 0) return rejected('MetricSample.value: below zero');
          const total = state + value;
          const owner = tables.targets.get('shop')?.owner ?? '';
          const isSilent = tables.policies.get('silent') !== undefined;
          return handled({
            state: total,
            wakeAt: now + 60_000,
            publish: isSilent ? [] : [alert(key, `${total}${owner}`, now)],
          });
        },
        wake: ({ key, state, now }) => handled({ publish: [alert(key, `still ${state}`, now)] }),
      }),
    };
  },
});

const start = Date.parse('2026-01-31T12:00:00Z');
const second = (n: number): number => start + n * 1_000;

async function world() {
  let time = start;
  const topics = ['muster.metrics.v1', 'muster.alerts.v1', 'muster.policies.v1', 'muster.topology.v1'].map((topic) => ({
    topic,
    partitions: topicFor(topic).partitions,
    config: {},
  }));
  const bus = createBus({
    log: memoryLog({ clock: () => time, topics }),
    schemas: memorySchemaSource(),
    clock: () => time,
  });
  let count = 0;
  const publish = async (at: number, topic: TopicName, value: object, envelope: object = {}) => {
    time = at;
    count += 1;
    const id = `m${count}`;
    await bus.publish([
      {
        topic,
        value,
        envelope: { id, time: at, source: 'test', correlationId: id, causationId: null, ...envelope },
      } as Outgoing,
    ]);
  };
  const sample = (at: number, name: string, value: number) =>
    publish(at, 'muster.metrics.v1', { target: 'shop', name, value, at });
  const replay = async (listening: Partial<Listening>, more: Partial<ReplayOptions> = {}) =>
    replayAgent(
      bus,
      {
        definition: adder,
        environment: {},
        range: { from: start, to: second(1_000) },
        now: second(2_000),
        warmUpMs: undefined,
        policies: undefined,
        isCompared: false,
        signal: new AbortController().signal,
        ...more,
      },
      { outcome() {}, earlier() {}, recorded() {}, warned() {}, progress() {}, ...listening },
    );
  const outcomes = async (more: Partial<ReplayOptions> = {}): Promise<string[]> => {
    const lines: string[] = [];
    const replayed = await replay({ outcome: (outcome) => void lines.push(lineOf(outcome)) }, more);
    return [
      ...lines,
      `${[...replayed.heard.values()].join()} heard, ${replayed.warmUp} before, ${replayed.wakes} woken`,
    ];
  };
  /** What the agent would have published, published. */
  const act = async (leaveOut: (title: string) => boolean = () => false) => {
    const all: Extract<ReplayedOutcome, { kind: 'published' }>[] = [];
    await replay(
      { outcome: (outcome) => void (outcome.kind === 'published' && all.push(outcome)) },
      { range: { from: 0, to: second(2_000) }, warmUpMs: Infinity },
    );
    for (const {
      told: { id, at, correlationId, causationId, value, topic },
    } of all)
      if (!leaveOut(String(value?.['title'])))
        await publish(at + 40, topic as TopicName, value!, { id, source: 'adder', correlationId, causationId });
  };
  const compare = async (more: Partial<ReplayOptions> = {}) => {
    const twins = comparing();
    const replayed = await replay(twins, { isCompared: true, ...more });
    return twins.finish((topic) => replayed.withHoles.has(topic));
  };
  return { bus, publish, sample, replay, outcomes, act, compare };
}

const lineOf = (outcome: ReplayedOutcome): string =>
  outcome.kind === 'published'
    ? `${(outcome.told.at - start) / 1_000} ${outcome.told.key} ${String(outcome.told.value?.['title'])}`
    : `${(outcome.at - start) / 1_000} ${outcome.key} ${outcome.kind}: ${outcome.reason}`;

describe('a replay', () => {
  it('hears all partitions in the order of time, with wake-ups at their time, and tables as they were', async () => {
    const { sample, publish, outcomes } = await world();
    await sample(second(1), 'a', 1);
    await sample(second(2), 'b', 10);
    await publish(second(3), 'muster.topology.v1', { target: 'shop', owner: '!' });
    await sample(second(4), 'a', 2);
    await sample(second(5), 'a', -1);
    await sample(second(80), 'b', 5);
    expect(await outcomes()).toEqual([
      '1 shop/a 1',
      '2 shop/b 10',
      '4 shop/a 3!',
      '5 shop/a rejected: MetricSample.value: below zero',
      '62 shop/b still 10',
      '64 shop/a still 3',
      '80 shop/b 15!',
      '140 shop/b still 15',
      '5 heard, 0 before, 3 woken',
    ]);
  });

  it('shows its range only, and warms up as far back as the state reaches', async () => {
    const { sample, outcomes } = await world();
    for (const at of [0, 15, 25, 30, 35]) await sample(second(at), 'a', 1);
    const range = { from: second(25), to: second(35) };
    expect(await outcomes({ range })).toEqual(['25 shop/a 2', '30 shop/a 3', '2 heard, 1 before, 0 woken']);
    expect(await outcomes({ range, warmUpMs: Infinity })).toEqual([
      '25 shop/a 3',
      '30 shop/a 4',
      '2 heard, 2 before, 0 woken',
    ]);
  });

  it('ends when it is interrupted', async () => {
    const { sample, replay } = await world();
    await sample(second(1), 'a', 1);
    await expect(replay({}, { signal: AbortSignal.abort(new Error('enough')) })).rejects.toThrow('enough');
  });

  it('of many records is in order, however they are spread', async () => {
    const { bus, replay } = await world();
    const many = Array.from({ length: 2_800 }, (_, n) => ({
      topic: 'muster.metrics.v1' as const,
      value: { target: 'shop', name: n % 7 === 0 ? `n${n}` : 'one', value: 1, at: start },
      envelope: { id: `s${n}`, time: start, source: 'test', correlationId: 'c', causationId: null },
    }));
    await bus.publish(many);
    const titles: string[] = [];
    await replay({
      outcome: (outcome) =>
        void (
          outcome.kind === 'published' && titles.push(`${outcome.told.key} ${String(outcome.told.value?.['title'])}`)
        ),
    });
    const sums = titles.filter((title) => /^shop\/one \d/.test(title));
    expect(sums).toEqual(Array.from({ length: 2_400 }, (_, n) => `shop/one ${n + 1}`));
    expect(titles).toHaveLength(2_400 + 400 + 401);
  });
});

describe('compared with what was published', () => {
  it('finds no difference where there is none, at the edges of the range too', async () => {
    const { sample, act, compare } = await world();
    for (let at = 0; at < 100; at += 0.5) await sample(second(at), at % 3 === 0 ? 'a' : 'b', 1);
    await act();
    expect(await compare()).toMatchObject({ same: 202, differences: [], notYet: 0 });
    const part = await compare({ range: { from: second(20), to: second(50) }, warmUpMs: Infinity });
    expect(part).toMatchObject({ same: 60, differences: [] });
  });

  it('finds what is missing, and what other policies would change', async () => {
    const { sample, act, compare } = await world();
    for (let at = 0; at < 10; at += 1) await sample(second(at), 'a', 1);
    await act((title) => title === '4');
    expect((await compare()).differences).toMatchObject([{ kind: 'added', replayed: { value: { title: '4' } } }]);
    const values = [{ policyId: 'silent', version: 1, agent: 'adder', rules: [] }];
    const silent = await compare({ policies: { file: 'p.json', values } });
    expect(silent.same).toBe(1);
    expect(silent.differences.map(({ kind }) => kind)).toEqual(Array.from({ length: 9 }, () => 'missing'));
  });
});

describe('a golden file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'muster-golden-'));
  const file = join(folder, 'outcomes.jsonl');
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('has the same bytes for the same records, and shows every outcome that is another', async () => {
    const { sample, replay } = await world();
    for (const [at, value] of [1, -3, 2].entries()) await sample(second(at), 'a', value);
    const range = { from: start, to: second(1_000) };
    const write = async (): Promise<string> => {
      const written = recording(file, { agent: 'adder', ...range });
      await replay(written);
      expect(written.finish()).toBe(4);
      return readFileSync(file, 'utf8');
    };
    const text = await write();
    expect(await write()).toBe(text);
    const same = checking(readGolden(file)!);
    await replay(same);
    expect(same.finish()).toMatchObject({ same: 4, differences: [] });

    writeFileSync(file, text.replace('below zero', 'negative').replace('"title":"3"', '"title":"4"'));
    const other = checking(readGolden(file)!);
    await replay(other);
    expect(other.finish().differences.flatMap((each) => (each.kind === 'different' ? each.fields : []))).toEqual([
      { field: 'reason', recorded: 'MetricSample.value: negative', replayed: 'MetricSample.value: below zero' },
      { field: 'title', recorded: '4', replayed: '3' },
    ]);
  });

  it('that is none is told in a sentence', () => {
    writeFileSync(file, '{"topic":"x"}\n');
    expect(() => readGolden(file)).toThrow('its first line says no agent, from and to');
    writeFileSync(file, '{"agent":"adder","from":"2026-01-31T12:00:00Z","to":"2026-01-31T13:00:00Z"}\n{"at"\n');
    expect(() => readGolden(file)).toThrow('outcomes.jsonl, line 2: it is no JSON');
    expect(readGolden(join(folder, 'none'))).toBeUndefined();
  });
});
