/** Failed logins and refusals as programs other than OpenSSH tell of them: by the words they share, and by where addresses stand. */
import type { ConnectionAddresses } from './connection-addresses.ts';
import { tellingOf, type Telling } from './failure-words.ts';
import { saidAddress, saidHost } from './said-address.ts';
import { nothing, saw, type LineReading, type Sighting } from './sighting.ts';
import type { SyslogLine } from './syslog.ts';

const users =
  /\b(?:user(?: ?name)?|login|loginname|account|acct|ruser|set_id|logname)\s*[=: ]\s*["'<[`(]?([^\s"'>\],;`)=]{1,100})/i;
/** Longer messages are read at their beginning and their end: patterns are to stay quick. */
const mostMessage = 4_096;

const kinds: Readonly<Record<Exclude<Telling, 'nothing'>, Pick<Sighting, 'kind' | 'outcome' | 'signs'>>> = {
  'failed-login': { kind: 'LOGIN', outcome: 'FAILED' },
  denied: { kind: 'CONNECTION', outcome: 'REFUSED', signs: ['denied'] },
  aborted: { kind: 'CONNECTION', outcome: 'FAILED', signs: ['no-login'] },
};

/** What a message says about somebody's failure to get in; nothing where neither it nor its connection has an address. */
export function readOtherLogin(
  { message: whole, program, host, at }: SyslogLine,
  target: string,
  connections: ConnectionAddresses,
): LineReading {
  const message = shortened(whole);
  const telling = tellingOf(message);
  const said = saidAddress(message) ?? named(saidHost(message));
  const connection = connections.read(host, `[${program}] ${message}`, said?.address, telling === 'failed-login');
  const isOwed = connection?.isOwed === true;
  if (telling === 'nothing' && !isOwed) return nothing;
  const found = said ?? named(connection?.address);
  if (found === undefined) return nothing;
  const isFailure = isOwed || telling === 'failed-login';
  return saw({
    ...kinds[isOwed || telling === 'nothing' ? 'failed-login' : telling],
    address: found.address,
    actor: isFailure ? (users.exec(message)?.[1] ?? '') : '',
    target: host || target,
    action: program,
    at,
    attributes: { ...(program === '' ? {} : { program }), ...(found.isAmbiguous ? { ambiguous: 'true' } : {}) },
  });
}

const named = (address: string | undefined): ReturnType<typeof saidAddress> =>
  address === undefined ? undefined : { address, isAmbiguous: false };

const shortened = (message: string): string =>
  message.length <= mostMessage ? message : `${message.slice(0, mostMessage / 2)} ${message.slice(-mostMessage / 2)}`;
