import { checkTargets } from '@muster/targets';
import { expect, it } from 'vitest';
import { performCheck } from '../src/checks/perform-check.ts';

const { KAFKA_BROKERS = '', REDIS_URL = '' } = process.env;
if (KAFKA_BROKERS === '' || REDIS_URL === '')
  throw new Error('Set KAFKA_BROKERS and REDIS_URL to servers these tests may read from.');

const performed = (check: object) => {
  const checked = checkTargets(JSON.stringify({ targets: [{ target: 't', checks: [check] }] }));
  const [declared] = 'targets' in checked ? (checked.targets[0]?.checks ?? []) : [];
  return performCheck(declared!, new AbortController().signal);
};

it('asks real servers', async () => {
  const kafka = { address: `kafka://${KAFKA_BROKERS}`, timeout: '8s' };
  const [redis, brokers, missing] = await Promise.all([
    performed({ address: REDIS_URL }),
    performed(kafka),
    performed({ ...kafka, topics: ['muster.never-there'] }),
  ]);
  expect(redis).toMatchObject({ outcome: 'PASS', reason: '' });
  expect(brokers).toMatchObject({ outcome: 'PASS', reason: '' });
  expect(missing.reason).toMatch(/has no topic muster.never-there$/);
}, 20_000);
