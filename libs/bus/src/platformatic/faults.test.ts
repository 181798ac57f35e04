import { AuthenticationError, NetworkError, ProtocolError, ResponseError, TimeoutError } from '@platformatic/kafka';
import { expect, test } from 'vitest';
import { LogUnavailableError } from '../log.ts';
import { codeOf, CODES, isFencing, isOutage, toLogError } from './faults.ts';

const HEARTBEAT = 12;
const UNKNOWN_SERVER_ERROR = -1;
const NOT_LEADER = 6;
const GROUP_AUTHORIZATION_FAILED = 30;
const INCONSISTENT_GROUP_PROTOCOL = 23;
const answered = (code: number) => new ResponseError(HEARTBEAT, 4, { '/': [code, null] }, {});

test.each([
  ['a refused connection', new NetworkError('refused', { cause: new Error('connect ECONNREFUSED') })],
  ['a timeout', new TimeoutError('Request timed out')],
  ['a moved leader', answered(NOT_LEADER)],
  ['a coordinator that is moving', answered(CODES.notCoordinator)],
  ['an error in the broker', answered(UNKNOWN_SERVER_ERROR)],
  ['a lost membership', answered(CODES.unknownMember)],
])('waits out %s', (_, error) => {
  expect(isOutage(error)).toBe(true);
  expect(toLogError(error, 'Reading')).toBeInstanceOf(LogUnavailableError);
});

test.each([
  ['a missing permission', answered(GROUP_AUTHORIZATION_FAILED)],
  ['a group of another kind', answered(INCONSISTENT_GROUP_PROTOCOL)],
  ['a wrong password', new NetworkError('failed', { cause: new AuthenticationError('SASL authentication failed.') })],
  ['a bug', new TypeError('x is not a function')],
])('does not wait out %s', (_, error) => {
  expect(isOutage(error)).toBe(false);
  expect(toLogError(error, 'Reading')).not.toBeInstanceOf(LogUnavailableError);
});

test('finds the code that a broker answered with, and fencing', () => {
  expect(codeOf(answered(NOT_LEADER))).toBe(NOT_LEADER);
  expect(codeOf(new ProtocolError('UNKNOWN_MEMBER_ID'))).toBe(CODES.unknownMember);
  expect(codeOf(new NetworkError('refused'))).toBeUndefined();
  const fencing = [CODES.illegalGeneration, CODES.unknownMember, CODES.rebalanceInProgress, CODES.fencedInstance];
  expect(fencing.every((code) => isFencing(answered(code)))).toBe(true);
  expect(isFencing(answered(NOT_LEADER))).toBe(false);
});
