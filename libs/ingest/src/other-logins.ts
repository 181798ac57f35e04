/** Failed logins as daemons other than OpenSSH tell of them: by the words they share, and by where addresses stand. */
import type { SyslogLine } from './syslog.ts';
import { nothing, saw, type LineReading } from './sighting.ts';

const failures =
  /authenticat(?:ion|e)(?: \w+)? (?:fail|error|rejected|unsuccessful)|auth(?:entication|orization)?[ _-]?fail|\bauth(?:entication)? (?:failed|aborted|error)|log[io]+n(?: \w+)? (?:attempt )?(?:fail|incorrect|invalid|rejected|unsuccessful)|fail(?:ed|ure)?(?: \w+)? (?:login|log in|logon|auth|password|to authenticate)|(?:incorrect|wrong|bad|invalid) (?:password|user|login|credential|username|pin)|(?:password|credentials?) (?:mismatch|incorrect|wrong|invalid|failed|check failed|verification failed)|(?:unknown|no such|illegal|nonexistent) (?:user|account)|user(?:name)? .{0,100}(?:not found|unknown|does ?n['o]t exist)|mechanism .{0,60}fail/i;
const denials =
  /\b(?:access|permission|login|relay(?:ing)?|connection) (?:is )?(?:denied|refused|rejected|not allowed)|\bnot permitted\b|\bbanned\b|\bblocked\b/i;
const succeeded = /\b(?:accepted|successful|session opened|logged in|login ok)\b/i;

const ip = String.raw`(?:\d{1,3}(?:\.\d{1,3}){3}|\[?(?:(?:[\da-f]{1,4}:){2,}[\da-f:.]*|::[\da-f:.]*[\da-f])\]?)`;
/** The surest first. Where a form fits several times the last one counts: names that somebody chose stand before it. */
const places = [
  new RegExp(
    String.raw`\b(?:rhost|rip|remote_?ip|remote_?addr|src_?ip|source_?ip|client_?ip)\s*[=:]\s*"?(?:::ffff:)?(${ip})`,
    'gi',
  ),
  new RegExp(String.raw`\b(?:client|remote|host|peer|ip|address|source)\b\s*[=: ]\s*["'(<[]?(${ip})`, 'gi'),
  new RegExp(String.raw`\bfrom\b(?: \S{1,100})? ?["'(<[]{0,2}(${ip})`, 'gi'),
  new RegExp(String.raw`[[(<](${ip})(?::\d+)?[\])>]`, 'gi'),
  new RegExp(String.raw`(?:^|\s)(${ip})(?=[\s:,]|$)`, 'gi'),
];
const users = /\b(?:user(?:name)?|login|account)\s*[=: ]\s*["'<[`]?([^\s"'>\],;`]{1,100})/i;

/** What a daemon's message says about somebody's failure to get in; nothing where it has no address. */
export function readOtherLogin(line: SyslogLine, target: string): LineReading {
  const { message, program, host, at } = line;
  const isFailure = failures.test(message);
  if ((!isFailure && !denials.test(message)) || succeeded.test(message)) return nothing;
  const address = addressIn(message);
  if (address === undefined) return nothing;
  const actor = users.exec(message)?.[1] ?? '';
  return saw({
    kind: 'LOGIN',
    outcome: isFailure ? 'FAILED' : 'REFUSED',
    address,
    actor,
    target: host || target,
    action: program,
    at,
    attributes: { program },
  });
}

function addressIn(message: string): string | undefined {
  for (const place of places) {
    const found = [...message.matchAll(place)].at(-1)?.[1];
    if (found !== undefined) return found;
  }
  return undefined;
}
