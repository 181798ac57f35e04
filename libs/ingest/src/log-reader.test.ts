import { describe, expect, it } from 'vitest';
import { logReader, type LogKind } from './log-reader.ts';
import type { Sighting } from './sighting.ts';

const now = Date.UTC(2026, 10, 21, 12);
const read = (kind: LogKind, ...lines: readonly string[]): Sighting[] => {
  const reader = logReader(kind);
  return lines.flatMap((line) => {
    const reading = reader(line, { now, target: 'web' });
    return reading.kind === 'sightings' ? [...reading.sightings] : [];
  });
};
const kindOf = (kind: LogKind, line: string): string => logReader(kind)(line, { now, target: 'web' }).kind;
const ssh = (message: string, pid = 7): string => `Nov 21 11:00:00 gate sshd[${pid}]: ${message}`;

describe('an authentication log', () => {
  it('tells who failed, as whom and where', () => {
    expect(read('auth', ssh('Failed password for invalid user admin from 203.0.113.7 port 4711 ssh2'))).toEqual([
      {
        kind: 'LOGIN',
        outcome: 'FAILED',
        signs: ['invalid-user'],
        address: '203.0.113.7',
        actor: 'admin',
        target: 'gate',
        action: 'ssh',
        count: 1,
        at: Date.UTC(2026, 10, 21, 11),
        attributes: { program: 'sshd' },
      },
    ]);
  });

  it('is not led astray by user names that look like the rest of a line', () => {
    const hits = read(
      'auth',
      ssh('Failed password for invalid user a from 198.51.100.1 port 5 ssh2 from 203.0.113.7 port 4711 ssh2'),
      ssh('Invalid user x from 198.51.100.1 from 203.0.113.7 port 5'),
      ssh('Connection closed by authenticating user x 198.51.100.1 port 5 203.0.113.7 port 9 [preauth]'),
    );
    expect(hits.map(({ address }) => address)).toEqual(['203.0.113.7', '203.0.113.7', '203.0.113.7']);
  });

  it('says of a line that can be read in two ways that it can', () => {
    const [hit] = read(
      'auth',
      ssh('Failed password for a from 203.0.113.7 port 5 ssh2: x from 198.51.100.1 port 6 ssh2'),
    );
    expect(hit).toMatchObject({ address: '203.0.113.7', attributes: { ambiguous: 'true' } });
  });

  it('puts the lines of one connection together', () => {
    const hits = read(
      'auth',
      ssh('Connection from 203.0.113.7 port 5 on 192.0.2.1 port 22'),
      ssh('Disconnecting: Too many authentication failures for root [preauth]'),
      ssh('Failed publickey for git from 203.0.113.8 port 5 ssh2: RSA aa', 8),
      ssh('Accepted publickey for git from 203.0.113.8 port 5 ssh2: RSA bb', 8),
      ssh(
        'pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=203.0.113.9  user=ann',
        9,
      ),
      ssh('Connection closed by 203.0.113.9 port 5 [preauth]', 9),
    );
    expect(hits.map(({ address, actor, outcome, kind }) => [address, actor, outcome, kind])).toEqual([
      ['203.0.113.7', 'root', 'FAILED', 'LOGIN'],
      ['203.0.113.8', 'git', 'SUCCEEDED', 'LOGIN'],
      ['203.0.113.9', 'ann', 'FAILED', 'LOGIN'],
    ]);
  });

  it('reads other daemons by what failed logins have in common', () => {
    const hits = read(
      'auth',
      'Nov 21 11:00:00 mail dovecot: imap-login: Disconnected (auth failed, 1 attempts): user=<bob>, method=PLAIN, rip=203.0.113.1, lip=10.0.0.1',
      'Nov 21 11:00:00 mail postfix/smtpd[9]: warning: unknown[203.0.113.2]: SASL LOGIN authentication failed: UGFzc3dvcmQ6',
      'Nov 21 11:00:00 ftp vsftpd: pam_unix(vsftpd:auth): authentication failure; logname= uid=0 euid=0 tty=ftp ruser=x rhost=::ffff:203.0.113.3',
      'Nov 21 11:00:00 host cron[1]: (root) CMD (run-parts /etc/cron.hourly)',
    );
    expect(hits.map(({ address }) => address)).toEqual(['203.0.113.1', '203.0.113.2', '203.0.113.3']);
  });

  it.each([
    [
      'Nov 21 11:00:00 hel postfix/smtpd[1]: NOQUEUE: reject: RCPT from example.com[192.0.43.10]: 454 4.7.1 <a@b>: Relay access denied',
      '192.0.43.10',
    ],
    ['Nov 21 11:00:00 gw dropbear[1]: Login attempt for nonexistent user from 188.177.12.1:60794', '188.177.12.1'],
    ['Nov 21 11:00:00 ns named[1]: client 192.0.2.4#35000: query (cache) denied', '192.0.2.4'],
    ['2026-11-21 11:00:00 H=(pc) [120.196.140.45] F=<a@b> rejected RCPT <c@d>: relay not permitted', '120.196.140.45'],
    ["2026-11-21T11:00:00.0Z 12 [Note] Access denied for user 'root'@'192.0.2.1' (using password: YES)", '192.0.2.1'],
    ['Sat Nov 21 11:00:00 2026 [pid 27202] [anonymous] FAIL LOGIN: Client "64.168.103.1"', '64.168.103.1'],
    [
      'Nov 21 11:00:00 x vsftpd[1]: pam_unix(vsftpd:auth): authentication failure; tty=ftp ruser=foo rhost=xyz.example.com',
      'xyz.example.com',
    ],
    ['Nov 21 11:00:00 x imap[1]: Login failed for 2001:db8::7 (wrong password)', '2001:db8::7'],
    ['Nov 21 11:00:00 x imap[1]: Login failed, lip=198.51.100.1 203.0.113.9', '203.0.113.9'],
  ])('finds the whole address in %s', (line, address) => {
    expect(read('any', line)).toMatchObject([{ address, at: Date.UTC(2026, 10, 21, 11) }]);
  });

  it.each([
    'Nov 21 11:00:00 x systemd[1]: Failed to start backup of 10.0.0.1',
    'Nov 21 11:00:00 x dovecot: imap-login: Login: user=<a>, method=PLAIN, rip=192.0.2.1, lip=198.51.100.1',
    'Nov 21 11:00:00 x postfix/smtpd[4]: connect from unknown[192.0.2.1]',
  ])('sees no failure in %s', (line) => {
    expect(read('any', line)).toEqual([]);
  });

  it('counts lines that syslog folded', () => {
    const line = ssh('message repeated 5 times: [ Failed password for root from 203.0.113.7 port 1 ssh2]');
    expect(read('auth', line)).toMatchObject([{ address: '203.0.113.7', count: 5 }]);
  });

  it('takes a day without a year for the latest one, and RFC 5424 at its word', () => {
    const [old, modern] = read(
      'auth',
      'Dec  1 11:00:00 gate sshd[7]: Invalid user a from 203.0.113.7 port 1',
      '<38>1 2026-11-21T08:00:00.5-04:00 gate sshd 5 - [x@1 a="]"] Invalid user a from 203.0.113.7 port 1',
    );
    expect(old?.at).toBe(Date.UTC(2025, 11, 1, 11));
    expect(modern?.at).toBe(Date.UTC(2026, 10, 21, 12, 0, 0, 500));
  });

  it('remembers a bounded number of connections', () => {
    const reader = logReader('auth');
    for (let pid = 0; pid < 20_000; pid += 1)
      reader(ssh('Connection from 203.0.113.7 port 5', pid), { now, target: 'web' });
    const late = reader(ssh('Disconnecting: Too many authentication failures for root [preauth]', 1), {
      now,
      target: 'web',
    });
    const known = reader(ssh('Disconnecting: Too many authentication failures for root [preauth]', 19_999), {
      now,
      target: 'web',
    });
    expect([late.kind, known.kind]).toEqual(['nothing', 'sightings']);
  });
});

