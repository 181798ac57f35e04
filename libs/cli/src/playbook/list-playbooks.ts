import { checkPlaybook, problemText, readyPlaybooks } from '@muster/workflow';
import type { GlobalOptions } from '../addresses.ts';
import { withBus } from '../session.ts';
import { tableLines } from '../table.ts';
import type { Terminal } from '../terminal.ts';
import { newestRecords } from '../topic-history.ts';

interface Row {
  readonly name: string;
  readonly version: number;
  readonly from: 'ready' | 'published' | 'switched off';
  readonly description: string;
}

/** Prints the playbooks that can be started: published ones, and ready ones whose name nobody took. */
export async function listPlaybooks(
  options: GlobalOptions & { readonly offline: boolean },
  terminal: Terminal,
): Promise<void> {
  const published = options.offline
    ? []
    : [...(await withBus(options, (bus) => newestRecords(bus, 'muster.playbooks.v1'))).values()];
  const rows = new Map<string, Row>();
  for (const [name, source] of readyPlaybooks()) {
    const checked = checkPlaybook(source);
    if ('problems' in checked)
      throw new Error(`the ready playbook ${name} is broken: ${problemText(checked.problems)}`);
    const { version, description = '' } = checked.playbook;
    rows.set(name, { name, version, from: 'ready', description });
  }
  for (const { name, version, description, isEnabled } of published)
    rows.set(name, { name, version, from: isEnabled ? 'published' : 'switched off', description });
  const sorted = [...rows.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1));
  if (options.json) return terminal.print(JSON.stringify(sorted));
  const columns = [
    { title: 'PLAYBOOK', text: ({ name }: Row) => name },
    { title: 'VERSION', text: ({ version }: Row) => String(version), align: 'right' as const },
    { title: 'FROM', text: ({ from }: Row) => from },
    { title: 'DESCRIPTION', text: ({ description }: Row) => description },
  ];
  for (const line of tableLines(sorted, columns, terminal)) await terminal.print(line);
}
