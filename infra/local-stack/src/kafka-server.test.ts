import { expect, test } from 'vitest';
import { brokersOf, kafkaProperties } from './kafka-server.ts';

const ports = { kafka: 20_000, controller: 20_001, registry: 20_002, management: 20_003, redis: 20_004 };
const lines = kafkaProperties(ports, '/data folder/kafka').split('\n');

test('Kafka listens on the loopback address only', () => {
  const listening = lines.filter((line) => /^(advertised\.)?listeners=/.test(line));
  expect(listening).toEqual([
    'listeners=PLAINTEXT://127.0.0.1:20000,CONTROLLER://127.0.0.1:20001',
    'advertised.listeners=PLAINTEXT://127.0.0.1:20000',
  ]);
  expect(lines).toContain('controller.quorum.voters=1@127.0.0.1:20001');
});

test('Kafka creates no topic by itself and keeps one copy of its own', () => {
  expect(lines).toContain('auto.create.topics.enable=false');
  const factors = lines.filter((line) => line.includes('replication.factor='));
  expect(factors.length).toBe(4);
  expect(factors.every((line) => line.endsWith('=1'))).toBe(true);
});

test('every line is a property', () => {
  expect(lines.pop()).toBe('');
  expect(lines.filter((line) => !/^[a-z.]+=\S.*$/.test(line))).toEqual([]);
  expect(lines).toContain('log.dirs=/data folder/kafka');
});

test('three brokers vote together, and need two of their three copies', () => {
  const more = { kafka2: 20_005, controller2: 20_006, kafka3: 20_007, controller3: 20_008 };
  const [, second] = brokersOf({ ...ports, ...more });
  const properties = kafkaProperties({ ...ports, ...more }, '/data', second).split('\n');
  expect(properties).toContain('node.id=2');
  expect(properties).toContain('advertised.listeners=PLAINTEXT://127.0.0.1:20005');
  expect(properties).toContain('controller.quorum.voters=1@127.0.0.1:20001,2@127.0.0.1:20006,3@127.0.0.1:20008');
  expect(properties.filter((line) => line.includes('replication.factor=') && !line.endsWith('=3'))).toEqual([]);
  expect(properties.filter((line) => /min\.(isr|insync)/.test(line) && !line.endsWith('=2'))).toEqual([]);
});
