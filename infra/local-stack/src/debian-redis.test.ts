import { expect, test } from 'vitest';
import { packagesToAdd } from './debian-redis.ts';

test('the packages that an installation would add are read from its simulation', () => {
  const simulation =
    'Inst libjemalloc2 (5.3.0-1 Debian:12 [amd64])\nInst redis-tools (5:7.0.15 Debian:12 [amd64])\nConf libjemalloc2 (5.3.0-1)\n';
  expect(packagesToAdd(simulation)).toEqual(['libjemalloc2', 'redis-tools']);
  expect(packagesToAdd('redis-server is already the newest version.\n')).toEqual([]);
});
