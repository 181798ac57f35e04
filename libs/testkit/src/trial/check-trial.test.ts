import type { Decoded, Message } from '@muster/bus';
import { beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../eventually.ts';
import { memoryMesh } from '../mesh.ts';
import { checkTrial } from './check-trial.ts';
import { readStates } from './read-states.ts';
import { subjectAgents, unitOf, type ForemanState, type TellerState } from './subjects.ts';
import { trialTopics, type Trial, type TrialInput } from './trial.ts';

const partitions = 3;
const keys = ['a', 'b', 'c'];

/** A run that nothing disturbed. */
async function undisturbed(): Promise<Trial> {
  const effects: string[] = [];
  const agents = subjectAgents({ effect: (key) => void effects.push(key), overdueMs: 60_000 });
  const mesh = await memoryMesh({ agents, partitions });
  for (const agent of agents) await mesh.start(agent);
  const inputs: TrialInput[] = [];
  for (let n = 0; n < 24; n += 1) {
    const name = keys[n % keys.length] ?? '';
    const kind = n === 10 ? 'rejected' : 'good';
    const sample = { target: 'shop', name, value: n % 5 === 0 ? 10 : 0, unit: unitOf[kind], at: Date.now() };
    const id = await mesh.publish('muster.metrics.v1', sample, { id: `sample-${n}` });
    inputs.push({ id, key: `shop/${name}`, kind, isSure: true });
  }
  const isOver = async (): Promise<boolean> => {
    await mesh.idle();
    const results = await mesh.read('muster.task-results.v1');
    return results.length === 23 + 4;
  };
  await eventually(isOver, () => 'the work is not done');
  await mesh.idle();
  const records: Decoded[] = [];
  for (const topic of trialTopics)
    for (const record of mesh.cluster.read(topic)) records.push(await mesh.bus.decode(record));
  const deadLetters = mesh.deadLetters('muster.metrics.v1', 'teller');
  await mesh.stop();
  const states = {
    teller: await readStates<TellerState>(mesh.store, { agent: 'teller', handler: 'samples', partitions }),
    foreman: await readStates<ForemanState>(mesh.store, { agent: 'foreman', handler: 'work', partitions }),
  };
  return { inputs, records, deadLetters, states, effects, isStoreLossy: false };
}

let clean: Trial;
beforeAll(async () => {
  clean = await undisturbed();
});

const isOf =
  (topic: string, n = 0) =>
  (each: Decoded): boolean =>
    each.kind === 'message' && each.message.topic === topic && (n -= 1) < 0;
const kinds = (trial: Trial): string[] => [
  ...new Set(checkTrial(trial).violations.map(({ agent, kind }) => `${agent}: ${kind}`)),
];
const without = (trial: Trial, topic: string): Trial => {
  const at = trial.records.findIndex(isOf(topic, 4));
  return { ...trial, records: trial.records.toSpliced(at, 1) };
};
const changed = (trial: Trial, topic: string, change: (message: Message) => object): Trial => {
  const at = trial.records.findIndex(isOf(topic, 4));
  const record = trial.records[at];
  if (record?.kind !== 'message') throw new Error('there is no such record');
  const copy = { kind: 'message', message: { ...record.message, ...change(record.message) } } as Decoded;
  return { ...trial, records: [...trial.records, copy] };
};

describe('the checker', () => {
  it('finds nothing wrong with a run that nothing disturbed', () => {
    const { violations, inputs, copies, reruns } = checkTrial(clean);
    expect(violations).toEqual([]);
    expect({ inputs, copies, reruns }).toEqual({ inputs: 24, copies: 0, reruns: 0 });
  });

  it('does not mind a second copy under the same id, wherever it comes', () => {
    const again = changed(clean, 'muster.alerts.v1', () => ({ offset: 9_999 }));
    expect(checkTrial(again)).toMatchObject({ violations: [], copies: 1 });
  });

  it('sees an output that is missing', () => {
    expect(kinds(without(clean, 'muster.alerts.v1'))).toContain('teller: lost');
    expect(kinds(without(clean, 'muster.task-progress.v1'))).toEqual(['foreman: lost']);
    expect(kinds(without(clean, 'muster.task-results.v1'))).toContain('worker: lost');
  });

  it('sees an output that is there twice, under two ids', () => {
    const twice = changed(clean, 'muster.alerts.v1', () => ({ id: 'another', offset: 9_999 }));
    expect(kinds(twice)).toContain('teller: duplicated');
    const result = changed(clean, 'muster.task-results.v1', () => ({ id: 'another', offset: 9_999 }));
    expect(kinds(result)).toContain('worker: duplicated');
  });

  it('sees inputs taken in in the wrong order', () => {
    const at = clean.records.findIndex(isOf('muster.metrics.v1', 3));
    const record = clean.records[at];
    const later = clean.records.findIndex(
      (each, index) =>
        index > at &&
        each.kind === 'message' &&
        record?.kind === 'message' &&
        each.message.topic === record.message.topic &&
        each.message.key === record.message.key,
    );
    const swapped = clean.records.toSpliced(later, 1);
    const other = clean.records[later];
    if (other !== undefined) swapped.splice(at, 0, other);
    expect(kinds({ ...clean, records: swapped })).toContain('teller: out of order');
  });

  it('sees a state that is not the end of what was told', () => {
    const [key, state] = [...clean.states.teller][0] ?? [];
    if (key === undefined || state === undefined) throw new Error('there is no state');
    const teller = new Map(clean.states.teller).set(key, { ...state, n: state.n + 1 });
    expect(kinds({ ...clean, states: { ...clean.states, teller } })).toEqual(['teller: state']);
  });

  it('sees a timer that never came, and one that came before its time', () => {
    const isTimer = (each: Decoded): boolean =>
      each.kind === 'message' && each.message.topic === 'muster.alerts.v1' && each.message.value.status === 'RESOLVED';
    const at = clean.records.findIndex(isTimer);
    expect(kinds({ ...clean, records: clean.records.toSpliced(at, 1) })).toContain('teller: timer');
    const early = clean.records.map((each, index) =>
      index === at && each.kind === 'message'
        ? { ...each, message: { ...each.message, timestamp: each.message.timestamp - 1_000 } }
        : each,
    );
    expect(kinds({ ...clean, records: early })).toEqual(['teller: timer']);
  });

  it('sees a dead letter that is missing, and one of a good message', () => {
    expect(kinds({ ...clean, deadLetters: [] })).toEqual(['teller: lost']);
    const [letter] = clean.deadLetters;
    if (letter === undefined) throw new Error('there is no dead letter');
    const good = clean.records.find(isOf('muster.metrics.v1'));
    if (good?.kind !== 'message') throw new Error('there is no sample');
    const { partition, offset } = good.message;
    expect(kinds({ ...clean, deadLetters: [letter, { ...letter, partition, offset }] })).toEqual(['teller: lost']);
  });

  it('sees an action that never ran, and explains a violation by what happened to the key', () => {
    const [violation] = checkTrial({ ...clean, effects: clean.effects.slice(1) }).violations;
    expect(violation).toMatchObject({ kind: 'lost', agent: 'worker' });
    expect(violation?.history.length).toBeGreaterThan(5);
  });
});
