/** `muster incidents`: what the mesh makes of its alerts. */
import type { Incident } from '@muster/schemas';
import type { GlobalOptions } from '../addresses.ts';
import { Failure } from '../failure.ts';
import { withBus } from '../session.ts';
import type { Terminal } from '../terminal.ts';
import { newestRecords } from '../topic-history.ts';
import { incidentLines, listLines, withId, worstFirst } from './incident-lines.ts';

export async function listIncidents(
  options: GlobalOptions & { readonly all: boolean },
  terminal: Terminal,
): Promise<void> {
  const incidents = (await readIncidents(options)).filter(({ status }) => options.all || status === 'OPEN');
  incidents.sort(worstFirst);
  if (options.json) return terminal.print(JSON.stringify(incidents));
  if (incidents.length === 0)
    return terminal.say(options.all ? 'There was never an incident.' : 'No incident is open.');
  for (const line of listLines(incidents, terminal, Date.now())) await terminal.print(line);
}

export async function showIncident(id: string, options: GlobalOptions, terminal: Terminal): Promise<void> {
  const incidents = await readIncidents(options);
  const found = withId(incidents, id);
  if (found.length !== 1) {
    throw new Failure(
      found.length === 0
        ? `There is no incident ${id}: \`muster incidents --all\` shows those there are.`
        : `${found.length} incidents begin with ${id}: ${found
            .slice(0, 3)
            .map(({ incidentId }) => incidentId)
            .join(', ')}.`,
    );
  }
  const [incident] = found as [Incident];
  if (options.json) return terminal.print(JSON.stringify(incident));
  for (const line of incidentLines(incident, terminal, Date.now())) await terminal.print(line);
}

async function readIncidents(options: GlobalOptions): Promise<Incident[]> {
  const newest = await withBus(options, (bus) => newestRecords(bus, 'muster.incidents.v1'));
  return [...newest.values()];
}
