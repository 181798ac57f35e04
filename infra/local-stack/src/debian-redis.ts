import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { adopt, type Fetching, withDraft } from './fetching.ts';
import { findProgram, runCommand } from './run-command.ts';

/** A server program and the environment it needs. */
export type RedisProgram = { readonly command: string; readonly env: Readonly<Record<string, string>> };

type Apt = (args: readonly string[]) => Promise<string | undefined>;

/** The packages a simulated `apt-get install` would add: its lines `Inst <name> (...)`. */
export function packagesToAdd(simulation: string): string[] {
  return [...simulation.matchAll(/^Inst (\S+)/gm)].map((match) => match[1] ?? '');
}

function unpackedIn(folder: string): RedisProgram | undefined {
  const command = join(folder, 'usr/bin/redis-server');
  if (!existsSync(command)) return undefined;
  const libraries = readdirSync(join(folder, 'usr/lib')).filter((name) => name.endsWith('-linux-gnu'));
  return { command, env: { LD_LIBRARY_PATH: libraries.map((name) => join(folder, 'usr/lib', name)).join(':') } };
}

async function download(apt: Apt, options: readonly string[]): Promise<boolean> {
  const simulation = await apt([...options, '--simulate', '--no-install-recommends', 'install', 'redis-server']);
  if (simulation === undefined) return false;
  const names = new Set(['redis-server', 'redis-tools', ...packagesToAdd(simulation)]);
  return (await apt([...options, 'download', ...names])) !== undefined;
}

/** Downloads Redis and the libraries this machine lacks into the folder; with package lists of our own if its are out of date. */
async function downloadInto(folder: string, signal: AbortSignal | undefined): Promise<boolean> {
  const apt: Apt = async (args) => {
    const result = await runCommand('apt-get', ['-qq', ...args], { cwd: folder, signal });
    return result.code === 0 ? result.output : undefined;
  };
  if (await download(apt, [])) return true;
  const lists = join(folder, 'lists');
  mkdirSync(join(lists, 'partial'), { recursive: true });
  const options = ['-o', `Dir::State::Lists=${lists}`, '-o', 'APT::Sandbox::User='];
  return (await apt([...options, 'update'])) !== undefined && (await download(apt, options));
}

/**
 * Debian's Redis, unpacked into the cache instead of installed: that needs no root, changes nothing on the machine and
 * starts no service. Undefined where it cannot be had.
 */
export async function debianRedis({ cacheDir, log, signal }: Fetching): Promise<RedisProgram | undefined> {
  const folder = join(cacheDir, 'redis-debian');
  const known = unpackedIn(folder);
  if (known || !findProgram('apt-get') || !findProgram('dpkg-deb')) return known;
  log('Fetching redis-server from the Debian packages (once)');
  await withDraft(cacheDir, async (draft) => {
    if (!(await downloadInto(draft, signal))) return;
    const unpacked = join(draft, 'unpacked');
    for (const file of readdirSync(draft).filter((name) => name.endsWith('.deb'))) {
      await runCommand('dpkg-deb', ['-x', join(draft, file), unpacked], { signal });
    }
    if (unpackedIn(unpacked)) adopt(unpacked, folder);
  });
  return unpackedIn(folder);
}
