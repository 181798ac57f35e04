import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { tryFile } from './test-policies.ts';

const folder = mkdtempSync(join(tmpdir(), 'muster-cases-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const file = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};

it('the default policies say what their cases expect', () => {
  const cases = join(import.meta.dirname, '../../../policy/policies/cases/defaults.yaml');
  const tried = tryFile(cases, []);
  if (!('results' in tried)) throw new Error(JSON.stringify(tried));
  expect(tried.results.length).toBeGreaterThan(10);
  for (const { name, differences } of tried.results) expect([name, ...differences]).toEqual([name]);
});

describe('cases that are not as expected', () => {
  file(
    'shop.yaml',
    `policyId: shop
version: 1
agent: approval
rules:
  - { ruleId: late, when: now.getHours("UTC") >= 18, verdict: REVIEW, reviewers: 2, roles: [sre] }
  - { ruleId: risky, when: "true", verdict: WEIGHT, weight: 0.2 }
`,
  );
  file(
    'slow.yaml',
    `policyId: slow
version: 1
agent: monitoring
rules: [{ ruleId: slow, when: name == "latency_ms" && value > 800.0, verdict: ALERT }]
`,
  );
  const tried = (expectation: string, given: string): readonly string[] => {
    const cases = file(
      'cases.yaml',
      `policies: [shop.yaml, slow.yaml]\ncases:\n  - name: one\n    ${given}\n    expect: ${expectation}\n`,
    );
    const done = tryFile(cases, []);
    if (!('results' in done)) throw new Error(JSON.stringify(done));
    return done.results[0]?.differences ?? [];
  };
  const change = 'change: { target: shop, changeClass: restart }\n    targets: [{ target: shop }]';
  const late = `${change}\n    at: 2026-01-07T18:00:00Z`;

  it.each([
    [change, '{ verdict: ALLOW, weight: 0.2 }', []],
    [change, '{ verdict: DENY }', ['verdict: expected DENY, was ALLOW']],
    [late, '{ verdict: REVIEW, rule: shop/late, reviewers: 2, roles: [sre] }', []],
    [late, '{ verdict: REVIEW, rule: shop/early }', ['rule: expected shop/early, was shop/late']],
    [late, '{ verdict: REVIEW, reviewers: 1 }', ['reviewers: expected 1, was 2']],
    ['metric: { target: shop, name: latency_ms, value: 900 }', '{ verdict: ALERT, rule: slow/slow }', []],
    [
      'metric: { target: shop, name: latency_ms, value: 9 }',
      '{ verdict: ALERT }',
      ['verdict: expected ALERT, was NONE'],
    ],
  ])('%s expecting %s', (given, expectation, differences) => {
    expect(tried(expectation, given)).toEqual(differences);
  });

  it('a file that is wrong is told with its line', () => {
    const cases = file(
      'bad.yaml',
      'cases:\n  - name: one\n    change: { target: shop }\n    expect: { verdict: ALLOW }\n',
    );
    expect(tryFile(cases, [])).toMatchObject([{ line: 3, message: expect.stringContaining('changeClass') }]);
  });
});
