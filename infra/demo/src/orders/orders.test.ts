import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { loadedIn } from './loaded.ts';
import { brokenAmong, isBroken, orderLine } from './orders.ts';

const folder = mkdtempSync(join(tmpdir(), 'muster-orders-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('are the same every time, and broken in four ways', () => {
  expect(orderLine(1)).toBe('1,customer 7919,FR,0.37,2026-11-20 00:01:00');
  const broken = Array.from({ length: 80_044 }, (_, index) => index + 1).filter(isBroken);
  expect(broken).toHaveLength(brokenAmong(80_044));
  expect(broken.map((number) => orderLine(number).replace(/,2026.*$/, ''))).toEqual([
    '20011,customer 17109,XX,404.07',
    '40022,customer 34218,GB,12.50 EUR',
    '60033,"customer,FR,212.21',
    ',customer 18436,DE,616.28',
  ]);
});

it('that were loaded are counted, and those that were loaded twice', async () => {
  writeFileSync(join(folder, 'part-000000.csv'), 'orderId,amount\n1,2.5\n2,2.5\n');
  writeFileSync(join(folder, 'part-000001.csv'), 'orderId,amount\n3,2.5\n2,2.5\n');
  writeFileSync(join(folder, '_manifest.json'), '{}\n');
  expect(await loadedIn(folder, 10)).toEqual({ rows: 4, repeated: 1 });
});
