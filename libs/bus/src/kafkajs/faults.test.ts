import kafkajs from 'kafkajs';
import { expect, test } from 'vitest';
import { LogUnavailableError } from '../log.ts';
import { isFencing, isOutage, rootOf, toLogError } from './faults.ts';
import { internal } from './internals.ts';

const { createErrorFromCode } = internal('protocol/error') as { createErrorFromCode(code: number): Error };
const errors = internal('errors') as Record<
  'KafkaJSGroupCoordinatorNotFound' | 'KafkaJSNotImplemented',
  new (message: string) => Error
>;
const retriesExceeded = (cause: Error) =>
  new kafkajs.KafkaJSNumberOfRetriesExceeded(cause, { retryCount: 5, retryTime: 1 });
const UNKNOWN_SERVER_ERROR = -1;
const UNKNOWN_MEMBER_ID = 25;
const NOT_LEADER = 6;
const GROUP_AUTHORIZATION_FAILED = 30;

test.each([
  ['a refused connection', new kafkajs.KafkaJSConnectionError('connect ECONNREFUSED')],
  ['a timeout', new kafkajs.KafkaJSRequestTimeoutError('timed out')],
  ['no coordinator, which kafkajs calls final', new errors.KafkaJSGroupCoordinatorNotFound('none')],
  ['a moved leader, given up on', retriesExceeded(createErrorFromCode(NOT_LEADER))],
  ['a broker that accepts a connection and says nothing', retriesExceeded(new Error('Broker not connected'))],
  ['an error in the broker', createErrorFromCode(UNKNOWN_SERVER_ERROR)],
  ['a lost membership', createErrorFromCode(UNKNOWN_MEMBER_ID)],
])('waits out %s', (_, error) => {
  expect(isOutage(error)).toBe(true);
  expect(toLogError(error, 'Reading')).toBeInstanceOf(LogUnavailableError);
});

test.each([
  ['a missing permission', createErrorFromCode(GROUP_AUTHORIZATION_FAILED)],
  ['a missing codec', new errors.KafkaJSNotImplemented('Snappy compression not implemented')],
  ['a bug, even when kafkajs has retried it', retriesExceeded(new TypeError('x is not a function'))],
])('does not wait out %s', (_, error) => {
  expect(isOutage(error)).toBe(false);
  expect(toLogError(error, 'Reading')).not.toBeInstanceOf(LogUnavailableError);
});

test('finds the cause, and fencing, inside wrappers', () => {
  const fenced = createErrorFromCode(UNKNOWN_MEMBER_ID);
  expect(rootOf(retriesExceeded(fenced))).toBe(fenced);
  expect(isFencing(retriesExceeded(fenced))).toBe(true);
  expect(isFencing(createErrorFromCode(NOT_LEADER))).toBe(false);
});
