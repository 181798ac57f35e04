import { readdirSync, statSync, truncateSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';

/** Empties Redis, as an operator's `FLUSHALL` does. */
export function flushAll(url: string): Promise<void> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => socket.write('FLUSHALL\r\n'));
    socket.setTimeout(10_000, () => socket.destroy(new Error('Redis did not answer to FLUSHALL.')));
    socket.once('error', reject);
    socket.once('data', (answer) => {
      socket.destroy();
      if (answer.toString().startsWith('+OK')) resolve();
      else reject(new Error(`Redis refuses to FLUSHALL: ${answer.toString()}`));
    });
  });
}

/** The file that Redis appends its writes to; older versions have one, newer ones a folder of them. */
function appendOnlyFile(folder: string): string {
  const found = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.aof'));
  const newest = found.sort((a, b) => statSync(join(folder, b)).mtimeMs - statSync(join(folder, a)).mtimeMs)[0];
  if (newest === undefined) throw new Error(`There is no append-only file in ${folder}.`);
  return join(folder, newest);
}

/** How far the append-only file has come, to be cut back to it. */
export function mark(folder: string): { readonly file: string; readonly size: number } {
  const file = appendOnlyFile(folder);
  return { file, size: statSync(file).size };
}

/** Takes back what was written since: what a machine that loses its power takes from Redis, which syncs once a second. Not while it runs. */
export function cutBack({ file, size }: ReturnType<typeof mark>): void {
  truncateSync(file, size);
}
