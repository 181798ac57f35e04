/** What OpenSSH says, message by message. Knows nothing of other lines: `sshd-sessions.ts` puts them together. */

/** What one message tells of a session. */
export type SshdFact =
  /** Somebody failed. */
  | {
      readonly kind: 'failed';
      readonly what: SshdFailure;
      readonly address: string;
      readonly user?: string;
      readonly isAmbiguous?: boolean;
    }
  /** Something failed, and of whom only the session knows. */
  | { readonly kind: 'failed-somewhere'; readonly what: SshdFailure; readonly user?: string }
  /** A failure of which it is not clear yet whether it is one: another method or key may do. */
  | { readonly kind: 'tried'; readonly address?: string; readonly user: string }
  | { readonly kind: 'accepted'; readonly address: string; readonly user: string; readonly method: string }
  /** The session's address. */
  | { readonly kind: 'connected'; readonly address: string }
  /** The connection is over; `isPreauth`: before anybody had logged in. */
  | { readonly kind: 'closed'; readonly address: string; readonly user?: string; readonly isPreauth: boolean };

export type SshdFailure = 'login' | 'invalid-user' | 'refused' | 'too-many' | 'protocol' | 'no-login' | 'negotiation';

// An address ends in no colon, so that `from 1.2.3.4: 11:` is read rightly.
const from = String.raw`(\S*[^\s:,])`;
const port = String.raw`(?: port \d+)?`;
const invalid = String.raw`(?:(?:invalid|illegal) user )?`;

type Make = (groups: readonly (string | undefined)[]) => SshdFact;
const failed =
  (what: SshdFailure, address: number, user?: number): Make =>
  (groups) => ({
    kind: 'failed',
    what,
    address: groups[address] ?? '',
    ...(user === undefined || groups[user] === undefined ? {} : { user: groups[user] }),
  });
const nowhere =
  (what: SshdFailure): Make =>
  () => ({ kind: 'failed-somewhere', what });

