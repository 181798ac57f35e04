import { describe, expect, it } from 'vitest';
import { diagnose, diagnoseError, PermanentError, TransientError } from './index.ts';

describe('a diagnosis', () => {
  it.each([
    ['HTTP_429', 'overload'],
    ['HTTP_503', 'overload'],
    ['HTTP_502', 'dependency'],
    ['HTTP_408', 'transient'],
    ['HTTP_409', 'transient'],
    ['HTTP_404', 'permanent'],
    ['HTTP_302', 'permanent'],
    ['HTTP_500', 'unknown'],
    ['ECONNREFUSED', 'dependency'],
    ['ECONNRESET', 'transient'],
    ['TimeoutError', 'transient'],
    ['EMFILE', 'overload'],
    ['ENOENT', 'permanent'],
    ['NOT_LEADER_OR_FOLLOWER', 'transient'],
    ['TOPIC_AUTHORIZATION_FAILED', 'permanent'],
    ['LOADING', 'transient'],
    ['OOM', 'overload'],
    ['40P01', 'transient'],
    ['53300', 'overload'],
    ['57P01', 'dependency'],
    ['23505', 'permanent'],
    ['XX000', 'unknown'],
    ['EPIPE', 'transient'],
    ['TypeError', 'unknown'],
    ['', 'unknown'],
  ])('of %s is %s', (type, kind) => {
    expect(diagnose({ type }).kind).toBe(kind);
  });

  it('believes that a fault is final, and codes before that it may pass', () => {
    expect(diagnose({ class: 'PERMANENT', type: 'ECONNRESET' }).kind).toBe('permanent');
    expect(diagnose({ class: 'TRANSIENT', type: 'HTTP_429' }).kind).toBe('overload');
    expect(diagnose({ class: 'TRANSIENT', type: 'Odd' })).toMatchObject({ kind: 'transient', reason: /Odd/ });
  });

  it('finds the code in the message where nothing else has one', () => {
    expect(diagnose({ message: 'OOM command not allowed when used memory > maxmemory' }).kind).toBe('overload');
    expect(diagnose({ type: 'Error', message: 'connect ECONNREFUSED 127.0.0.1:1' }).kind).toBe('dependency');
    expect(diagnose({ message: 'THE CACHE IS COLD' }).kind).toBe('unknown');
  });

  it('gathers the facts of an error and of what caused it', () => {
    const cause = Object.assign(new Error('429'), { status: 429, retryAfterMs: 1_500 });
    expect(diagnoseError(new Error('no', { cause }))).toMatchObject({ kind: 'overload', retryAfterMs: 1_500 });
    const refused = Object.assign(new Error('connect'), { code: 'ECONNREFUSED' });
    expect(diagnoseError(new TypeError('fetch failed', { cause: refused })).kind).toBe('dependency');
    expect(diagnoseError(new PermanentError('never')).kind).toBe('permanent');
    expect(diagnoseError(new TransientError('later')).kind).toBe('transient');
    expect(diagnoseError(new DOMException('late', 'TimeoutError')).kind).toBe('transient');
  });

  it('takes whatever was thrown', () => {
    const loop = new Error('loop');
    loop.cause = loop;
    for (const thrown of [loop, 'text', null, undefined, 7, { code: 7, status: 'x' }])
      expect(diagnoseError(thrown).kind).toBe('unknown');
  });
});
