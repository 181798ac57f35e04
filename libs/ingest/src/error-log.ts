/** The error logs of nginx and Apache. What clients can write into a message stands in quotes or at its end, so forms are anchored. */
import { apacheTime, nginxTime } from './log-time.ts';
import { foreign, nothing, saw, type LineContext, type LineReading, type Sighting } from './sighting.ts';
import { tellingOf } from './failure-words.ts';
import { readSyslog } from './syslog.ts';

const nginx = /(?:^|\s)(\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d) \[\w+\] \d+#\d+: (?:\*\d+ )?(.*)$/s;
// The last client in the line is the server's own word.
const nginxClient = /^(.*), client: ([^\s,]+)(?:, server: ([^\s,]*))?(?:, request: "((?:[^"\\]|\\.)*)")?(?:, .*)?$/s;
const apache =
  /^(?:\[([^\]]{20,40})\] )?(?:\[([\w-]*:?)(\w+)\] )(?:\[pid [\d:a-z ]+\] )?(?:\([^)]*\)[^:]{0,200}: )?\[(?:client|remote) (\[[^\]]+\](?::\d+)?|[^\]\s]+)\] (?:AH\d+: )?(.*)$/s;

type Found = Pick<Sighting, 'kind' | 'outcome' | 'signs'>;
const login: Found = { kind: 'LOGIN', outcome: 'FAILED' };
const denied: Found = { kind: 'REQUEST', outcome: 'REFUSED', signs: ['denied'] };
const limited: Found = { kind: 'REQUEST', outcome: 'REFUSED', signs: ['rate-limited'] };
const missing: Found = { kind: 'REQUEST', outcome: 'FAILED', signs: ['not-found'] };
const noScript: Found = { kind: 'REQUEST', outcome: 'FAILED', signs: ['no-script'] };
const malformed: Found = { kind: 'REQUEST', outcome: 'FAILED', signs: ['malformed'] };
const protocol: Found = { kind: 'CONNECTION', outcome: 'FAILED', signs: ['protocol'] };
const firewall: Found = { kind: 'REQUEST', outcome: 'REFUSED', signs: ['firewall'] };
const injection: Found = { kind: 'REQUEST', outcome: 'FAILED', signs: ['command-injection'] };

const nginxForms: readonly (readonly [RegExp, Found])[] = [
  [
    /^user ".*"(?:: password mismatch| was not found in )|^PAM: user .* - not authenticated|^no user\/password was provided/is,
    login,
  ],
  [/^(?:limiting|delaying) (?:requests?|connections?)\b/i, limited],
  [/^access forbidden by rule|^directory index of ".*" is forbidden/is, denied],
  [/^ModSecurity: Access denied/i, firewall],
  [/^SSL_(?:do_handshake|read|write)\(\) failed \(SSL: /i, protocol],
  [/^client sent (?:invalid|too|plain|HTTP\/1\.1 request without)|^client intended to send too large/i, malformed],
  [/^(?:open\(\) )?".*" (?:failed|is not found) \(2: /is, missing],
  [/^FastCGI sent in stderr: ".*Primary script unknown/is, noScript],
];
const apacheForms: readonly (readonly [RegExp, Found])[] = [
  [
    /^user .* not found(?:: |$)|^user .*: (?:authentication|authorization) failure\b|^(?:Digest: )?user .*: password mismatch|^(?:Digest: )?user .* in realm .* not found/is,
    login,
  ],
  [/^client used wrong authentication scheme|^Authorization of user .* to access .* failed/is, login],
  [
    /^(?:Digest: )?(?:invalid qop|realm mismatch|unknown algorithm)\b|^(?:Digest: )?invalid nonce .* received - (?:length is not|user attempted time travel)/is,
    login,
  ],
  [/^client denied by server configuration\b/i, denied],
  [/^ModSecurity: +(?:\[[^\]]*\] )*Access denied\b/i, firewall],
  [/^Hostname .* provided via SNI|^No hostname was provided via SNI/is, protocol],
  [
    /^(?:script (?:'.*' )?not found or unable to stat|stderr from .*: script not found|Got error 'Primary script unknown)/is,
    noScript,
  ],
  [/(?:importing function definition for [`']|ignoring function definition attempt)|\(\) *\{ *:/i, injection],
  [/^File does not exist: /i, missing],
  [/^Attempt to serve directory|^Directory index forbidden|^Symbolic link not allowed|^client denied/i, denied],
  [
    /^Invalid (?:URI|method) in request|^request failed: |^invalid URI path|^Client sent malformed|^(?:PHP )?Invalid HTTP/i,
    malformed,
  ],
];

const find = (forms: readonly (readonly [RegExp, Found])[], message: string): Found | undefined =>
  forms.find(([form]) => form.test(message))?.[1];

/** Reads a line of either error log, alone or as syslog and the journal wrap it. */
export function readError(line: string, context: LineContext): LineReading {
  const outer = line.startsWith('[') || /^\d{4}\//.test(line) ? undefined : readSyslog(line, context.now);
  const bare = outer?.message ?? line;
  const asApache = apache.exec(bare);
  if (asApache !== null) return readApache(asApache, outer?.at ?? Number.NaN, context);
  const asNginx = nginx.exec(bare);
  if (asNginx === null) return foreign('it is not as the error logs of nginx and Apache are');
  const [, time = '', message = ''] = asNginx;
  const parts = nginxClient.exec(message);
  if (parts === null) return nothing;
  const [, said = '', address = '', server, request = ''] = parts;
  const found = find(nginxForms, said);
  if (found === undefined) return nothing;
  const target = server === undefined || server === '' ? context.target : server;
  const actor = found === login ? (/user ["'](.*?)["']/.exec(said)?.[1] ?? '') : '';
  return saw({ ...found, address, actor, target, action: request.replace(/ HTTP\/[\d.]+$/, ''), at: nginxTime(time) });
}

function readApache(parts: RegExpExecArray, outerAt: number, { now, target }: LineContext): LineReading {
  const [, time, , , client = '', message = ''] = parts;
  const at = time === undefined ? outerAt : apacheTime(time);
  // What runs within the server says it in its own words; the client is the server's word.
  const found = find(apacheForms, message) ?? (tellingOf(message) === 'failed-login' ? login : undefined);
  if (found === undefined) return nothing;
  const actor =
    found === login
      ? (/^(?:Digest: )?(?:Authorization of )?user [`']?(.*?)'?(?:: | not found| in realm| to access|$)/s.exec(
          message,
        )?.[1] ?? '')
      : '';
  const said = message.replace(/, referer: .*$/s, '');
  const isAboutFile = found === missing || found === noScript;
  const action = isAboutFile ? (/\/[^\s'",]*/.exec(said)?.[0] ?? '') : said;
  return saw({ ...found, address: withoutPort(client), actor, target, action, at: Number.isNaN(at) ? now : at });
}

/** Apache writes `1.2.3.4:567`, `[2001:db8::1]:567` and a bare `2001:db8::1`. */
function withoutPort(client: string): string {
  if (client.startsWith('[')) return client.slice(1, client.indexOf(']'));
  return /^[\d.]+:\d+$/.test(client) ? client.slice(0, client.indexOf(':')) : client;
}
