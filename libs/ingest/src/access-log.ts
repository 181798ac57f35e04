import { accessTime } from './log-time.ts';
import { readSyslog } from './syslog.ts';
import { foreign, saw, type LineContext, type LineReading } from './sighting.ts';

// Quotes within fields are escaped; a name of a virtual host may stand in front, and is no address: names of users may have spaces.
const quoted = String.raw`"((?:[^"\\]|\\.)*)"`;
const ip = String.raw`(?:(?:\d{1,3}\.){3}\d{1,3}|[\da-f]*:[\da-f]*:[\da-f:.]*)`;
const head = String.raw`^(?:(?!${ip}(?::\d+)? )(\S+) )?((?![.:%_-]+ )[\da-zA-Z.:%_-]+) (\S+) (.{1,256}?) \[([^\]]{1,40})\]`;
const forms = [
  new RegExp(String.raw`${head} ${quoted} (\d{3}) (\d+|-)(?: ${quoted}(?: ${quoted})?)?`, 's'),
  // A server that escapes nothing.
  new RegExp(String.raw`${head} "(.*)" (\d{3}) (\d+|-)(?:\s|$)`, 's'),
];
const wrapped = /^(?:<\d{1,3}>)?[A-Z][a-z]{2} +\d{1,2} \d\d:\d\d:\d\d /;
const request = /^([A-Z]{3,20}) (\S.*?)(?: (HTTP\/\d(?:\.\d)?))?$/s;

/** Reads a line of an access log as nginx and Apache write it: common or combined, with or without the virtual host, alone or as syslog wraps it. */
export function readAccess(whole: string, { target, now }: LineContext): LineReading {
  const line = wrapped.test(whole) ? (readSyslog(whole, now)?.message ?? whole) : whole;
  const match = forms[0]?.exec(line) ?? forms[1]?.exec(line) ?? null;
  if (match === null) return foreign('it is not as access logs are: address, user, [time], "request", status, bytes');
  const [, virtualHost, address = '', , user = '-', time = '', asked = '', status = '', , , userAgent = '-'] = match;
  const at = accessTime(time);
  if (Number.isNaN(at)) return foreign(`${time} is no time`);
  const parts = request.exec(asked);
  const actor = user === '-' ? '' : user;
  const isLogin = status === '401' && actor !== '';
  return saw({
    kind: isLogin ? 'LOGIN' : 'REQUEST',
    outcome: outcomeOf(status),
    // IPv4 may have the port of the client behind it.
    address: address.replace(/^([\d.]+):\d+$/, '$1'),
    actor,
    target: (virtualHost ?? '-') === '-' ? target : (virtualHost ?? '').replace(/:\d+$/, ''),
    action: parts === null ? asked : `${parts[1] ?? ''} ${parts[2] ?? ''}`,
    signs:
      parts === null && (status === '400' || status === '408' || asked.includes('\\x')) && asked !== '-' && asked !== ''
        ? ['malformed']
        : [],
    at,
    attributes: { status, ...(userAgent === '-' ? {} : { userAgent: userAgent.slice(0, 500) }) },
  });
}

/** What a status says of the asking; a server's own failure says nothing. */
export function outcomeOf(status: string): 'SUCCEEDED' | 'FAILED' | 'REFUSED' | 'UNKNOWN' {
  if (status === '403' || status === '429' || status === '444') return 'REFUSED';
  if (status.startsWith('4')) return 'FAILED';
  return status.startsWith('2') || status.startsWith('3') ? 'SUCCEEDED' : 'UNKNOWN';
}
