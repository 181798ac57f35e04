import { expect, it } from 'vitest';
import { kibOf, residentMiB } from './memory.ts';

it('reads resident memory out of a status', () => {
  expect(kibOf('VmHWM:\t  99999 kB\nVmRSS:\t   48392 kB\nRssAnon:\t   1 kB\n')).toBe(48_392);
});

it('is that of the process', () => {
  expect(residentMiB(process.pid)).toBeGreaterThan(10);
  expect(residentMiB(2 ** 30)).toBeUndefined();
});
