import { LogUnavailableError, RecordRefusedError, type Log, type NewRecord } from '@muster/bus';
import { expect, it, vi } from 'vitest';
import { systemClock } from './clock.ts';
import { outbox } from './outbox.ts';

/** A log that keeps what it is given, after the faults it is told to have. */
function fakeLog(faults: Error[] = []): { log: Log; stored: string[]; calls: number[] } {
  const stored: string[] = [];
  const calls: number[] = [];
  const append = async (records: readonly NewRecord[]): Promise<void> => {
    calls.push(records.length);
    await Promise.resolve();
    const fault = faults.shift();
    if (fault !== undefined) throw fault;
    const bad = records.find(({ key }) => key === 'bad');
    if (bad !== undefined) throw new RecordRefusedError('too large');
    stored.push(...records.map(({ key }) => String(key)));
  };
  return { log: { append } as unknown as Log, stored, calls };
}

const record = (key: string): NewRecord => ({ topic: 't', key, value: null });
const quickClock = { ...systemClock, after: (_: number, run: () => void) => systemClock.after(0, run) };
const owner = { isOver: false };
const never = (): never => {
  throw new Error('nothing should be refused');
};

it('sends what one turn brings in one request, in order', async () => {
  const { log, stored, calls } = fakeLog();
  const box = outbox(log, quickClock, () => undefined);
  for (const key of ['a', 'b', 'c']) box.put(owner, [record(key)], never);
  await box.settled();
  expect(stored).toEqual(['a', 'b', 'c']);
  expect(calls).toEqual([3]);
});

it('keeps order while the log is away, and says so once', async () => {
  const { log, stored } = fakeLog([
    new LogUnavailableError('away'),
    new LogUnavailableError('away'),
    new LogUnavailableError('away'),
  ]);
  const reports: string[] = [];
  const box = outbox(log, quickClock, (trouble) => reports.push(trouble));
  box.put(owner, [record('a')], never);
  await new Promise((resolve) => setTimeout(resolve, 0));
  expect(box.trouble).toBe('the log does not take messages: away');
  box.put(owner, [record('b')], never);
  await box.settled();
  expect(stored).toEqual(['a', 'b']);
  expect(box.trouble).toBeUndefined();
  expect(reports).toHaveLength(1);
});

it('replaces what is refused for good, and sends the rest', async () => {
  const { log, stored } = fakeLog();
  const box = outbox(log, quickClock, () => undefined);
  box.put(owner, [record('a')], never);
  box.put(owner, [record('bad')], (reason) => [record(`instead: ${reason.message}`)]);
  box.put(owner, [record('c')], never);
  await box.settled();
  expect(stored).toEqual(['a', 'instead: too large', 'c']);
});

it('goes on trying what is refused and can not be replaced', async () => {
  const { log, stored } = fakeLog([new RecordRefusedError('no such topic'), new RecordRefusedError('no such topic')]);
  const box = outbox(log, quickClock, () => undefined);
  box.put(owner, [record('letter')], () => undefined);
  await box.settled();
  expect(stored).toEqual(['letter']);
});

it('sends nothing of a publisher that is over', async () => {
  const { log, stored } = fakeLog([new LogUnavailableError('away')]);
  const box = outbox(log, quickClock, () => undefined);
  const over = { isOver: false };
  box.put(over, [record('a')], never);
  box.put(owner, [record('b')], never);
  over.isOver = true;
  await box.settled();
  expect(stored).toEqual(['b']);
  expect(box.waiting).toBe(0);
});

it('waits while its publisher may have lost its place, and drops what is left when it has', async () => {
  const { log, stored } = fakeLog();
  const box = outbox(log, quickClock, () => undefined);
  const publisher = { isOver: false, isUnsure: true };
  box.put(publisher, [record('first')], () => undefined);
  await vi.waitFor(() => expect(box.trouble).toContain('has not confirmed'));
  expect(stored).toEqual([]);
  publisher.isUnsure = false;
  await box.settled();
  expect(stored).toEqual(['first']);
  expect(box.trouble).toBeUndefined();
  publisher.isUnsure = true;
  box.put(publisher, [record('second')], () => undefined);
  publisher.isOver = true;
  await box.settled();
  expect(stored).toEqual(['first']);
});
