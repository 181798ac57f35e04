import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { policySchemaText } from './policy-form.ts';
import { policyIn } from './policy-source.ts';

const rule = (lines: string): string =>
  `policyId: p\nversion: 1\nagent: approval\nrules:\n  - ruleId: a\n    ${lines.replaceAll('\n', '\n    ')}\n`;

describe('a policy file', () => {
  it('is completed with what it leaves out', () => {
    const source = policyIn('p.yaml', rule('when: frozen\nverdict: REVIEW'));
    expect(source).toMatchObject({
      policy: { policyId: 'p', isEnabled: true, rules: [{ ruleId: 'a', reviewers: 1, roles: [], playbook: null }] },
    });
  });

  it.each([
    ['what is no YAML', 'rules: [', 1, 'is no YAML'],
    [
      'a field it does not have',
      'policyId: p\nversion: 1\nagent: approval\nrulez: []\nrules: []',
      4,
      'did you mean rules?',
    ],
    ['a field a rule does not have', rule('when: frozen\nverdict: REVIEW\nreviwers: 2'), 8, 'did you mean reviewers?'],
    ['a verdict nobody knows', rule('when: frozen\nverdict: ALOW'), 7, 'rules.0.verdict'],
    ['an agent without rules', 'policyId: p\nversion: 1\nagent: aproval\nrules: []', 3, 'did you mean approval?'],
    ['a field no change has', rule('when: change.clas == "x"\nverdict: DENY'), 6, 'did you mean class?'],
    ['a verdict of another agent', rule('when: frozen\nverdict: RUN\nplaybook: x'), 6, 'approval knows only ALLOW'],
    ['a condition without an end', rule('when: frozen &&\nverdict: DENY'), 6, 'does not parse'],
    ['no version', 'policyId: p\nagent: approval\nrules: []', 1, 'version'],
  ])('with %s is refused at its line', (_, text, line, message) => {
    const problems = policyIn('p.yaml', text);
    if ('policy' in problems) throw new Error('it was taken');
    expect(problems[0]).toMatchObject({ file: 'p.yaml', line });
    expect(problems[0]?.message).toContain(message);
  });
});

it('the schema for editors is that of the form; else run `npm run policy-schema -w @muster/cli`', () => {
  const committed = readFileSync(new URL('../../policy.schema.json', import.meta.url), 'utf8');
  expect(JSON.parse(committed)).toEqual(JSON.parse(policySchemaText()));
});
