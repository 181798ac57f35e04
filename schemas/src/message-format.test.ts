import { describe, expect, it } from 'vitest';
import { schemaOf, topicFor, topics, versionsOf } from './index.ts';
import type { RecordName } from './index.ts';

// The message format that the mesh was first planned with, and where each of its fields lives now.

type Field = { readonly name: string; readonly type: unknown };
const fieldsOf = (schema: object): readonly Field[] => (schema as { fields: readonly Field[] }).fields;
const field = (record: RecordName, ...path: readonly string[]): Field | undefined => {
  let schema = schemaOf(record);
  let found: Field | undefined;
  for (const name of path) {
    found = fieldsOf(schema).find((candidate) => candidate.name === name);
    const type = found?.type;
    schema = (Array.isArray(type) ? type.at(-1) : type) as object;
  }
  return found;
};
const symbols = (type: unknown): readonly string[] => (type as { symbols: readonly string[] }).symbols;
const records = [...new Set(topics.map(({ record }) => record))];
const taskTopics = ['muster.tasks.v1', 'muster.inbox.recovery.v1', 'muster.task-results.v1'];

describe('the planned message format', () => {
  it('version: the major is in the topic, the rest is the schema that the message names', () => {
    for (const { name, record } of topics) {
      expect(name).toMatch(/\.v\d+$/);
      expect(versionsOf(record).at(-1)).toBe(schemaOf(record));
    }
  });

  it.each([
    ['timestamp', 'time', { type: 'long', logicalType: 'timestamp-millis' }],
    ['source_agent', 'source', 'string'],
    ['correlation_id', 'correlationId', 'string'],
  ])('%s: envelope.%s of every record', (_, name, type) => {
    for (const record of records) expect(field(record, 'envelope', name)?.type, record).toEqual(type);
  });

  it('target_agent: the inbox topic of the agent', () => {
    expect(topicFor('muster.inbox.recovery.v1').record).toBe('Task');
  });

  it('message_type: requests are tasks, responses results, events every other topic', () => {
    expect(taskTopics.map((name) => topicFor(name).record)).toEqual(['Task', 'Task', 'TaskResult']);
    const events = topics.filter(({ name }) => !taskTopics.includes(name));
    expect(events.length).toBeGreaterThan(0);
    for (const { record } of events) expect(['Task', 'TaskResult']).not.toContain(record);
  });

  it('message_type error: a result that FAILED, with its fault', () => {
    expect(symbols(field('TaskResult', 'status')?.type)).toContain('FAILED');
    expect(field('TaskResult', 'fault', 'class')).toBeDefined();
    expect(field('TaskResult', 'fault', 'message')?.type).toBe('string');
  });

  it('payload.action: the capability', () => {
    for (const record of ['Task', 'TaskResult'] as const) expect(field(record, 'capability')?.type).toBe('string');
  });

  it("payload.data: the record's own fields", () => {
    for (const record of records) expect(fieldsOf(schemaOf(record)).length, record).toBeGreaterThan(1);
    expect(field('Task', 'input')?.type).toBe('string');
    expect(field('TaskResult', 'output')?.type).toBe('string');
  });

  it('payload.metadata: attributes', () => {
    for (const record of ['Task', 'TaskResult'] as const)
      expect(field(record, 'attributes')?.type).toEqual({ type: 'map', values: 'string' });
  });

  it('priority and timeout_ms: priority and deadline of the task', () => {
    expect(symbols(field('Task', 'priority')?.type)).toContain('NORMAL');
    expect(field('Task', 'deadline')?.type).toEqual({ type: 'long', logicalType: 'timestamp-millis' });
  });
});
