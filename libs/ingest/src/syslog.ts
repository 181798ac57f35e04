/** The outside of syslog lines: when, which host, which program, and what it had to say. */
import { nginxTime, syslogTime } from './log-time.ts';

export interface SyslogLine {
  readonly at: number;
  readonly host: string;
  readonly program: string;
  readonly processId: string;
  readonly message: string;
}

const traditional = /^(?:<\d{1,3}>)?([A-Z][a-z]{2}) +(\d{1,2}) (\d\d:\d\d:\d\d)(?:\.\d+)? (.*)$/s;
const iso = /^(?:<\d{1,3}>)?(\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?) (.*)$/s;
const rfc5424 = /^<\d{1,3}>1 (\S+) (\S+) (\S+) (\S+) \S+ (?:-|(?:\[(?:[^\]"]|"(?:[^"\\]|\\.)*")*\])+) ?(.*)$/s;
const journal = /^(\S+) ([\w./-]+)\[(\d+)\]: (.*)$/s;
const bracketed = /^(?:([^\s[\]]*[^\s[\]:]) )?\[([a-zA-Z][\w./-]*)\]:? +(.*)$/s;
const taggedStrictly = /^(?:([^\s[\]]*[^\s[\]:]) )?([\w./-]+(?:\(\w+\))?)(?:\[(\d+)\])?: +(.*)$/s;

/** Reads a line of syslog (RFC 3164, RFC 5424, ISO times, or a journal's without a time); undefined for what is none. */
export function readSyslog(line: string, now: number): SyslogLine | undefined {
  const modern = rfc5424.exec(line);
  if (modern !== null) {
    const [, time = '', host = '', program = '', processId = '', message = ''] = modern;
    const at = Date.parse(time);
    return Number.isNaN(at) ? undefined : { at, host, program, processId: processId === '-' ? '' : processId, message };
  }
  const old = traditional.exec(line);
  if (old !== null) {
    const [, month = '', day = '', time = '', rest = ''] = old;
    return tagged(syslogTime(month, day, time, now), rest);
  }
  const dated = iso.exec(line);
  if (dated !== null) {
    const [, time = '', rest = ''] = dated;
    return tagged(Date.parse(time.replace(' ', 'T').replace(',', '.')), rest);
  }
  const fromJournal = journal.exec(line);
  if (fromJournal === null) return undefined;
  const [, host = '', program = '', processId = '', message = ''] = fromJournal;
  const inner = /\b(\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d) /.exec(message)?.[1];
  return { at: inner === undefined ? now : nginxTime(inner), host, program, processId, message };
}

function tagged(at: number, rest: string): SyslogLine | undefined {
  if (Number.isNaN(at)) return undefined;
  const strict = taggedStrictly.exec(rest);
  if (strict !== null) {
    const [, host = '', program = '', processId = '', message = ''] = strict;
    return { at, host, program, processId, message };
  }
  const [, host = '', program = '', message = rest] = bracketed.exec(rest) ?? [];
  return { at, host, program, processId: '', message };
}
