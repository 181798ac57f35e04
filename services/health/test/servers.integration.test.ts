import { checkTargets } from '@muster/targets';
import { eventually } from '@muster/testkit';
import { expect, it } from 'vitest';
import { performCheck } from '../src/checks/perform-check.ts';
import { serveTcp } from './servers.ts';

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
  const [redis, cluster, missing, few] = await Promise.all([
    performed({ address: REDIS_URL }),
    performed(kafka),
    performed({ ...kafka, topics: ['muster.never-there'] }),
    performed({ ...kafka, brokers: 1_000 }),
  ]);
  expect(redis).toMatchObject({ outcome: 'PASS', reason: '' });
  expect(cluster).toMatchObject({ outcome: 'PASS', reason: '', unit: 'brokers' });
  expect(cluster.value).toBeGreaterThanOrEqual(1);
  expect(missing.reason).toMatch(/has no topic muster.never-there$/);
  expect(few).toMatchObject({ outcome: 'WARN', reason: expect.stringContaining('of 1000 brokers up') as string });
}, 20_000);

it('waits for no Kafka that hangs, and leaves no connection to it', async () => {
  let open = 0;
  const hanging = await serveTcp((socket) => {
    open += 1;
    socket.resume().once('close', () => (open -= 1));
  });
  expect(await performed({ address: `kafka://127.0.0.1:${hanging.port}`, timeout: '1s' })).toMatchObject({
    reason: `127.0.0.1:${hanging.port} gave no answer within 1000 ms`,
    isHanging: true,
  });
  await eventually(
    () => open === 0,
    () => `${open} connections are open`,
  );
  await hanging.stop();
});
