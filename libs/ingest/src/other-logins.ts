/** Failed logins as programs other than OpenSSH tell of them: by the words they share, and by where addresses stand. */
import type { SyslogLine } from './syslog.ts';
import { nothing, saw, type LineReading } from './sighting.ts';

/** Each is a way to say that somebody's credentials were not good enough. */
const failures = [
  /auth(?:enticat\w+|ori[sz]ation)?\b.{0,40}\b(?:fail(?:ed|ure|s)?|error|rejected|unsuccessful|aborted|denied)\b/i,
  /\bfail(?:ed|ure)?\b.{0,40}\b(?:log ?[io]n|logon|auth\w*|passw(?:or)?d|credentials)\b/i,
  /\b(?:log ?[io]n|logon|sign-?in|passw(?:or)?d|credentials?|registration)\b.{0,60}\b(?:fail(?:ed|ure|s)?|incorrect|invalid|rejected|unsuccessful|mismatch|wrong|exceeded|does(?:n't| not) match|is not correct)\b/i,
  /\b(?:incorrect|wrong|bad|invalid|illegal|unknown|nonexistent|non-existent|no such)\s(?:auth\w* data|passw(?:or)?d|user(?:name)?|log ?[io]n|credentials?|account|pin)\b/i,
  /\bbad ?login\b|\bcheck pass; user unknown\b|\bnonexistent user\b/i,
  /\buser(?:name)?\b.{0,60}\b(?:not found|not known|unknown|does(?:n't| not) exist|is not in the)\b/i,
];
/** Each is a way to say that somebody was turned away, or did what no honest program does. */
const denials =
  /\b(?:access|permission|relay(?:ing)?|connection|request|query|client|rcpt|mail)\b.{0,60}\b(?:denied|refused|rejected|not (?:allowed|permitted))\b|\brejected rcpt\b|\bimproper command pipelining\b|\btoo many (?:errors|connections|failed)\b|\bis (?:banned|blocked|blacklisted)\b/i;
const succeeded = /\b(?:accepted|successful(?:ly)?|session opened|logged in|login ok|authenticated)\b/i;

// Whole addresses only: half of one is another's.
const ip = String.raw`(?<![\w.:-])(?:::ffff:)?((?:\d{1,3}\.){3}\d{1,3}|(?:[\da-f]{1,4}:){2,7}[\da-f]{1,4}|(?:[\da-f]{1,4}:){1,6}:(?:[\da-f]{1,4}(?::[\da-f]{1,4}){0,6})?|::[\da-f]{1,4}(?::[\da-f]{1,4}){0,6})(?![\w]|\.\d)`;
/** The surest first. Where a form fits several times the last one counts: names that somebody chose stand before it. */
const places = [
  String.raw`\b(?:rhost|rip|remote[_ ]?ip|remote[_ ]?addr(?:ess)?|src[_ ]?ip|source[_ ]?ip|client[_ ]?ip|oip)\s*[=:]\s*["'[]?${ip}`,
  String.raw`\b(?:client|remote|host|peer|ip|address|source)\b\s*[=:]?\s*["'(<[]{0,2}${ip}`,
  String.raw`\b(?:from|for|by)\b:?\s["'(<[]{0,2}${ip}`,
  String.raw`[[(<@'"]${ip}`,
].map((form) => new RegExp(form, 'gi'));
/** With none of these, the first address that is not said to be the machine's own. */
const anywhere = new RegExp(String.raw`(?<!\b(?:lip|laddr|local|to|dst)\s?[=:>]?\s?)${ip}`, 'i');
const remoteName = /\brhost=([\w.-]+\.[a-z]{2,})\b/i;
const users = /\b(?:user(?:name)?|login|account|ruser|set_id|logname)\s*[=: ]\s*["'<[`(]?([^\s"'>\],;`)=]{1,100})/i;

/** Whether the words are those of a failed login. */
export const tellsOfFailure = (message: string): boolean => failures.some((words) => words.test(message));

/** What a message says about somebody's failure to get in; nothing where it has no address. */
export function readOtherLogin({ message, program, host, at }: SyslogLine, target: string): LineReading {
  const isFailure = tellsOfFailure(message);
  if ((!isFailure && !denials.test(message)) || (succeeded.test(message) && !isFailure)) return nothing;
  const address = addressIn(message);
  if (address === undefined) return nothing;
  const about = { address, target: host || target, action: program, at, attributes: program === '' ? {} : { program } };
  if (!isFailure) return saw({ ...about, kind: 'CONNECTION', outcome: 'REFUSED', signs: ['denied'] });
  return saw({ ...about, kind: 'LOGIN', outcome: 'FAILED', actor: users.exec(message)?.[1] ?? '' });
}

function addressIn(message: string): string | undefined {
  for (const place of places) {
    const found = [...message.matchAll(place)].at(-1)?.[1];
    if (found !== undefined) return found;
  }
  return anywhere.exec(message)?.[1] ?? remoteName.exec(message)?.[1];
}
