import { accessTime } from './log-time.ts';
import { foreign, saw, type LineContext, type LineReading } from './sighting.ts';

// Quotes within fields are escaped; a name of a virtual host may stand in front.
const quoted = String.raw`"((?:[^"\\]|\\.)*)"`;
const form = new RegExp(
  String.raw`^(?:(\S+) )?([\da-zA-Z.:%_-]+) (\S+) (.{1,256}?) \[([^\]]{1,40})\] ${quoted} (\d{3}) (\d+|-)(?: ${quoted}(?: ${quoted})?)?`,
  's',
);
const request = /^([A-Z]{3,20}) (\S.*?)(?: (HTTP\/\d(?:\.\d)?))?$/s;

/** Reads a line of an access log as nginx and Apache write it: common or combined, with or without the virtual host. */
export function readAccess(line: string, { target }: LineContext): LineReading {
  const match = form.exec(line);
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
    address,
    actor,
    target: (virtualHost ?? '-') === '-' ? target : (virtualHost ?? ''),
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
