import { expect, it } from 'vitest';
import { defineAgent, z } from './index.ts';
import { ConfigError, readConfig } from './config.ts';

const agent = defineAgent({
  name: 'watcher',
  version: '1.0.0',
  description: '',
  config: z.object({ warmUpMs: z.coerce.number().int().default(1_000), isQuiet: z.stringbool().default(false) }),
});
const here = {
  KAFKA_BROKERS: 'localhost:9092',
  SCHEMA_REGISTRY_URL: 'http://localhost:8081',
  REDIS_URL: 'redis://localhost:6379',
};

it('reads what the agent declares from variables named after it', () => {
  const { config, runtime } = readConfig(agent, { ...here, MUSTER_WARM_UP_MS: '50', MUSTER_IS_QUIET: 'yes' });
  expect(config).toEqual({ warmUpMs: 50, isQuiet: true });
  expect(runtime).toMatchObject({ HTTP_HOST: '127.0.0.1', HTTP_PORT: 0, LOG_LEVEL: 'info' });
  expect(runtime.instance).toMatch(/^watcher-/);
});

it('names every variable that is wrong, and what to do', () => {
  const read = (): unknown =>
    readConfig(agent, {
      KAFKA_BROKERS: '',
      HTTP_PORT: '70000',
      KAFKA_CLIENT: 'librdkafka',
      MUSTER_WARM_UP_MS: 'soon',
      KAFKA_SASL_MECHANISM: 'plain',
    });
  expect(read).toThrow(ConfigError);
  for (const line of [
    'KAFKA_BROKERS: is empty; set it to the brokers',
    "SCHEMA_REGISTRY_URL: is not set; set it to the schema registry's URL",
    'HTTP_PORT:',
    'KAFKA_CLIENT: is no Kafka client we know; set it to kafkajs or platformatic',
    'MUSTER_WARM_UP_MS:',
    'needs KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD',
  ]) {
    expect(read).toThrow(line);
  }
});
