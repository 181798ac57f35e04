import { describe, expect, it, vi } from 'vitest';
import type { RecordLine } from './json-records.ts';
import { publishLines } from './publish-lines.ts';

async function* given(items: readonly RecordLine[]) {
  yield* items;
}
const record = (line: number, value: unknown): RecordLine => ({ kind: 'record', line, record: value });

describe('publishing the records of a text', () => {
  it('publishes what is right and names what is wrong', async () => {
    const publish = vi.fn<(topic: string, value: { n: number }) => Promise<void>>(async (_, value) => {
      if (value.n === 2) throw new Error('n is odd in its own way');
    });
    const bad: unknown[] = [];
    const items = [
      record(1, { n: 1 }),
      record(2, { n: 2 }),
      { kind: 'bad', line: 3, reason: 'no JSON' } as const,
      record(4, { n: 4 }),
    ];
    const count = await publishLines({ publish } as never, 'muster.metrics.v1', given(items), (line) => bad.push(line));
    expect(count).toEqual({ published: 2, failed: 2 });
    expect(bad).toContainEqual({ line: 2, reason: 'n is odd in its own way' });
    expect(bad).toContainEqual({ line: 3, reason: 'no JSON' });
    expect(publish.mock.calls.map(([, value]) => value.n)).toEqual([1, 2, 4]);
  });

  it('keeps the envelope of what was read from a topic', async () => {
    const publish = vi.fn<(...call: unknown[]) => Promise<void>>(async () => {});
    const envelope = { id: 'm-1', time: 1, source: 'shop', correlationId: 'c', causationId: null };
    const items = [
      record(1, { envelope, n: 1 }),
      record(2, { topic: 't', offset: 7, record: { envelope, n: 2 } }),
      record(3, { n: 3 }),
    ];
    await publishLines({ publish } as never, 'muster.metrics.v1', given(items), () => {});
    expect(publish.mock.calls.map(([, ...rest]) => rest)).toEqual([
      [{ n: 1 }, envelope],
      [{ n: 2 }, envelope],
      [{ n: 3 }, {}],
    ]);
  });
});