describe('a web log', () => {
  const access = (request: string, status = 200): string =>
    `203.0.113.7 - - [21/Nov/2026:11:00:00 +0100] "${request}" ${status} 47 "-" "curl/8"`;

  it('tells the request, its answer and who asked', () => {
    expect(read('web', access('GET /cart?id=3 HTTP/1.1'))).toMatchObject([
      {
        kind: 'REQUEST',
        outcome: 'SUCCEEDED',
        address: '203.0.113.7',
        action: 'GET /cart?id=3',
        target: 'web',
        at: Date.UTC(2026, 10, 21, 10),
        attributes: { status: '200', userAgent: 'curl/8' },
      },
    ]);
  });

  it('reads quotes, virtual hosts and the common form', () => {
    const hits = read(
      'web',
      access('GET /?q=\\"a\\" HTTP/1.1'),
      'shop.example ::ffff:203.0.113.7 - ann [21/Nov/2026:11:00:00 +0000] "GET / HTTP/1.1" 401 -',
      access('\\x16\\x03\\x01', 400),
    );
    expect(hits).toMatchObject([
      { action: 'GET /?q=\\"a\\"' },
      { target: 'shop.example', address: '203.0.113.7', actor: 'ann', kind: 'LOGIN', outcome: 'FAILED' },
      { signs: ['malformed'] },
    ]);
  });

  it.each([
    ['203.0.113.7 - ann lee [21/Nov/2026:11:00:00 +0000] "GET /a HTTP/2.0" 200 1 "-" "x"', '203.0.113.7', 'web'],
    ['2001:db8::5 - 198.51.100.1 - x [21/Nov/2026:11:00:00 +0000] "GET /a HTTP/1.0" 200 1', '2001:db8::5', 'web'],
    ['203.0.113.7:5511 - - [21/Nov/2026:11:00:00 +0000] "GET /a HTTP/1.0" 200 1', '203.0.113.7', 'web'],
    [
      'shop.example:80 203.0.113.7 - - [21/Nov/2026:11:00:00 +0000] "GET /a HTTP/1.0" 200 1',
      '203.0.113.7',
      'shop.example',
    ],
    [
      'Nov 21 11:00:00 srv nginx: 203.0.113.7 - - [21/Nov/2026:11:00:00 +0000] "GET /a HTTP/1.0" 200 1',
      '203.0.113.7',
      'web',
    ],
    ['203.0.113.7 - - [2026-11-21T11:00:00+00:00] "GET /a HTTP/1.0" 200 1', '203.0.113.7', 'web'],
    ['client.example - bob lee [21/Nov/2026:11:00:00 +0000] "GET /a HTTP/1.0" 200 1', 'client.example', 'web'],
  ])('tells who asked in %s', (line, address, target) => {
    expect(read('web', line)).toMatchObject([{ address, target, action: 'GET /a', at: Date.UTC(2026, 10, 21, 11) }]);
  });

  it('reads a request with quotes that nobody escaped', () => {
    expect(read('web', access('GET /?q="><script> HTTP/1.1'))).toMatchObject([{ action: 'GET /?q="><script>' }]);
  });

  it('reads the error logs of both servers, and the address the server wrote', () => {
    const hits = read(
      'web',
      '2026/11/21 11:00:00 [error] 7#0: *3 user "a": password mismatch, client: 10.0.0.1, server: x, request: "GET / HTTP/1.1", host: "y": was not found in "/p", client: 203.0.113.7, server: , request: "GET / HTTP/1.1", host: "y"',
      '[Sat Nov 21 11:00:00.123456 2026] [auth_basic:error] [pid 7:tid 9] [client [2001:db8::1]:5] AH01618: user ann not found: /admin',
      '[Sat Nov 21 11:00:00 2026] [error] [client 203.0.113.8] File does not exist: /srv/[client 192.168.0.1] user root not found',
    );
    expect(hits.map(({ address, kind }) => [address, kind])).toEqual([
      ['203.0.113.7', 'LOGIN'],
      ['2001:db8::1', 'LOGIN'],
      ['203.0.113.8', 'REQUEST'],
    ]);
  });
});

