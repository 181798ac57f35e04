import { fetchV12 } from '@platformatic/kafka';
import { expect, test } from 'vitest';
import { refuseOldBroker } from './protocol-versions.ts';

const broker = { host: 'kafka', port: 9092 };
const keys = Array.from({ length: 80 }, (_, apiKey) => ({ apiKey, name: '', minVersion: 0, maxVersion: 20 }));

test('takes a broker that speaks what is used, and refuses one that does not, by name', () => {
  expect(() => refuseOldBroker(broker, { apiKeys: keys })).not.toThrow();
  const old = keys.map((spoken) => (spoken.apiKey === fetchV12.api.key ? { ...spoken, maxVersion: 11 } : spoken));
  expect(() => refuseOldBroker(broker, { apiKeys: old })).toThrow(
    /The broker at kafka:9092 does not speak fetchV12 .* Kafka 2.8 or later is needed/,
  );
});
