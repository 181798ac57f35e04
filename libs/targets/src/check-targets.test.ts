import { describe, expect, it } from 'vitest';
import { checkTargets } from './check-targets.ts';

const problemsIn = (source: string): readonly string[] => {
  const checked = checkTargets(source);
  return 'problems' in checked
    ? checked.problems.map(({ line, column, message }) => `${line}:${column} ${message}`)
    : [];
};

const shop = (check: string): string => `targets:\n  - target: shop\n    checks:\n      - ${check}\n`;

describe('a file of targets', () => {
  it('is read with what is left out filled in', () => {
    const checked = checkTargets(`
targets:
  - target: shop
    dependsOn: [shop-db]
    checks:
      - address: https://shop.example/health
        every: 30s
        slow: 800ms
      - { name: port, address: 'tcp://shop.example:443' }
  - target: shop-db
    checks:
      - address: postgres://probe:\${DB_PASSWORD}@db.example/shop
`);
    expect(checked).toMatchObject({
      targets: [
        {
          target: 'shop',
          dependsOn: ['shop-db'],
          checks: [
            { name: 'http', kind: 'http', every: 30_000, timeout: 5_000, slow: 800, failAfter: 3, recoverAfter: 2 },
            { name: 'port', kind: 'tcp', every: 60_000 },
          ],
        },
        { target: 'shop-db', dependsOn: [], checks: [{ name: 'postgres', kind: 'postgres' }] },
      ],
    });
  });

  it.each([
    ['targets:\n  - target: shop\n', /^2:\d+ targets\[1\]\.checks: write a list of checks/],
    [
      shop('address: shop.example'),
      /^4:18 targets\[1\]\.checks\[1\]\.address: "shop.example" has no scheme that is known/,
    ],
    [shop('address: tcp://shop.example'), /names no port: write tcp:\/\/host:port/],
    [shop('{ address: "tcp://a:1", text: ok }'), /^4:\d+ .*text: is for http checks, and tcp is another/],
    [shop('{ address: "tcp://a:1", evry: 10s }'), /^4:\d+ .*there is no key evry; did you mean every\?/],
    [shop('{ address: "tcp://a:1", every: 10 }'), /every: write a number and ms, s, m or h/],
    [shop('{ address: "tcp://a:1", every: 1ms }'), /every: write something between 1s and 24h/],
    [shop('{ address: "tcp://a:1", every: 2s, timeout: 3s }'), /timeout: is longer than the time between two checks/],
    [shop('{ address: "tcp://a:1" }\n      - { address: "tcp://a:2" }'), /^5:\d+ shop has two checks named tcp/],
    [
      `${shop('address: tcp://a:1')}  - target: shop\n    checks: [{ address: 'tcp://a:1' }]`,
      /^5:13 shop is declared twice/,
    ],
    [shop('{ address: "kafka://a:1", group: g, topics: [] }'), /group: needs topics/],
    [shop('{ address: "kafka://a:1", mostLag: 5 }'), /mostLag: needs a group/],
    [
      shop('{ address: "kafka://a:1", group: g, topics: [t], mostLag: 5, failLag: 4 }'),
      /failLag: is less than mostLag/,
    ],
    [shop('{ address: "kafka://a:1", brokers: 0 }'), /brokers: /],
    ['targets: [', /^1:\d+ is no YAML/],
    ['', /^1:1 the file: /],
  ])('says what is wrong, where, and what to do: %j', (source, expected) => {
    expect(problemsIn(source)).toHaveLength(1);
    expect(problemsIn(source)[0]).toMatch(expected);
  });

  it('tells no password', () => {
    expect(problemsIn(shop('address: ftp://probe:secret@files.example')).join()).not.toContain('secret');
  });
});
