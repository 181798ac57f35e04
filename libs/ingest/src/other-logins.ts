/** Failed logins and refusals as programs other than OpenSSH tell of them: by the words they share, and by where addresses stand. */
import type { ConnectionAddresses } from './connection-addresses.ts';
import { tellingOf, type Telling } from './failure-words.ts';
import { saidAddress, saidHost } from './said-address.ts';
import { nothing, saw, type LineReading, type Sighting } from './sighting.ts';
import type { SyslogLine } from './syslog.ts';

// No word of the program's own sentence is a name: "user unknown", "login failed".
const name = String.raw`["'<[\`(]?(?!(?:unknown|not|fail\w*|errors?|from|denied|name|login|log|has|is|was|were|tried|with|attempt\w*|reject\w*|does|did|invalid|authenticat\w*|the|to|for|session|registration|that|supplied|id|or|and)\b)([^\s"'>\],;:\`)=(<\[]{1,100})`;
/** Where the name of a user stands; the surest first. */
const users = [
  String.raw`\b(?:user(?:name)?|acct|account|loginname|set_id|sasl_username|authentication_id)=${name}`,
  String.raw`\b(?:ruser|logname)=${name}`,
  String.raw`\b(?:user(?: ?name)?|account|login|device)\b(?: as| by| for)?\s?:?\s${name}`,
  String.raw`\b(?:for|as)\s${name}`,
].map((form) => new RegExp(form, 'i'));
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
    actor: isFailure ? userIn(message) : '',
    target: host || target,
    action: program,
    at,
    attributes: { ...(program === '' ? {} : { program }), ...(found.isAmbiguous ? { ambiguous: 'true' } : {}) },
  });
}

function userIn(message: string): string {
  for (const form of users) {
    const found = form.exec(message)?.[1];
    if (found !== undefined) return found;
  }
  return '';
}

const named = (address: string | undefined): ReturnType<typeof saidAddress> =>
  address === undefined ? undefined : { address, isAmbiguous: false };

const shortened = (message: string): string =>
  message.length <= mostMessage ? message : `${message.slice(0, mostMessage / 2)} ${message.slice(-mostMessage / 2)}`;
