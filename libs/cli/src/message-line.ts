/** One line for people for each message of a topic. */
import type { Message } from '@muster/bus';
import { topicFor } from '@muster/schemas';
import type {
  AgentHeartbeat,
  Alert,
  AlertTransition,
  Incident,
  MetricSample,
  Severity,
  Task,
  TaskResult,
} from '@muster/schemas';
import { formatDuration, formatTime } from './moment.ts';
import { fitted, harmless } from './terminal.ts';
import type { Colours } from './terminal.ts';

type Line<R> = (record: R, colours: Colours) => string;

/** Records that people look at often have a line of their own. */
const lines: Readonly<Record<string, Line<never>>> = {
  Alert: ((alert, colours) =>
    [
      alert.status === 'FIRING'
        ? severityPaint(alert.severity, colours)(alert.status.padEnd(8))
        : colours.green(alert.status),
      severityPaint(alert.severity, colours)(alert.severity.padEnd(8)),
      colours.bold(harmless(alert.title)),
      ...(alert.isFlapping ? [colours.magenta('(flapping)')] : []),
      ...(alert.endsAt === null ? [] : [`after ${formatDuration(alert.endsAt - alert.startsAt)}`]),
      ...(alert.description === '' ? [] : [colours.dim(harmless(alert.description))]),
    ].join('  ')) satisfies Line<Alert>,
  AlertTransition: ((change, colours) =>
    [
      severityPaint(change.severity, colours)(change.transition.padEnd(8)),
      severityPaint(change.severity, colours)(change.severity.padEnd(8)),
      colours.bold(harmless(change.title)),
      ...(change.isFlapping ? [colours.magenta('(flapping)')] : []),
      ...(change.foldedCount === 0 ? [] : [`${change.foldedCount} folded`]),
      ...(change.silencedBy.length === 0 ? [] : [colours.dim(`silenced by ${harmless(change.silencedBy.join(', '))}`)]),
    ].join('  ')) satisfies Line<AlertTransition>,
  Incident: ((incident, colours) =>
    [
      incident.status === 'OPEN'
        ? severityPaint(incident.severity, colours)(incident.status.padEnd(8))
        : colours.green(incident.status.padEnd(8)),
      severityPaint(incident.severity, colours)(incident.severity.padEnd(8)),
      colours.bold(harmless(incident.title)),
      ...(incident.suspectedCause === null ? [] : [`suspected ${harmless(incident.suspectedCause.target)}`]),
      colours.dim(`incident ${harmless(incident.incidentId)}`),
    ].join('  ')) satisfies Line<Incident>,
  MetricSample: ((sample, colours) =>
    `${harmless(sample.target)} ${harmless(sample.name)}${labelsText(sample.labels)} ${colours.bold(number(sample.value))}${sample.unit === '' ? '' : ` ${harmless(sample.unit)}`}`) satisfies Line<MetricSample>,
  AgentHeartbeat: ((heartbeat, colours) =>
    [
      harmless(heartbeat.instance),
      (heartbeat.status === 'READY' ? colours.green : colours.yellow)(heartbeat.status),
      `load ${Math.round(heartbeat.load * 100)} %`,
      `lag ${heartbeat.lag}`,
      `${heartbeat.partitions.length} partitions`,
      ...(heartbeat.reason === '' ? [] : [colours.yellow(harmless(heartbeat.reason))]),
    ].join('  ')) satisfies Line<AgentHeartbeat>,
  Task: ((task, colours) =>
    `${colours.bold(harmless(task.capability))}  ${harmless(task.input)}  ${colours.dim(`task ${harmless(task.taskId)}, attempt ${task.attempt}, due ${new Date(task.deadline).toISOString()}`)}`) satisfies Line<Task>,
  TaskResult: ((result, colours) =>
    [
      resultColour(result.status, colours)(result.status.padEnd(9)),
      colours.bold(harmless(result.capability)),
      result.fault === null ? harmless(result.output) : harmless(result.fault.message),
      colours.dim(`by ${harmless(result.instance)}`),
    ].join('  ')) satisfies Line<TaskResult>,
};

function resultColour(status: TaskResult['status'], { green, yellow, red }: Colours): (text: string) => string {
  if (status === 'COMPLETED') return green;
  return status === 'PARTIAL' ? yellow : red;
}

export interface LineOptions {
  readonly colours: Colours;
  /** Characters that fit; what is least needed is cut. */
  readonly width: number | undefined;
  /** Epoch ms; the date is shown unless it is that of now. */
  readonly now: number;
}

export function messageLine(message: Message, { colours, width, now }: LineOptions): string {
  const { record } = topicFor(message.topic);
  const line = lines[record] ?? ((value: object) => plainLine(message.key, value, colours));
  return cut(`${colours.dim(formatTime(message.timestamp, now))}  ${line(message.value as never, colours)}`, width);
}

/** A key that was taken away. */
export function removalLine(key: string, timestamp: number, { colours, now }: LineOptions): string {
  return `${colours.dim(formatTime(timestamp, now))}  ${harmless(key)}  ${colours.dim('removed')}`;
}

/** Cuts a coloured line: colours take no room and are kept to the end. */
function cut(line: string, width = Infinity): string {
  let room = width;
  // oxlint-disable-next-line no-control-regex
  const parts = line.split(/(\u001b\[\d+m)/);
  return parts
    .map((part, index) => {
      if (index % 2 === 1) return part;
      const shown = room <= 0 ? '' : fitted(part, room);
      room -= part.length;
      return shown;
    })
    .join('');
}

/** The key, then each field that says something. */
function plainLine(key: string, value: object, colours: Colours): string {
  const fields = Object.entries(value).filter(
    ([name, field]) => name !== 'envelope' && field !== null && field !== '' && !isEmpty(field) && field !== key,
  );
  const text = fields.map(([name, field]) => `${colours.dim(`${name}=`)}${harmless(fieldText(field))}`);
  return [colours.bold(harmless(key)), ...text].join('  ');
}

const isEmpty = (field: unknown): boolean =>
  typeof field === 'object' && field !== null && Object.keys(field).length === 0;
const fieldText = (field: unknown): string => (typeof field === 'string' ? field : JSON.stringify(field));

function labelsText(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}=${value}`);
  return pairs.length === 0 ? '' : `{${harmless(pairs.join(','))}}`;
}

const number = (value: number): string =>
  Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(6)));

function severityPaint(severity: Severity, colours: Colours): (text: string) => string {
  if (severity === 'CRITICAL') return colours.red;
  return severity === 'WARNING' ? colours.yellow : colours.cyan;
}