describe('JSON lines', () => {
  it('are read by the names loggers give', () => {
    const line = {
      time: '2026-11-21T11:00:00Z',
      remote_addr: '203.0.113.7',
      method: 'GET',
      uri: '/a',
      status: 404,
      user_agent: 'x',
    };
    expect(read('json', JSON.stringify(line))).toMatchObject([
      { kind: 'REQUEST', outcome: 'FAILED', address: '203.0.113.7', action: 'GET /a', at: Date.UTC(2026, 10, 21, 11) },
    ]);
  });

  it('are read as security events, with seconds or milliseconds', () => {
    const event = { kind: 'login', outcome: 'failed', address: '::ffff:203.0.113.7', user: 'ann', service: 'vpn' };
    const times = [now / 1_000, now].map((at) => read('json', JSON.stringify({ ...event, at }))[0]);
    expect(times).toMatchObject([
      { kind: 'LOGIN', outcome: 'FAILED', address: '203.0.113.7', actor: 'ann', target: 'vpn', at: now },
      { at: now },
    ]);
  });
});

describe('JSON lines of programs', () => {
  it('that put what they know into records within records are read', () => {
    const line = {
      '@timestamp': '2026-11-21T11:00:00Z',
      source: { ip: '203.0.113.7' },
      http: { response: { status_code: 404 } },
      url: { path: '/a' },
    };
    expect(read('json', JSON.stringify(line))).toMatchObject([
      { kind: 'REQUEST', outcome: 'FAILED', address: '203.0.113.7', action: '/a', attributes: { status: '404' } },
    ]);
  });

  it('that say in words that a login failed are logins that failed', () => {
    const line = { time: '2026-11-21T11:00:00Z', remoteAddr: '203.0.113.7', message: "Login failed: 'admin'" };
    expect(read('json', JSON.stringify(line))).toMatchObject([{ kind: 'LOGIN', outcome: 'FAILED' }]);
  });
});

