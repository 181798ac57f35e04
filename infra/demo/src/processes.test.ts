import { expect, it } from 'vitest';
import { hostAndPort, processLines } from './processes.ts';

const processes = [
  { name: 'Kafka', pid: 4_711, at: '127.0.0.1:20010' },
  { name: 'customers', pid: 12, at: '' },
];

it('shows where each process is', () => {
  expect(processLines(processes)).toEqual([
    'process     pid  at',
    'Kafka      4711  127.0.0.1:20010',
    'customers    12',
  ]);
});

it('shows what memory each takes, and all together', () => {
  expect(processLines(processes, [250.4, undefined])).toEqual([
    'process     pid   memory',
    'Kafka      4711  250 MiB',
    'customers    12     gone',
    'in all           250 MiB',
  ]);
});

it.each([
  ['127.0.0.1:20010', '127.0.0.1:20010'],
  ['redis://127.0.0.1:20014', '127.0.0.1:20014'],
  ['http://127.0.0.1:20012/apis/ccompat/v7', '127.0.0.1:20012'],
])('%s is at %s', (address, expected) => {
  expect(hostAndPort(address)).toBe(expected);
});
