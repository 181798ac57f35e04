import { mkdirSync } from 'node:fs';
import type { Launch } from './launch.ts';
import type { Ports } from './ports.ts';
import { redisProbe } from './readiness.ts';
import type { RedisProgram } from './debian-redis.ts';

/** What starts Redis with an append-only file, so that its data survives a restart. */
export function prepareRedis(workDir: string, program: RedisProgram, ports: Ports): Launch {
  mkdirSync(workDir, { recursive: true });
  const settings = ['--bind', '127.0.0.1', '--port', String(ports.redis), '--dir', workDir];
  return {
    name: 'redis',
    title: 'Redis',
    command: program.command,
    args: [...settings, '--appendonly', 'yes', '--appendfsync', 'everysec', '--save', ''],
    env: program.env,
    cwd: workDir,
    probe: redisProbe(ports.redis),
  };
}
