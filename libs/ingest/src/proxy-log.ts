/** The logs of HAProxy and Squid: requests, in forms of their own. */
import { outcomeOf } from './access-log.ts';
import { accessTime } from './log-time.ts';
import { foreign, saw, type LineContext, type LineReading } from './sighting.ts';
import { readSyslog } from './syslog.ts';

// client:port [time] frontend backend/server timers status bytes cookies termination counts {headers} "request"
const haproxy =
  /^(\S+):\d{1,5} \[([^\]]{1,40})\] (\S+) (\S+)\/(\S+) [\d/+-]+ (\d{3}|-1) \+?\d+ \S+ \S+ (\S{4}) [\d/+]+ [\d/]+ (?:\{[^}]*\} ){0,2}"((?:[^"\\]|\\.)*)"/s;
// time elapsed client result/status bytes method url user hierarchy/server type
const squid = /^(\d{9,11}\.\d{3}) +\d+ (\S+) ([A-Z_]+)\/(\d{3}) \d+ ([A-Z]+) (\S+) (\S+) [A-Z_]+\/\S+ \S+/;

/** Reads a line of either. A request that HAProxy itself answered with 401 is a login that failed: it asked for the password. */
export function readProxy(line: string, context: LineContext): LineReading {
  const outer = readSyslog(line, context.now);
  const message = outer?.message ?? line;
  const asSquid = squid.exec(message);
  if (asSquid !== null) {
    const [, time = '', address = '', result = '', status = '', method = '', url = '', user = '-'] = asSquid;
    return saw({
      kind: 'REQUEST',
      outcome: result.endsWith('_DENIED') ? 'REFUSED' : outcomeOf(status),
      address,
      actor: user === '-' ? '' : user,
      target: context.target,
      action: `${method} ${url}`,
      signs: result.endsWith('_DENIED') ? ['denied'] : status === '400' || status === '405' ? ['malformed'] : [],
      at: Number(time) * 1_000,
      attributes: { status },
    });
  }
  const match = haproxy.exec(message);
  if (match === null) return foreign('it is not as the logs of HAProxy and Squid are');
  const [, address = '', time = '', frontend = '', , server = '', status = '', termination = '', asked = ''] = match;
  const isOwnAnswer = server === '<NOSRV>' || termination.startsWith('PR');
  const isLogin = isOwnAnswer && status === '401';
  const at = accessTime(time.replace(/\.\d+$/, ''));
  return saw({
    kind: isLogin ? 'LOGIN' : 'REQUEST',
    outcome: outcomeOf(status),
    address,
    target: frontend.replace(/~$/, '') || context.target,
    action: asked.replace(/ HTTP\/[\d.]+$/, ''),
    signs: asked === '<BADREQ>' ? ['malformed'] : [],
    at: Number.isNaN(at) ? (outer?.at ?? context.now) : at,
    attributes: { status },
  });
}