describe('bad input', () => {
  it.each<readonly [LogKind, string]>([
    ['auth', 'not a line'],
    ['web', ssh('Invalid user a from 203.0.113.7')],
    ['json', '{"address": "203.0.113.0/24"}'],
    ['json', '{"a": 1}'],
    ['json', '[1]'],
    ['json', '{"address": "203.0.113.7", "at": "soon"}'],
    ['web', '203.0.113.7 - - [31/Foo/2026:11:00:00 +0100] "GET / HTTP/1.1" 200 1'],
    ['any', 'a\0b'],
  ])('%s: %j is not a line, and is said to be none', (kind, line) => {
    expect(kindOf(kind, line)).toBe('foreign');
  });

  it('a line without an end is cut, and quickly read', () => {
    const long = `Failed password for ${' from 1.2.3.4'.repeat(200_000)}`;
    const began = performance.now();
    expect(['nothing', 'sightings']).toContain(kindOf('auth', ssh(long)));
    expect(kindOf('web', `203.0.113.7 - - [21/Nov/2026:11:00:00 +0100] "GET /${'\\"'.repeat(500_000)}`)).toBe(
      'foreign',
    );
    for (const piece of ['notice [', '1:2:3:', '1.2.3.', 'login failed ', '" "a', '( ['])
      for (const head of ['', 'Nov 21 11:00:00 x y[1]: ', '203.0.113.7 - - [21/Nov/2026:11:00:00 +0000] "'])
        expect(['nothing', 'foreign', 'sightings']).toContain(kindOf('any', head + piece.repeat(20_000)));
    // So slow only where the time grows with the square of the length.
    expect(performance.now() - began).toBeLessThan(5_000);
  });

  it('a clock that goes backwards is told as it is', () => {
    const hits = read(
      'auth',
      ssh('Invalid user a from 203.0.113.7'),
      ssh('Invalid user a from 203.0.113.7').replace('11:00', '10:00'),
    );
    expect(hits.map(({ at }) => at)).toEqual([Date.UTC(2026, 10, 21, 11), Date.UTC(2026, 10, 21, 10)]);
  });
});
