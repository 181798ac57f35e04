import { readAddress } from '@muster/containment';
import { outcomeOf } from './access-log.ts';
import { tellingOf } from './failure-words.ts';
import { foreign, saw, type LineContext, type LineReading } from './sighting.ts';

/** Names that logs give to the same things, the surest first. */
const names = {
  address: [
    'address',
    'remote_addr',
    'remote_ip',
    'client_ip',
    'clientIp',
    'src_ip',
    'source_ip',
    'remoteAddress',
    'remoteAddr',
    'source_address',
    'client_address',
    'clientAddress',
    'sourceIPAddress',
    'sourceIp',
    'remoteIp',
    'remoteIP',
    'client_addr',
    'ClientHost',
    'ClientAddr',
    'ip_address',
    'ipAddress',
    'ip',
    'client',
    'remote',
    'peer',
  ],
  actor: ['actor', 'user', 'username', 'remote_user', 'user_name', 'login'],
  target: ['target', 'service', 'host', 'vhost', 'server_name'],
  action: ['action', 'request', 'uri', 'request_uri', 'url', 'path'],
  method: ['method', 'request_method', 'verb'],
  status: ['status', 'status_code', 'response'],
  at: ['at', 'time', 'timestamp', '@timestamp', 'ts', 'time_iso8601', 'date'],
  message: ['message', 'msg', 'error'],
  userAgent: ['userAgent', 'user_agent', 'http_user_agent', 'agent'],
} as const;

const kinds = ['LOGIN', 'CONNECTION', 'REQUEST', 'PRIVILEGE'] as const;
const outcomes = ['SUCCEEDED', 'FAILED', 'REFUSED'] as const;

/** Reads one JSON object a line: a security event as the schema has it, or what common loggers write about a request or a login. */
export function readJsonLine(line: string, context: LineContext): LineReading {
  const record = parsed(line);
  if (record === undefined) return foreign('it is no JSON object');
  // Loggers put some of it a few levels deeper: {"request": {"remote_ip": ...}}.
  const levels = levelsOf(record, 3);
  const text = (name: keyof typeof names): string => {
    for (const level of levels)
      for (const each of names[name]) {
        const value = level[each];
        if (typeof value === 'string' || typeof value === 'number') return String(value);
      }
    return '';
  };
  const address = withoutPort(text('address'));
  const reading = readAddress(address);
  if (address === '') return foreign(`it has no address: one of ${names.address.join(', ')}`);
  if (reading.kind === 'range') return foreign(`its address is not one: ${reading.reason}`);
  const at = timeOf(text('at'), context.now);
  if (Number.isNaN(at)) return foreign(`its time ${text('at')} is no time`);
  const status = text('status');
  // What says of itself neither what it is nor how it ended is read as people would.
  const isFailedLogin = record['kind'] === undefined && status === '' && tellingOf(text('message')) === 'failed-login';
  const kind =
    kinds.find((each) => each === String(record['kind']).toUpperCase()) ?? (isFailedLogin ? 'LOGIN' : 'REQUEST');
  const outcome =
    outcomes.find((each) => each === String(record['outcome']).toUpperCase()) ??
    (isFailedLogin ? 'FAILED' : outcomeOf(status));
  const signs = Array.isArray(record['signs']) ? record['signs'].filter((each) => typeof each === 'string') : [];
  const userAgent = text('userAgent').slice(0, 500);
  return saw({
    kind,
    outcome,
    address,
    actor: text('actor') === '-' ? '' : text('actor'),
    target: text('target') || context.target,
    action: [text('method'), text('action').replace(/ HTTP\/[\d.]+$/, '')].filter((each) => each !== '').join(' '),
    signs: signs.slice(0, 16),
    at,
    attributes: { ...(status === '' ? {} : { status }), ...(userAgent === '' ? {} : { userAgent }) },
  });
}

function parsed(line: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** A record, and the records within it. */
function levelsOf(record: Readonly<Record<string, unknown>>, depth: number): Readonly<Record<string, unknown>>[] {
  const inner = depth === 0 ? [] : Object.values(record).filter(isRecord);
  return [record, ...inner.flatMap((each) => levelsOf(each, depth - 1))];
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** `203.0.113.5:40276` and `[2001:db8::5]:40276` are addresses and ports. */
const withoutPort = (address: string): string => address.replace(/^(?:\[([^\]]+)\]|([^:[\]]+)):\d{1,5}$/, '$1$2');

/** Epoch seconds, epoch milliseconds, or a date; none: now. */
function timeOf(text: string, now: number): number {
  if (text === '') return now;
  const number = Number(text);
  if (Number.isNaN(number)) return Date.parse(text);
  return Math.floor(number < 1e11 ? number * 1_000 : number);
}
