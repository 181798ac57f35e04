import { expect, test } from 'vitest';
import { internal } from './internals.ts';
import { keepProduceAnswers, outcomeOf } from './produce-outcome.ts';

const STORED = 0;
const NOT_LEADER = 6;
const TOO_LARGE = 10;
const TOO_LARGE_AT = 2;

test("reads each partition's outcome off the broker's answer to a request that failed in part", async () => {
  keepProduceAnswers();
  const { parse } = internal('protocol/requests/produce/v7/response') as { parse(answer: object): Promise<unknown> };
  const partitions = [STORED, NOT_LEADER, TOO_LARGE].map((errorCode, partition) => ({ partition, errorCode }));
  const error: unknown = await parse({ topics: [{ topicName: 't', partitions }] }).catch((fault: unknown) => fault);
  expect(partitions.map(({ partition }) => outcomeOf(error, 't', partition).kind)).toEqual([
    'stored',
    'open',
    'refused',
  ]);
  expect(outcomeOf(error, 't', TOO_LARGE_AT)).toMatchObject({ code: 'too-large' });
  expect(outcomeOf(error, 't', 9).kind).toBe('open');
});

test('takes a lost connection for open, and a message that can not be encoded for refused', () => {
  expect(outcomeOf(new Error('Closed connection'), 't', 0)).toEqual({ kind: 'open', reason: 'Closed connection' });
  expect(outcomeOf(new TypeError('not a buffer'), 't', 0)).toEqual({
    kind: 'refused',
    code: 'invalid',
    reason: 'not a buffer',
  });
});
