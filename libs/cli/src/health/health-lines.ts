/** Health reports as lines for people. */
import type { HealthReport } from '@muster/schemas';
import { formatDuration, formatTime } from '../moment.ts';
import { tableLines, type Column } from '../table.ts';
import { harmless, type Colours } from '../terminal.ts';

interface Paper {
  readonly colours: Colours;
  readonly width: number | undefined;
}

type Status = HealthReport['status'];

/** The target that stands for all of them. */
const allTogether = 'muster/health';
const worst: readonly Status[] = ['UNHEALTHY', 'DEGRADED', 'UNKNOWN', 'HEALTHY'];

/** The worst first, causes before what suffers from them, then by name. */
export function worstTargetsFirst(a: HealthReport, b: HealthReport): number {
  const isAffected = ({ affectedBy }: HealthReport): number => (affectedBy.length > 0 ? 1 : 0);
  const byName = a.target < b.target ? -1 : 1;
  return worst.indexOf(a.status) - worst.indexOf(b.status) || isAffected(a) - isAffected(b) || byName;
}

export function tableOfTargets(reports: readonly HealthReport[], paper: Paper, now: number): string[] {
  const columns: readonly Column<HealthReport>[] = [
    { title: 'TARGET', text: ({ target }) => target },
    {
      title: 'STATUS',
      text: ({ status, isDoubted }) => (isDoubted ? `${status}?` : status),
      paint: ({ status }, colours) => paintOf(status, colours),
    },
    { title: 'FOR', text: ({ sinceAt }) => formatDuration(Math.max(0, now - sinceAt)), align: 'right' },
    ...([0, 1, 2] as const).map((window) => ({
      title: ['1 H', '24 H', '7 D'][window] ?? '',
      text: (report: HealthReport) => availabilityText(report.availability[window]),
      align: 'right' as const,
    })),
    { title: 'LATENCY', text: latencyText, align: 'right' },
    { title: 'REASON', text: ({ reason }) => reason },
  ];
  return tableLines(reports, columns, paper);
}

/** `998 of 1000 targets are HEALTHY, 1 UNHEALTHY, 1 DEGRADED; 1 only suffers from another.` */
export function summaryOf(reports: readonly HealthReport[]): string {
  const targets = reports.filter(({ target }) => target !== allTogether);
  const count = (status: Status): number => targets.filter((report) => report.status === status).length;
  const others = worst.filter((status) => status !== 'HEALTHY' && count(status) > 0);
  const affected = targets.filter(({ affectedBy }) => affectedBy.length > 0).length;
  const rest = others.map((status) => `, ${count(status)} ${status}`).join('');
  const suffering = affected === 0 ? '' : `; ${affected} suffer${affected === 1 ? 's' : ''} from another`;
  return `${count('HEALTHY')} of ${targets.length} targets are HEALTHY${rest}${suffering}.`;
}

/** One target in full. */
export function targetLines(report: HealthReport, paper: Paper, now: number): string[] {
  const { colours } = paper;
  const { target, status, reason, affectedBy, dependsOn, sinceAt, checkedAt, availability, checks } = report;
  const fact = (name: string, text: string): string => `${colours.dim(name.padEnd(13))}${harmless(text)}`;
  const windows = availability.map(
    (each, index) => `${availabilityText(each)} of ${['1 h', '24 h', '7 d'][index] ?? ''}`,
  );
  return [
    `${paintOf(status, colours)(status)} ${colours.bold(harmless(target))}`,
    ...(reason === '' ? [] : [fact('reason', reason)]),
    fact('since', `${formatTime(sinceAt, now)}, for ${formatDuration(Math.max(0, now - sinceAt))}`),
    fact('checked', `${formatDuration(Math.max(0, now - checkedAt))} ago`),
    ...(affectedBy.length === 0 ? [] : [fact('suffers from', affectedBy.join(', '))]),
    ...(dependsOn.length === 0 ? [] : [fact('depends on', dependsOn.join(', '))]),
    fact('available', windows.join(', ')),
    '',
    ...tableLines(checks, checkColumns, paper),
  ];
}

type CheckState = HealthReport['checks'][number];

const checkColumns: readonly Column<CheckState>[] = [
  { title: 'CHECK', text: ({ check }) => check },
  { title: 'KIND', text: ({ kind }) => kind },
  { title: 'STATUS', text: ({ status }) => status, paint: ({ status }, colours) => paintOf(status, colours) },
  { title: 'LATENCY', text: ({ latencyMs }) => `${rounded(latencyMs)} ms`, align: 'right' },
  { title: 'VALUE', text: ({ value, unit }) => (value === null ? '' : `${rounded(value)} ${unit}`), align: 'right' },
  { title: 'TREND', text: trendText, align: 'right' },
  { title: 'REASON', text: ({ reason }) => reason },
];

function trendText({ perHour, value, unit }: CheckState): string {
  if (perHour === null) return '';
  return `${perHour > 0 ? '+' : ''}${rounded(perHour)} ${value === null ? 'ms' : unit}/h`;
}

function latencyText({ checks }: HealthReport): string {
  return checks.length === 0 ? '' : `${rounded(Math.max(...checks.map(({ latencyMs }) => latencyMs)))} ms`;
}

/** Never 100 % where something was missing; empty where nothing is known. */
function availabilityText(availability: HealthReport['availability'][number] | undefined): string {
  if (availability === undefined || availability.knownMs === 0) return '';
  const percent = (100 * availability.upMs) / availability.knownMs;
  return `${percent === 100 ? '100' : (Math.floor(percent * 100) / 100).toFixed(2)} %`;
}

function rounded(number: number): string {
  return String(Math.abs(number) < 10 ? Math.round(number * 10) / 10 : Math.round(number));
}

function paintOf(status: Status, colours: Colours): (text: string) => string {
  if (status === 'UNHEALTHY') return colours.red;
  if (status === 'DEGRADED') return colours.yellow;
  return status === 'HEALTHY' ? colours.green : colours.dim;
}
