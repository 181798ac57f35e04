import { expect, test } from 'vitest';
import { addressOf, givenServers } from './given-servers.ts';

test('each server is given on its own, and an empty variable is not set', () => {
  expect(givenServers({ REDIS_URL: 'redis://r', KAFKA_BROKERS: '' })).toEqual({ redisUrl: 'redis://r' });
  expect(givenServers({ KAFKA_BROKERS: 'a:1,b:2', SCHEMA_REGISTRY_URL: 'https://s/api' })).toEqual({
    kafkaBrokers: 'a:1,b:2',
    schemaRegistryUrl: 'https://s/api',
  });
});

test.each([
  ['broker-1:9093', 9092, { host: 'broker-1', port: 9093 }],
  ['broker-1', 9092, { host: 'broker-1', port: 9092 }],
  ['127.0.0.1:29092', 9092, { host: '127.0.0.1', port: 29_092 }],
  ['[::1]:9092', 1, { host: '::1', port: 9092 }],
  ['https://user:secret@registry.example/apis/ccompat/v7', 80, { host: 'registry.example', port: 443 }],
  ['http://registry.example', 80, { host: 'registry.example', port: 80 }],
  ['rediss://:secret@cache.example:6380/2', 6379, { host: 'cache.example', port: 6380 }],
])('the address of %s', (text, defaultPort, address) => {
  expect(addressOf(text, defaultPort)).toEqual(address);
});

test('a text that names no host has no address', () => {
  expect(addressOf('', 1)).toBeUndefined();
  expect(addressOf('redis://:6379:1', 1)).toBeUndefined();
});
