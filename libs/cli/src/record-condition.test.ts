import { describe, expect, it } from 'vitest';
import { conditionVariables, recordCondition } from './record-condition.ts';

const sample = {
  target: 'shop',
  name: 'latency_ms',
  value: 412.5,
  labels: { route: '/cart' },
  at: 1,
  category: 'ERROR',
};

describe('a condition over the records of a topic', () => {
  it('knows their fields', () => {
    expect(conditionVariables('muster.metrics.v1')).toMatchObject({
      target: 'string',
      value: 'double',
      labels: 'map<string, string>',
      category: 'string',
      at: 'double',
      envelope: 'dyn',
    });
    expect(conditionVariables('muster.alerts.v1')).toMatchObject({
      isFlapping: 'bool',
      evidence: 'dyn',
      endsAt: 'dyn',
    });
  });

  it.each([
    ['value > 400', true],
    ['value > 400 && target == "till"', false],
    ['labels.route == "/cart"', true],
    ['category == "ERROR"', true],
  ])('%s: %s', (source, expected) => {
    expect(recordCondition('muster.metrics.v1', source, () => {})(sample)).toBe(expected);
  });

  it('does not match where something is missing, and says so', () => {
    const sentences: string[] = [];
    const holds = recordCondition('muster.metrics.v1', 'labels.zone == "a"', (sentence) => sentences.push(sentence));
    expect(holds(sample)).toBe(false);
    expect(sentences[0]).toContain('No such key: zone');
  });

  it.each([
    ['vlaue > 1', 'Unknown variable: vlaue; it may use envelope, target, name, value'],
    ['value >', 'does not parse'],
    ['value', 'must be true or false'],
  ])('refuses %s', (source, reason) => {
    expect(() => recordCondition('muster.metrics.v1', source, () => {})).toThrow(reason);
  });
});
