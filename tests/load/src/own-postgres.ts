/** A PostgreSQL for the time of a benchmark: its own data, its own port on loopback, nothing of it left in the end. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '@muster/local-stack';

export interface OwnPostgres {
  readonly url: string;
  readonly version: string;
  close(): Promise<void>;
}

const installed = '/usr/lib/postgresql';

/** With the settings it has by itself. Yields undefined where Debian's packages are not installed; throws when it does not start. */
export async function ownPostgres(): Promise<OwnPostgres | undefined> {
  const versions = existsSync(installed) ? readdirSync(installed) : [];
  const version = versions
    .sort((one, other) => Number(other) - Number(one))
    .find((each) => existsSync(programOf(each)));
  if (version === undefined) return undefined;
  const folder = mkdtempSync(join(tmpdir(), 'muster-bench-postgres-'));
  const data = join(folder, 'data');
  const passwordFile = join(folder, 'password');
  const password = randomUUID();
  writeFileSync(passwordFile, password, { mode: 0o600 });
  const user = asUser();
  if (user !== undefined) for (const path of [folder, passwordFile]) chownSync(path, user.uid, user.gid);
  const remove = (): void => rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  let server: ChildProcess | undefined;
  // Also when the benchmark is ended from outside.
  const onExit = (): void => {
    server?.kill('SIGQUIT');
    remove();
  };
  process.once('exit', onExit);
  const made = spawnSync(
    programOf(version, 'initdb'),
    ['-D', data, '-U', 'muster', '-A', 'scram-sha-256', `--pwfile=${passwordFile}`, '-E', 'UTF8', '--locale=C'],
    { ...user, cwd: folder, encoding: 'utf8' },
  );
  if (made.status !== 0) throw new Error(`initdb failed: ${made.stderr}`);
  const port = await freePort();
  server = spawn(
    programOf(version),
    ['-D', data, '-p', String(port), '-c', 'listen_addresses=127.0.0.1', '-c', 'unix_socket_directories='],
    { ...user, cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] },
  );
  const gone = new Promise<void>((settle) => server?.once('close', () => settle()));
  await ready(server);
  return {
    url: `postgres://muster:${password}@127.0.0.1:${port}/postgres`,
    version,
    async close() {
      server.kill('SIGINT');
      await gone;
      process.off('exit', onExit);
      remove();
    },
  };
}

function programOf(version: string, program = 'postgres'): string {
  return join(installed, version, 'bin', program);
}

/** PostgreSQL refuses to run as root. */
function asUser(): { readonly uid: number; readonly gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const idOf = (kind: '-u' | '-g', name: string): number => {
    const { status, stdout } = spawnSync('id', [kind, name], { encoding: 'utf8' });
    return status === 0 ? Number(stdout) : Number.NaN;
  };
  for (const name of ['postgres', 'nobody']) {
    const found = { uid: idOf('-u', name), gid: idOf('-g', name) };
    if (Number.isInteger(found.uid) && Number.isInteger(found.gid)) return found;
  }
  throw new Error('PostgreSQL does not run as root, and there is neither a user postgres nor nobody');
}

/** It says so. What it says later is read and dropped, so that it never waits for a reader. */
function ready(server: ChildProcess): Promise<void> {
  return new Promise((settle, fail) => {
    let said = '';
    server.stderr?.on('data', (piece: Buffer) => {
      if (said.length < 10_000) said += piece.toString();
      if (said.includes('ready to accept connections')) settle();
    });
    server.once('close', () => fail(new Error(`PostgreSQL ended: ${said}`)));
  });
}
