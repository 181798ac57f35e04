import { describe, expect, it } from 'vitest';
import { keyOf } from './key.ts';

const sample = { target: 'shop', name: 'latency_ms', value: 1, at: 0 };
const score = {
  agent: 'security',
  capability: 'security.block',
  count: 1,
  successRate: 1,
  latencyP50Ms: 1,
  latencyP95Ms: 1,
};

describe('keyOf', () => {
  it.each([
    ['labels in order', { route: '/cart', host: 'a' }, 'shop/latency_ms{host=a,route=/cart}'],
    ['no labels', {}, 'shop/latency_ms'],
    ['an empty label', { route: '' }, 'shop/latency_ms{route=}'],
    [
      'labels in the order of their characters, in any locale',
      { ä: '1', Z: '2', a: '3' },
      'shop/latency_ms{Z=2,a=3,ä=1}',
    ],
  ])('renders %s', (_, labels, key) => {
    expect(keyOf('muster.metrics.v1', { ...sample, labels })).toBe(key);
  });

  it('takes labels that were left out for none', () => {
    expect(keyOf('muster.metrics.v1', sample)).toBe('shop/latency_ms');
  });

  it('joins the fields in the order of topic.json', () => {
    expect(keyOf('muster.agent-scores.v1', score)).toBe('security/security.block');
  });

  it('keeps a key of one field as it is', () => {
    const alert = {
      status: 'FIRING',
      severity: 'INFO',
      target: 'shop',
      category: 'ERROR',
      title: '',
      startsAt: 0,
    } as const;
    const fingerprint = 'shop/latency_ms{route=/cart}/level';
    expect(keyOf('muster.alerts.v1', { ...alert, fingerprint })).toBe(fingerprint);
  });

  it('knows the topics of a family', () => {
    const task = { taskId: 't', conversation: 'run-1', capability: 'c', deadline: 0, idempotencyKey: 't' };
    expect(keyOf('muster.inbox.recovery.v1', task)).toBe('run-1');
  });

  it.each([
    [
      { target: 'a/b', name: 'c' },
      { target: 'a', name: 'b/c' },
    ],
    [
      { target: 'a', name: 'b{c=1}' },
      { target: 'a', name: 'b', labels: { c: '1' } },
    ],
    [{ labels: { a: '1,b=2' } }, { labels: { a: '1', b: '2' } }],
    [{ labels: { 'a=1': '2' } }, { labels: { a: '1=2' } }],
    [{ labels: { a: '\\', b: '' } }, { labels: { a: '\\,b=' } }],
  ])('gives different keys to %j and %j', (one, other) => {
    const key = (part: object): string => keyOf('muster.metrics.v1', { ...sample, ...part });
    expect(key(one)).not.toBe(key(other));
  });

  it.each([
    ['empty', { ...sample, name: '' }],
    ['missing', { ...sample, name: undefined as unknown as string }],
  ])('refuses a key field that is %s', (_, record) => {
    expect(() => keyOf('muster.metrics.v1', record)).toThrow(
      'A MetricSample for muster.metrics.v1 has no name, which is part of the message key: give it a value.',
    );
  });
});