/** User names come from whoever attacks and may look like the rest of the line, so each form is anchored at both ends and the last address counts. */
const forms: readonly (readonly [form: RegExp, make: Make])[] = (
  [
    [
      `Failed \\S+ for ((?:invalid|illegal) user )?((?:(?! ssh\\d: ).)*) from ${from}${port}(?: ssh\\d)?(?:: (.*))?`,
      failedLogin,
    ],
    [
      `Accepted (\\S+) for (.*) from ${from}${port}(?: ssh\\d)?(?:: .*)?`,
      ([, method = '', user = '', address = '']) => ({ kind: 'accepted', address, user, method }),
    ],
    [`(?:Invalid|Illegal) user (.*) from ${from}${port}`, failed('invalid-user', 2, 1)],
    [`Connection from ${from}(?: port \\d+)(?: on .*)?`, ([, address = '']) => ({ kind: 'connected', address })],
    [`Connection from ${from}`, ([, address = '']) => ({ kind: 'connected', address })],
    [`SSH: Server;.*;Remote: (\\S+)-\\d+;.*`, ([, address = '']) => ({ kind: 'connected', address })],
    [
      `pam_unix\\(sshd:auth\\): authentication failure;.* ruser=(\\S*) rhost=(\\S+)(?: +user=(.*))?`,
      ([, remote = '', address = '', user = remote]) => ({ kind: 'tried', address, user }),
    ],
    [
      `PAM: (?:authentication (?:failure|error)|user not known to the underlying authentication module) for ${invalid}(.*) from ${from}(?: via \\S+)?`,
      failed('login', 2, 1),
    ],
    [`ROOT LOGIN REFUSED FROM ${from}${port}`, failed('refused', 1)],
    [`User (.*) from ${from} not allowed because .*`, failed('refused', 2, 1)],
    [`(?:refused connect|connection refused) from .*\\((\\S+)\\)`, failed('refused', 1)],
    [`refused connect from ${from}`, failed('refused', 1)],
    [
      `maximum authentication attempts exceeded for ${invalid}(.*) from ${from}${port}(?: ssh\\d)?`,
      failed('too-many', 2, 1),
    ],
    [
      `Disconnecting (?:invalid|authenticating) user (.*) ${from} port \\d+: Too many authentication failures.*`,
      nowhere('too-many'),
    ],
    [
      `Disconnecting (?:invalid|authenticating) user (.*) ${from} port \\d+: Change of username.*`,
      failed('login', 2, 1),
    ],
    [
      `Disconnecting: Too many authentication failures(?: for (.*))?`,
      ([, user]) => ({ kind: 'failed-somewhere', what: 'too-many', ...(user === undefined ? {} : { user }) }),
    ],
    [`Received disconnect from ${from}(?: port \\d+)?: ?3: .*: Auth fail(?:ed|ure)?.*`, failed('login', 1)],
    [
      `Received disconnect from ${from}(?: port \\d+)?: ?14: No (?:supported )?authentication methods available`,
      failed('negotiation', 1),
    ],
    [`Did not receive identification string from ${from}${port}`, failed('protocol', 1)],
    [`Bad protocol version identification '.*' from ${from}${port}`, failed('protocol', 1)],
    [`Protocol major versions differ for ${from}${port}: .*`, failed('protocol', 1)],
    [`banner exchange: Connection from ${from} port \\d+: .*`, failed('protocol', 1)],
    [`ssh_dispatch_run_fatal: Connection from ${from} port \\d+: .*`, failed('protocol', 1)],
    [`Timeout before authentication for (?:connection from )?${from}(?: port \\d+| to .*)?`, failed('no-login', 1)],
    [`Unable to negotiate with ${from}${port}: no matching .*`, failed('negotiation', 1)],
    [`Unable to negotiate a key exchange method`, nowhere('negotiation')],
    [`no matching \\S+ found: .*`, nowhere('negotiation')],
    [`Read from socket failed: Connection reset by peer`, nowhere('protocol')],
    [`kex_exchange_identification: .*`, nowhere('protocol')],
    [`Connection (?:closed|reset) by (?:invalid|authenticating) user (.*) ${from} port \\d+`, failed('no-login', 2, 1)],
    [`Disconnected from (?:invalid|authenticating) user (.*) ${from} port \\d+`, failed('no-login', 2, 1)],
  ] satisfies readonly (readonly [string, Make])[]
).map(([form, make]) => [new RegExp(`^${form}$`, 'is'), make]);

const ended = new RegExp(
  String.raw`^(?:(?:Connection (?:closed|reset) by|Disconnected from|Received disconnect from) (?:user .* )?${from}${port}(?:: ?\d+:.*)?)$`,
  'is',
);

function failedLogin([, invalidUser, user = '', address = '', more]: readonly (string | undefined)[]): SshdFact {
  // Both `user: x from ADDRESS` and a longer user name can be meant by what comes after the protocol.
  const isAmbiguous = more !== undefined && / from \S/.test(more);
  const what = invalidUser === undefined ? 'login' : 'invalid-user';
  return { kind: 'failed', what, address, user, ...(isAmbiguous ? { isAmbiguous } : {}) };
}

/** Reads what follows `sshd[pid]: `; undefined when it says nothing about who tried to get in. */
export function readSshd(text: string): SshdFact | undefined {
  const bare = text.replace(/^\[ID \d+ [\w.]+\] /, '').trim();
  const isPreauth = bare.endsWith(' [preauth]');
  const message = (isPreauth ? bare.slice(0, -' [preauth]'.length) : bare).replace(/^(?:error|fatal): /, '');
  const key =
    /^Failed publickey for (?!invalid user |illegal user )(.*) from (\S+)(?: port \d+)?(?: ssh\d)?(?:: .*)?$/.exec(
      message,
    );
  if (key !== null) return { kind: 'tried', user: key[1] ?? '', address: key[2] ?? '' };
  for (const [form, make] of forms) {
    const match = form.exec(message);
    if (match !== null) return make(match);
  }
  const end = ended.exec(message);
  return end === null ? undefined : { kind: 'closed', address: end[1] ?? '', isPreauth };
}
