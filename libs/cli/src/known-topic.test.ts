import { describe, expect, it } from 'vitest';
import { knownTopic } from './known-topic.ts';

describe('a topic by name', () => {
  it.each([
    ['muster.alerts.v1', 'muster.alerts.v1'],
    ['alerts', 'muster.alerts.v1'],
    ['alerts.v1', 'muster.alerts.v1'],
    ['inbox.security', 'muster.inbox.security.v1'],
  ])('%s is %s', (name, topic) => expect(knownTopic(name)).toBe(topic));

  it('is refused with the nearest when there is none', () => {
    expect(() => knownTopic('muster.alert.v1')).toThrow(
      /There is no topic muster.alert.v1. The nearest are muster.alerts.v1, .*`muster topics` lists them all/,
    );
  });
});
