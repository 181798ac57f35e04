import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { newIdOf } from './key-step.ts';
import { silent } from './logs.ts';
import { sideThread, type SideThread, type SideWork } from './side-thread.ts';
import { liveTable, type LiveTable } from './tables.ts';

const program = join(import.meta.dirname, '../test/slow-agent.ts');
let thread: SideThread | undefined;
afterEach(() => thread?.stop());

const work = (name: string, { targets = liveTable(), ...more }: Given = {}): SideWork => ({
  hearer: 'series',
  message: 'isWakeUp' in more ? undefined : { value: { name, target: 'shop' } },
  inputId: 'metric-7',
  context: {
    key: `shop/${name}`,
    state: more.state,
    now: 1_000,
    config: {},
    tables: { targets } as never,
    newId: () => '',
  },
});
interface Given {
  readonly targets?: LiveTable;
  readonly state?: unknown;
  readonly isWakeUp?: true;
}

it('handles as the main thread would: the same state, ids and time to be woken', async () => {
  thread = sideThread({ program, log: silent });
  const ids = [1, 2].map((n) => newIdOf('metric-7', 'slow', 'series', n));
  const { outcome } = await thread.run(work('load', { state: { count: 4 } }));
  expect(outcome).toMatchObject({
    kind: 'handled',
    state: { count: 5 },
    wakeAt: 1_001,
    publish: [{ topic: 'muster.alerts.v1', value: { fingerprint: `shop/load ${ids.join(' ')}`, startsAt: 1_000 } }],
  });
  const woken = await thread.run(work('load', { state: { count: 5 }, isWakeUp: true }));
  expect(woken.outcome).toEqual({ kind: 'handled', state: { count: 105 } });
});

it('looks tables up where they are, and notices that they changed', async () => {
  thread = sideThread({ program, log: silent });
  const targets = liveTable();
  const titleNow = async (): Promise<unknown> => {
    const { outcome } = (await thread?.run(work('load', { targets }))) ?? {};
    return outcome?.kind === 'handled' && outcome.publish?.map(({ value }) => (value as { title: string }).title)[0];
  };
  expect(await titleNow()).toBe('nobody of 0: ');
  targets.set('shop', { owner: 'team-shop' });
  targets.set('bank', { owner: 'team-bank' });
  expect(await titleNow()).toBe('team-shop of 2: team-shop team-bank');
  expect(await titleNow()).toBe('team-shop of 2: team-shop team-bank');
  targets.set('bank', undefined);
  expect(await titleNow()).toBe('team-shop of 1: team-shop');
});

it('hands back what a handler threw, with its class, and goes on', async () => {
  thread = sideThread({ program, log: silent });
  const results = await Promise.allSettled([thread.run(work('broken')), thread.run(work('load'))]);
  expect(results[0]).toMatchObject({
    reason: { name: 'PermanentError', message: 'it can not be counted', faultClass: 'permanent' },
  });
  expect(results[1]).toMatchObject({ value: { outcome: { kind: 'handled' } } });
});

it('gives up a handler that does not end, with a sentence, and goes on with the next', async () => {
  thread = sideThread({ program, log: silent, limitMs: 1_000 });
  const results = await Promise.allSettled([thread.run(work('endless')), thread.run(work('load'))]);
  expect(results[0]).toMatchObject({
    reason: {
      name: 'HandlerTooSlow',
      faultClass: 'permanent',
      message: 'its handler computed for more than 1 s; make the handler quicker, then redrive',
    },
  });
  expect(results[1]).toMatchObject({ value: { outcome: { kind: 'handled' } } });
});

it('begins anew when the thread ended under its work, which may be tried again', async () => {
  thread = sideThread({ program, log: silent });
  const results = await Promise.allSettled([thread.run(work('leaves')), thread.run(work('load'))]);
  expect(results[0]).toMatchObject({ reason: { faultClass: 'transient' } });
  expect(results[1]).toMatchObject({ value: { outcome: { kind: 'handled' } } });
  expect(thread.isBroken).toBe(false);
});

it('says that it is of no use where the program can not run there', async () => {
  thread = sideThread({ program: join(import.meta.dirname, 'no-such-program.ts'), log: silent });
  await expect(thread.run(work('load'))).rejects.toThrow('the side thread is gone');
  expect(thread.isBroken).toBe(true);
});
