import { expect, test } from 'vitest';
import { kafkaClientNamed } from './kafka-log.ts';

test('knows a client by its name, and kafkajs where none is named', () => {
  expect(kafkaClientNamed('platformatic')).toBe('platformatic');
  expect(kafkaClientNamed('kafkajs')).toBe('kafkajs');
  expect(kafkaClientNamed(undefined)).toBe('kafkajs');
  expect(kafkaClientNamed('')).toBe('kafkajs');
});

test('says which there are when one is asked for that there is not', () => {
  expect(() => kafkaClientNamed('librdkafka')).toThrow(
    'KAFKA_CLIENT is "librdkafka", and there is no such Kafka client here: set it to kafkajs or platformatic.',
  );
});
