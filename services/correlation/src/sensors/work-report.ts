import type { Io, Publication } from '@muster/agent';
import type { Settings } from '../settings.ts';
import { takeTally } from '../tally.ts';

const names = {
  heard: 'alerts_heard',
  folded: 'alerts_folded',
  told: 'transitions_told',
  silenced: 'alerts_silenced',
  inhibited: 'alerts_inhibited',
  incidentsOpened: 'incidents_opened',
  incidentsTold: 'incidents_told',
} as const;

/** Reports what was done in this process since the last report, as metrics: what was folded and muted is counted, and seen to be. */
export function reportWork(io: Io<Settings>): Promise<readonly Publication<'muster.metrics.v1'>[]> {
  const at = io.now();
  const taken = Object.entries(takeTally()) as [keyof typeof names, number][];
  return Promise.resolve(
    taken.map(([name, value]) => ({
      topic: 'muster.metrics.v1',
      value: { target: 'muster/correlation', name: names[name], value, category: 'MESH', labels: {}, at },
    })),
  );
}
