import { expect, it } from 'vitest';
import { classifyFault, messageOf, PermanentError, TransientError } from './index.ts';

it('takes an error at its word', () => {
  expect(classifyFault(new TransientError('away'))).toBe('transient');
  expect(classifyFault(new PermanentError('never'))).toBe('permanent');
});

it('knows the codes of a network that is away', () => {
  expect(classifyFault(Object.assign(new Error('no'), { code: 'ECONNREFUSED' }))).toBe('transient');
});

it('looks behind a wrapper for the cause', () => {
  expect(classifyFault(new Error('outer', { cause: new TransientError('inner') }))).toBe('transient');
});

it('calls everything else unknown, whatever was thrown', () => {
  for (const thrown of [new TypeError('x is not a function'), 'text', null, undefined, 7]) {
    expect(classifyFault(thrown)).toBe('unknown');
  }
});

it('survives an error that causes itself', () => {
  const error = new Error('loop');
  error.cause = error;
  expect(classifyFault(error)).toBe('unknown');
});

it('gives the parts of an aggregate that has no message of its own', () => {
  expect(messageOf(new AggregateError([new Error('first'), 'second'], ''))).toBe('first; second');
});
