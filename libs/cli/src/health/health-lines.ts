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
type Availability = HealthReport['availability'][number];

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
    { title: 'TREND', text: (report) => arrowOf(availabilityTrend(report)), align: 'right' },
    { title: 'LATENCY', text: latencyText, align: 'right' },
    { title: 'REASON', text: reasonText },
  ];
  return tableLines(reports, columns, paper);
}

/** The cause first: where the line ends it is what must be read. */
function reasonText({ reason, affectedBy }: HealthReport): string {
  if (affectedBy.length === 0) return reason;
  const own = reason.split('; ').filter((part) => !part.startsWith('it depends on '));
  return [`suffers from ${affectedBy.join(', ')}`, ...own].join('; ');
}

/** `998 of 1000 targets are HEALTHY, 1 UNHEALTHY, 1 DEGRADED; 1 only suffers from another.` */
export function summaryOf(reports: readonly HealthReport[]): string {
  const targets = reports.filter(({ target }) => target !== allTogether);
  const count = (status: Status): number => targets.filter((report) => report.status === status).length;
  const others = worst.filter((status) => status !== 'HEALTHY' && count(status) > 0);
  const affected = targets.filter(({ affectedBy }) => affectedBy.length > 0).length;
  const rest = others.map((status) => `, ${count(status)} ${status}`).join('');
  const suffering = affected === 0 ? '' : `; ${affected} suffer${affected === 1 ? 's' : ''} from another`;
  const are = count('HEALTHY') === 1 ? 'is' : 'are';
  return `${count('HEALTHY')} of ${targets.length} targets ${are} HEALTHY${rest}${suffering}.`;
}

/** One target in full, among the others. */
export function targetLines(
  report: HealthReport,
  others: readonly HealthReport[],
  paper: Paper,
  now: number,
): string[] {
  const { colours } = paper;
  const { target, status, reason, affectedBy, dependsOn, sinceAt, checkedAt, availability, checks, alert } = report;
  const fact = (name: string, text: string): string => `${colours.dim(name.padEnd(13))}${harmless(text)}`;
  const windows = availability.map(
    (each, index) => `${availabilityText(each) || 'not known'} of ${['1 h', '24 h', '7 d'][index] ?? ''}`,
  );
  const statusOf = new Map(others.map((other) => [other.target, other.status]));
  const withStatus = (names: readonly string[]): string =>
    names.map((name) => `${name} (${statusOf.get(name) ?? 'not checked'})`).join(', ');
  const above = others.filter((other) => other.dependsOn.includes(target)).map((other) => other.target);
  const trend = availabilityTrend(report);
  return [
    `${paintOf(status, colours)(status)} ${colours.bold(harmless(target))}`,
    ...(reason === '' ? [] : [fact('reason', reason)]),
    fact('since', `${formatTime(sinceAt, now)}, for ${formatDuration(Math.max(0, now - sinceAt))}`),
    fact('checked', `${formatDuration(Math.max(0, now - checkedAt))} ago`),
    ...(affectedBy.length === 0 ? [] : [fact('suffers from', affectedBy.join(', '))]),
    ...(dependsOn.length === 0 ? [] : [fact('depends on', withStatus(dependsOn))]),
    ...(above.length === 0 ? [] : [fact('needed by', withStatus(above))]),
    ...(alert === null ? [] : [fact('alert', `${alert.severity}, FIRING since ${formatTime(alert.startsAt, now)}`)]),
    fact('available', windows.join(', ')),
    ...(trend === undefined ? [] : [fact('trend', trendSentence(trend))]),
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
function availabilityText(availability: Availability | undefined): string {
  if (availability === undefined || availability.knownMs === 0) return '';
  const percent = (100 * availability.upMs) / availability.knownMs;
  return `${percent === 100 ? '100' : (Math.floor(percent * 100) / 100).toFixed(2)} %`;
}

interface AvailabilityTrend {
  /** Percentage points of availability gained (negative: lost) lately. */
  readonly points: number;
  readonly lately: string;
  readonly before: string;
}

const hourMs = 3_600_000;

/** How the last day went beside the days before it; where too little is known of those, the last hour beside the hours before it. */
function availabilityTrend({ availability: [hour, day, week] }: HealthReport): AvailabilityTrend | undefined {
  const compared = (
    short: Availability | undefined,
    long: Availability | undefined,
    leastMs: number,
    words: Omit<AvailabilityTrend, 'points'>,
  ): AvailabilityTrend | undefined => {
    if (short === undefined || long === undefined) return undefined;
    const knownMs = long.knownMs - short.knownMs;
    if (short.knownMs < leastMs || knownMs < leastMs) return undefined;
    const points = 100 * (short.upMs / short.knownMs - Math.max(0, long.upMs - short.upMs) / knownMs);
    return { ...words, points: Math.round(points * 100) / 100 };
  };
  return (
    compared(day, week, 6 * hourMs, { lately: 'the last 24 h', before: 'the days before' }) ??
    compared(hour, day, hourMs / 4, { lately: 'the last hour', before: 'the hours before' })
  );
}

function arrowOf(trend: AvailabilityTrend | undefined): string {
  if (trend === undefined) return '';
  return trend.points === 0 ? '→' : `${trend.points > 0 ? '↗' : '↘'} ${Math.abs(trend.points).toFixed(2)}`;
}

function trendSentence({ points, lately, before }: AvailabilityTrend): string {
  if (points === 0) return `as available in ${lately} as in ${before}`;
  return `${Math.abs(points).toFixed(2)} points ${points > 0 ? 'more' : 'less'} available in ${lately} than in ${before}`;
}

function rounded(number: number): string {
  return String(Math.abs(number) < 10 ? Math.round(number * 10) / 10 : Math.round(number));
}

function paintOf(status: Status, colours: Colours): (text: string) => string {
  if (status === 'UNHEALTHY') return colours.red;
  if (status === 'DEGRADED') return colours.yellow;
  return status === 'HEALTHY' ? colours.green : colours.dim;
}
