import { afterEach, expect, it } from 'vitest';
import { ioWith } from '../../test/action-io.ts';
import { fakeKeeper, serve, sendJson, type Fake } from '../../test/fake-servers.ts';
import { restart } from './restart.ts';
import { rollback } from './rollback.ts';
import { scale } from './scale.ts';

let fake: Fake | undefined;
afterEach(() => fake?.stop());

it('restarts and scales once for a key, and says what was before', async () => {
  const keeper = (fake = await fakeKeeper('shop'));
  const io = ioWith({ processKeepers: { shop: keeper.url } });
  const first = await restart.run({ target: 'shop' }, io);
  expect(await restart.run({ target: 'shop' }, io)).toEqual(first);
  expect(first).toMatchObject({
    driver: 'process-keeper',
    before: { desired: 1, instances: 1 },
    after: { desired: 1 },
  });
  expect(keeper.requests.map(({ headers }) => headers['idempotency-key'])).toEqual(['key-1', 'key-1']);
  const scaled = await scale.run({ target: 'shop', instances: 3 }, ioWith(io.config, { idempotencyKey: 'key-2' }));
  expect(scaled).toMatchObject({ before: { desired: 1 }, after: { desired: 3, instances: 3 } });
  const undone = await scale.run(
    { target: 'shop', instances: scaled.before.desired },
    ioWith(io.config, { idempotencyKey: 'key-3' }),
  );
  expect(undone.after.desired).toBe(1);
});

it('says what it can not do', async () => {
  const keeper = (fake = await fakeKeeper('shop'));
  const io = ioWith({ processKeepers: { shop: keeper.url, other: keeper.url } });
  await expect(rollback.run({ target: 'shop' }, io)).rejects.toMatchObject({
    code: 'NoRollback',
    faultClass: 'permanent',
  });
  await expect(restart.run({ target: 'toString' }, io)).rejects.toThrow('list it in MUSTER_PROCESS_KEEPERS');
  await expect(restart.run({ target: 'other' }, io)).rejects.toMatchObject({
    code: 'HTTP_404',
    faultClass: 'permanent',
  });
  await expect(scale.run({ target: 'shop', instances: 21 }, io)).rejects.toThrow('20 is the most');
  expect(keeper.requests).toHaveLength(1);
});

it('fails in passing when the keeper is away, and for good when it talks nonsense', async () => {
  const keeper = (fake = await serve((_, response) => sendJson(response, 200, { before: {}, after: 7 })));
  const io = ioWith({ processKeepers: { shop: keeper.url } });
  await expect(restart.run({ target: 'shop' }, io)).rejects.toThrow('the answer has no before and after');
  await fake.stop();
  await expect(restart.run({ target: 'shop' }, io)).rejects.toMatchObject({
    code: 'ECONNREFUSED',
    faultClass: 'transient',
  });
});
