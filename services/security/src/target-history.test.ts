import type { SecurityEventInput } from '@muster/schemas';
import { describe, expect, it } from 'vitest';
import { drive } from '../test/drive.ts';

const dayMs = 86_400_000;
const missing = (nth: number) =>
  ({ kind: 'REQUEST', outcome: 'FAILED', action: `GET /old/${nth}`, attributes: { status: '404' } }) as const;
const page = { kind: 'REQUEST', outcome: 'SUCCEEDED', action: 'GET /', attributes: { status: '200' } } as const;
const welcome = (day: number, nth: number): string => `198.51.${day}.${nth}`;

/** Days on which visitors meet so many missing pages, each of them once. */
function usual(
  run: ReturnType<typeof drive>,
  pages: number,
  {
    days = 8,
    visitors = 20,
    last = page,
  }: { days?: number; visitors?: number; last?: Partial<SecurityEventInput> } = {},
) {
  for (let day = 0; day < days; day += 1) {
    for (let nth = 1; nth <= visitors; nth += 1) {
      const address = welcome(day, nth);
      for (let of = 0; of < pages; of += 1) run.event({ ...missing(of), address, target: 'shop' });
      run.event({ ...last, address, target: 'shop' });
    }
    run.pass(dayMs);
  }
  run.pass(2 * dayMs);
}
const scan = (run: ReturnType<typeof drive>, address: string, pages: number): void => {
  for (let nth = 0; nth < pages; nth += 1) run.event({ ...missing(nth), address, target: 'shop' });
};

describe('the limits of a target', () => {
  it('rise where its visitors meet much that is missing, and an attacker is still found', () => {
    const run = drive();
    usual(run, 22);
    expect(run.limitsOf('shop')).toEqual({ scanning: 30 });
    scan(run, '192.0.2.1', 29);
    expect(run.blocks).toEqual([]);
    scan(run, '192.0.2.2', 30);
    expect(run.blocks).toMatchObject([{ address: '192.0.2.2', rule: 'scanning' }]);
  });

  it('fall where little is usual, so that an attacker is found sooner, and no further than a bound', () => {
    const run = drive();
    usual(run, 1);
    expect(run.limitsOf('shop')).toEqual({ scanning: 15 });
    scan(run, '192.0.2.1', 15);
    expect(run.blocks).toMatchObject([{ rule: 'scanning' }]);
  });

  it('are those of other targets no more', () => {
    const run = drive();
    usual(run, 1);
    for (let nth = 0; nth < 24; nth += 1) run.event({ ...missing(nth), target: 'other' });
    expect(run.blocks).toEqual([]);
  });

  it.each([
    ['who is a stranger', { ...missing(99) }],
    ['who looks for holes', { kind: 'REQUEST', outcome: 'FAILED', action: 'GET /.env', attributes: { status: '404' } }],
  ] as const)('are not learned from an address %s', (_, last) => {
    const run = drive();
    usual(run, 22, { last });
    expect(run.limitsOf('shop')).toBeUndefined();
  });

  it('are not learned from one loud address, nor from a short history', () => {
    const loud = drive();
    for (let day = 0; day < 20; day += 1) {
      scan(loud, '203.0.113.7', 10);
      loud.event({ ...page, target: 'shop' });
      loud.pass(dayMs);
    }
    expect(loud.limitsOf('shop')).toBeUndefined();
    const short = drive();
    usual(short, 22, { days: 1, visitors: 200 });
    expect(short.limitsOf('shop')).toBeUndefined();
  });

  it('are remembered in bounded memory, and forgotten in time', () => {
    const run = drive();
    usual(run, 22, { visitors: 60 });
    expect(JSON.stringify(run.entries.get('targets shop')).length).toBeLessThan(1_000);
    run.pass(40 * dayMs);
    expect(run.limitsOf('shop')).toBeUndefined();
    expect([...run.entries.keys()].filter((name) => name.startsWith('targets'))).toEqual([]);
  });
});
