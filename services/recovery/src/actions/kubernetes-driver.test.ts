import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ioWith } from '../../test/action-io.ts';
import { fakeKubernetes } from '../../test/fake-servers.ts';
import type { Settings } from '../settings.ts';
import { restart } from './restart.ts';
import { rollback } from './rollback.ts';
import { scale } from './scale.ts';

let folder: string;
let api: Awaited<ReturnType<typeof fakeKubernetes>>;
let config: Partial<Settings>;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'muster-'));
  await writeFile(join(folder, 'token'), 'secret\n');
  api = await fakeKubernetes({ token: 'secret' });
  config = {
    kubernetesApiUrl: api.url,
    kubernetesTokenFile: join(folder, 'token'),
    kubernetesNamespace: 'prod',
    kubernetesTargets: { shop: { deployment: 'shop' } },
  };
});
afterEach(async () => {
  await api.stop();
  await rm(folder, { recursive: true });
});
const patches = () => api.requests.filter(({ method }) => method === 'PATCH');

it('restarts by an annotation of the pod template, once for a key', async () => {
  const first = await restart.run({ target: 'shop' }, ioWith(config));
  expect(first).toMatchObject({
    driver: 'kubernetes',
    before: { desired: 2, instances: 2, revision: 3 },
    isRepeat: false,
  });
  const { metadata } = api.deployment.spec.template as { metadata: { annotations: Record<string, string> } };
  expect(Date.parse(metadata.annotations['muster/restartedAt'] ?? '')).toBeGreaterThan(0);
  const again = await restart.run({ target: 'shop' }, ioWith(config));
  expect(again).toMatchObject({ before: first.before, isRepeat: true });
  expect(patches()).toHaveLength(1);
  expect(patches()[0]?.headers['content-type']).toBe('application/merge-patch+json');
  await restart.run({ target: 'shop' }, ioWith(config, { idempotencyKey: 'key-2' }));
  expect(patches()).toHaveLength(2);
});

it('scales by the scale subresource, and a second attempt still knows the earlier count', async () => {
  const first = await scale.run({ target: 'shop', instances: 5 }, ioWith(config));
  expect(first).toMatchObject({ before: { desired: 2 }, after: { desired: 5 }, isRepeat: false });
  expect(await scale.run({ target: 'shop', instances: 5 }, ioWith(config))).toMatchObject({
    before: { desired: 2 },
    isRepeat: true,
  });
  expect(patches().map(({ path }) => path.split('/').at(-1))).toEqual(['shop', 'scale']);
  await scale.run({ target: 'shop', instances: first.before.desired }, ioWith(config, { idempotencyKey: 'undo' }));
  expect(api.deployment.spec.replicas).toBe(2);
});

it('rolls back to the template of an earlier replica set of its own, and forward again', async () => {
  const first = await rollback.run({ target: 'shop' }, ioWith(config));
  expect(first.before.revision).toBe(3);
  expect(api.deployment.spec.template).toEqual({
    metadata: { labels: { app: 'shop' } },
    spec: { containers: [{ name: 'shop', image: 'shop:2' }] },
  });
  expect(await rollback.run({ target: 'shop' }, ioWith(config))).toMatchObject({ isRepeat: true });
  await rollback.run({ target: 'shop', revision: 3 }, ioWith(config, { idempotencyKey: 'undo' }));
  expect(JSON.stringify(api.deployment.spec.template)).toContain('shop:3');
  await expect(
    rollback.run({ target: 'shop', revision: 9 }, ioWith(config, { idempotencyKey: 'k9' })),
  ).rejects.toMatchObject({
    code: 'NoRollback',
  });
});

it('asks to be tried again when somebody else was quicker, and says what is refused', async () => {
  for (const change of [restart, rollback]) {
    api.interfere();
    await expect(change.run({ target: 'shop' }, ioWith(config))).rejects.toMatchObject({
      code: 'HTTP_409',
      faultClass: 'transient',
    });
  }
  await writeFile(join(folder, 'token'), 'stale');
  await expect(restart.run({ target: 'shop' }, ioWith(config))).rejects.toMatchObject({
    code: 'HTTP_401',
    faultClass: 'permanent',
  });
  await rm(join(folder, 'token'));
  await expect(restart.run({ target: 'shop' }, ioWith(config))).rejects.toThrow('MUSTER_KUBERNETES_TOKEN_FILE');
  expect(patches()).toHaveLength(2);
});
