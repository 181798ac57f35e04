/** Made-up lines in the style of many daemons (`test/lines`): what is a failure, whose, and what is none. Nobody's real log. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { logReader } from './log-reader.ts';
import type { Sighting } from './sighting.ts';

const now = Date.UTC(2026, 10, 21, 12);
const attacker = '203.0.113.5';

function read(...lines: readonly string[]): Sighting[] {
  const reader = logReader('any');
  return lines.flatMap((line) => {
    const reading = reader(line, { now, target: 'host' });
    return reading.kind === 'sightings' ? [...reading.sightings] : [];
  });
}
const linesOf = (name: string): string[] =>
  readFileSync(new URL(`../test/lines/${name}.txt`, import.meta.url), 'utf8')
    .trimEnd()
    .split('\n');
/** A name, a colon, and the line. */
const cases = (name: string): [string, string][] =>
  linesOf(name).map((each) => [each.slice(0, each.indexOf(': ')), each.slice(each.indexOf(': ') + 2)]);
const syslog = (rest: string): string => `Nov 21 11:00:00 srv ${rest}`;

it.each(cases('failed-logins'))('a login that failed is found in the words of %s', (_, line) => {
  expect(read(line)).toMatchObject([{ kind: 'LOGIN', outcome: 'FAILED', address: attacker }]);
  expect(read(line)[0]?.attributes?.['ambiguous']).toBeUndefined();
});

it.each(cases('refusals'))('being turned away is found in the words of %s', (_, line) => {
  expect(read(line)).toMatchObject([{ kind: 'CONNECTION', outcome: 'REFUSED', address: attacker }]);
  expect(read(line)[0]?.attributes?.['ambiguous']).toBeUndefined();
});

it.each(linesOf('harmless'))('nothing is wrong with %s', (line) => {
  expect(read(line).filter(({ outcome }) => outcome !== 'SUCCEEDED')).toEqual([]);
});

it.each(cases('forged-names'))('whoever chooses the user name does not choose who is blocked: %s', (_, line) => {
  const counted = read(line).filter(({ attributes }) => attributes?.['ambiguous'] !== 'true');
  expect(counted.filter(({ address }) => address !== attacker)).toEqual([]);
});

it.each([
  syslog('imapd: LOGIN FAILED, user=bob, ip=[2001:db8::5]'),
  syslog('ftp[1]: pam_unix(ftp:auth): authentication failure; ruser=bob rhost=2001:db8::5'),
  syslog('app[1]: authentication failed for bob from [2001:DB8:0:0::5]:5511'),
  '[2026-11-21 11:00:00] SECURITY[8] res_security_log.c: SecurityEvent="InvalidPassword",LocalAddress="IPV6/UDP/2001:db8::1/5060",RemoteAddress="IPV6/UDP/2001:db8::5/5061"',
  '{"msg":"invalid credentials","client":"[2001:db8::5]:40276"}',
])('addresses of version 6 are found whole in %s', (line) => {
  expect(read(line)).toMatchObject([{ kind: 'LOGIN', outcome: 'FAILED', address: '2001:db8::5' }]);
});

it.each([
  [
    'bob',
    'x: pam_unix(x:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=203.0.113.5  user=bob',
  ],
  ['', 'x: pam_unix(x:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=203.0.113.5 '],
  ['bob', 'x: Login failed for user "bob" from 203.0.113.5'],
  ['bob', 'x: authentication failed for bob from 203.0.113.5'],
  ['bob', 'x: Invalid login as bob from 203.0.113.5'],
  ['bob', 'x: LOGIN FAILED, user=bob, ip=[203.0.113.5]'],
  ['', 'x: user unknown, login failed from 203.0.113.5'],
])('the user %j is found in %s', (actor, line) => {
  expect(read(syslog(line))).toMatchObject([{ actor, address: attacker }]);
});

describe('lines that belong together', () => {
  it('put a failure to the address that another line of the connection told', () => {
    const seen = read(
      syslog(`slapd[8]: conn=7 fd=15 ACCEPT from IP=${attacker}:33000 (IP=0.0.0.0:389)`),
      syslog('slapd[8]: conn=7 op=0 BIND dn="cn=admin" method=128'),
      syslog('slapd[8]: conn=7 op=0 RESULT tag=97 err=49 text='),
      syslog('slapd[8]: conn=8 op=0 RESULT tag=97 err=49 text='),
    );
    expect(seen).toMatchObject([{ address: attacker, kind: 'LOGIN' }]);
  });

  it('or tells later, and that once', () => {
    const seen = read(
      '2026-11-21T11:00:00.1+0000 [conn9] Failed to authenticate bob@admin with mechanism MONGODB-CR: AuthenticationFailed',
      `2026-11-21T11:00:00.2+0000 [conn9] end connection ${attacker}:5511 (0 connections now open)`,
      `2026-11-21T11:00:00.3+0000 [conn9] end connection ${attacker}:5511 (0 connections now open)`,
    );
    expect(seen).toMatchObject([{ address: attacker, kind: 'LOGIN' }]);
  });
});

it('a refusal of Squid is that of a request', () => {
  const line = `1795258800.123      4 ${attacker} TCP_DENIED/403 4099 GET http://x.example/ - HIER_NONE/- text/html`;
  expect(read(line)).toMatchObject([{ kind: 'REQUEST', outcome: 'REFUSED', address: attacker, signs: ['denied'] }]);
});
