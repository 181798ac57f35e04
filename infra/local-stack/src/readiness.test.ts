import { expect, test } from 'vitest';
import { brokersListed } from './readiness.ts';

test('the brokers are read from a metadata answer, and are none while it is cut short', () => {
  const one = '00000001 0002 6162 00004e20 ffff';
  const other = '00000002 0001 61 00004e25 0001 72';
  const answer = Buffer.from(`00000028 00000001 00000000 00000002 ${one} ${other}`.replaceAll(' ', ''), 'hex');
  answer.writeInt32BE(answer.length - 4, 0);
  expect(brokersListed(answer)).toEqual([20_000, 20_005]);
  expect(brokersListed(answer.subarray(0, 30))).toEqual([]);
});
