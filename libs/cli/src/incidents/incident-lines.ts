/** Incidents as lines for people. */
import type { Incident, Severity } from '@muster/schemas';
import { formatDuration, formatTime } from '../moment.ts';
import { tableLines } from '../table.ts';
import type { Column } from '../table.ts';
import { harmless, type Colours } from '../terminal.ts';

interface Paper {
  readonly colours: Colours;
  readonly width: number | undefined;
}

const severities: readonly Severity[] = ['UNKNOWN', 'INFO', 'WARNING', 'CRITICAL'];
/** Shown of an incident's alerts before the rest is only counted. */
const shownAlerts = 20;

/** Open ones first, the worst first, the latest first. */
export function worstFirst(a: Incident, b: Incident): number {
  const isOpen = ({ status }: Incident): number => (status === 'OPEN' ? 1 : 0);
  const rank = ({ severity }: Incident): number => severities.indexOf(severity);
  return isOpen(b) - isOpen(a) || rank(b) - rank(a) || b.openedAt - a.openedAt;
}

/** The incidents an id, or the beginning of one, stands for. */
export function withId(incidents: readonly Incident[], id: string): readonly Incident[] {
  const whole = incidents.filter(({ incidentId }) => incidentId === id);
  return whole.length > 0 ? whole : incidents.filter(({ incidentId }) => incidentId.startsWith(id));
}

export function listLines(incidents: readonly Incident[], paper: Paper, now: number): string[] {
  const columns: readonly Column<Incident>[] = [
    { title: 'INCIDENT', text: ({ incidentId }) => shortId(incidentId, incidents) },
    { title: 'STATUS', text: ({ status }) => status },
    {
      title: 'SEVERITY',
      text: ({ severity }) => severity,
      paint: ({ severity }, colours) => paintOf(severity, colours),
    },
    { title: 'OPENED', text: ({ openedAt }) => formatTime(openedAt, now) },
    { title: 'FOR', text: (incident) => lasting(incident, now), align: 'right' },
    { title: 'ALERTS', text: ({ alertCount }) => String(alertCount), align: 'right' },
    { title: 'TARGET', text: ({ target }) => target },
    { title: 'TITLE', text: ({ title }) => title },
  ];
  return tableLines(incidents, columns, paper);
}

/** As much of an id as tells it from the others, eight characters at the least. */
function shortId(id: string, incidents: readonly Incident[]): string {
  for (let length = 8; length < id.length; length += 4)
    if (withId(incidents, id.slice(0, length)).length === 1) return id.slice(0, length);
  return id;
}

function lasting({ openedAt, resolvedAt }: Incident, now: number): string {
  return formatDuration((resolvedAt ?? now) - openedAt);
}

export function incidentLines(incident: Incident, paper: Paper, now: number): string[] {
  const { colours } = paper;
  const { severity, status, title, suspectedCause, impact, alerts, alertCount, foldedCount, mergedInto } = incident;
  const heading = `${paintOf(severity, colours)(severity)} ${status} ${colours.bold(harmless(title))}`;
  const times = `${formatTime(incident.openedAt, now)}, for ${lasting(incident, now)}`;
  const fact = (name: string, text: string): string => `${colours.dim(name.padEnd(11))}${harmless(text)}`;
  return [
    heading,
    fact('incident', incident.incidentId),
    fact('opened', incident.reopened > 0 ? `${times}, opened again ${incident.reopened} times` : times),
    ...(mergedInto === null ? [] : [fact('merged into', ` ${mergedInto}`)]),
    fact('targets', incident.targets.join(', ')),
    ...(suspectedCause === null
      ? []
      : [
          fact('suspected', `${suspectedCause.target} (${Math.round(100 * suspectedCause.confidence)} %)`),
          ...suspectedCause.reasons.map((reason) => fact('', `- ${reason}`)),
        ]),
    ...(impact.length === 0 ? [] : [fact('impact', impact.join(', '))]),
    fact('trail', incident.envelope.correlationId),
    '',
    `${alertCount} alert${alertCount === 1 ? '' : 's'}, ${foldedCount} message${foldedCount === 1 ? '' : 's'} folded`,
    ...alertLines(alerts.slice(0, shownAlerts), paper, now),
    ...(alertCount > shownAlerts ? [colours.dim(`... and ${alertCount - shownAlerts} more`)] : []),
    '',
    'What happened',
    ...incident.timeline.map(({ at, text }) => `${colours.dim(formatTime(at, now))}  ${harmless(text)}`),
  ];
}

function alertLines(alerts: Incident['alerts'], paper: Paper, now: number): string[] {
  const columns: readonly Column<Incident['alerts'][0]>[] = [
    { title: 'IS', text: ({ isFiring }) => (isFiring ? 'FIRING' : 'OVER') },
    {
      title: 'SEVERITY',
      text: ({ severity }) => severity,
      paint: ({ severity }, colours) => paintOf(severity, colours),
    },
    { title: 'SINCE', text: ({ startsAt }) => formatTime(startsAt, now) },
    { title: 'COUNT', text: ({ count }) => String(count), align: 'right' },
    { title: 'TARGET', text: ({ target }) => target },
    { title: 'ALERT', text: ({ title, reason }) => (reason === '' ? title : `${title} (${reason})`) },
  ];
  return tableLines(alerts, columns, paper);
}

function paintOf(severity: Severity, colours: Colours): (text: string) => string {
  if (severity === 'CRITICAL') return colours.red;
  return severity === 'WARNING' ? colours.yellow : colours.cyan;
}
