import { expect, test } from 'vitest';
import { brokersListed } from './readiness.ts';

test('the number of brokers is read from a metadata answer, and is none while it is cut short', () => {
  const answer = Buffer.from('0000001c 00000001 00000000 00000001 00000001'.replaceAll(' ', ''), 'hex');
  expect(brokersListed(answer)).toBe(1);
  expect(brokersListed(answer.subarray(0, 14))).toBe(0);
});
