import type { Sighting } from '@muster/ingest';
import { describe, expect, it } from 'vitest';
import { ingestLines, type IngestIo } from './ingest-lines.ts';

const now = Date.UTC(2026, 10, 21, 12);
const failed = (time = '11:00:00', address = '203.0.113.7'): string =>
  `Nov 21 ${time} gate sshd[7]: Failed password for root from ${address} port 1 ssh2`;

async function* pieces(text: string, size: number): AsyncGenerator<string> {
  for (let from = 0; from < text.length; from += size) yield await Promise.resolve(text.slice(from, from + size));
}

async function ingest(chunks: AsyncIterable<string>, over: Partial<IngestIo> = {}) {
  const said: string[] = [];
  const events: Sighting[] = [];
  const lots: number[] = [];
  const tally = await ingestLines(chunks, {
    kind: 'auth',
    target: 'web',
    shiftMs: 0,
    now: () => now,
    async publish(lot) {
      lots.push(lot.length);
      if (events.length < 10_000) events.push(...lot);
      return Promise.resolve();
    },
    say: (line) => said.push(line),
    progress: () => undefined,
    ...over,
  });
  return { tally, said, events, lots };
}

describe('a log that is taken in', () => {
  it('counts every line, and shows those that are none', async () => {
    const text = [failed(), 'what is\u001b[31m this', 'Nov 21 11:00:01 gate cron[1]: nothing', failed('11:00:02')].join(
      '\n',
    );
    const { tally, said, events } = await ingest(pieces(text, 7));
    expect(tally).toEqual({ lines: 4, events: 2, quiet: 1, foreign: 1, old: 0, backwards: 0 });
    expect(events).toHaveLength(2);
    expect(said).toEqual(['line 2: it is neither syslog nor tells of a failed login: what is?[31m this']);
  });

  it('shows ten bad lines and counts the others', async () => {
    const { tally, said } = await ingest(pieces('bad\n'.repeat(500), 1_000));
    expect([tally.foreign, said.length]).toEqual([500, 11]);
  });

  it('says that the clock went backwards, and takes the events as they are', async () => {
    const { tally, said, events } = await ingest(pieces([failed('11:00:00'), failed('10:00:00')].join('\n'), 50));
    expect(tally).toMatchObject({ events: 2, backwards: 1 });
    expect(said).toHaveLength(1);
    expect(events.map(({ at }) => at)).toEqual([Date.UTC(2026, 10, 21, 11), Date.UTC(2026, 10, 21, 10)]);
  });

  it('counts what the mesh would not take, unless its times are moved', async () => {
    const old = failed().replace('Nov 21', 'Jan  1');
    expect((await ingest(pieces(old, 50))).tally).toMatchObject({ events: 0, old: 1 });
    const { tally, events } = await ingest(pieces(old, 50), { shiftMs: 324 * 86_400_000 });
    expect([tally.old, events[0]?.at]).toEqual([0, Date.UTC(2026, 10, 21, 11)]);
  });

  it('of any length is held in small lots, and a line without an end is cut', async () => {
    async function* endless(): AsyncGenerator<string> {
      const piece = `${failed()}\n`.repeat(200);
      for (let nth = 0; nth < 500; nth += 1) yield await Promise.resolve(piece);
      for (let nth = 0; nth < 200; nth += 1) yield await Promise.resolve('x'.repeat(50_000));
    }
    const { tally, lots } = await ingest(endless());
    expect(tally).toMatchObject({ events: 100_000, lines: 100_100, foreign: 100 });
    expect(Math.max(...lots)).toBe(2_000);
  });

  it('that can not be published ends with the reason', async () => {
    await expect(
      ingest(pieces(failed(), 50), { publish: async () => Promise.reject(new Error('no broker')) }),
    ).rejects.toThrow('no broker');
  });
});
