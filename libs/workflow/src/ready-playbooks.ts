import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = join(import.meta.dirname, '../playbooks');
let known: ReadonlyMap<string, string> | undefined;

/** The playbooks that come with Muster: source by name. A published one of the same name takes its place. */
export function readyPlaybooks(): ReadonlyMap<string, string> {
  known ??= new Map(
    readdirSync(folder)
      .filter((file) => file.endsWith('.yaml'))
      .sort()
      .map((file) => [file.slice(0, -'.yaml'.length), readFileSync(join(folder, file), 'utf8')]),
  );
  return known;
}
