import { expect, it } from 'vitest';
import { brokersOf, resolveAddress, shown } from './address.ts';

it('puts in variables, and says which is missing', () => {
  expect(resolveAddress('redis://:${SECRET}@cache:6379', { SECRET: 'a/b' })).toBe('redis://:a%2Fb@cache:6379');
  expect(() => resolveAddress('redis://:${SECRET}@cache:6379', {})).toThrow(
    'SECRET, which stands in its address, is not set',
  );
});

it('shows addresses without passwords', () => {
  expect(shown('postgres://probe:secret@db.example/shop')).toBe('postgres://db.example/shop');
});

it('takes brokers apart', () => {
  expect(brokersOf('kafka://a:9092, b:9092')).toEqual(['kafka://a:9092', 'kafka://b:9092']);
});
