import type { Policy, Rule } from '@muster/schemas';
import { describe, expect, it } from 'vitest';
import { facts, flagNamed, noDefaults, policy, request, shop } from '../test/given.ts';
import { hearRules, type RulesHeard } from './hear-rules.ts';
import { ruleBook } from './rule-book.ts';

const heardOf = (rules: readonly Partial<Rule>[], given = facts()): RulesHeard =>
  hearRules(ruleBook('approval', [noDefaults, policy(rules)]), given);

describe('rules that are heard', () => {
  it.each<readonly [string, readonly Partial<Rule>[], RulesHeard['verdict'], readonly string[]]>([
    ['nobody speaks', [{ when: 'frozen' }], 'NONE', []],
    ['one allows', [{ verdict: 'ALLOW' }], 'ALLOW', ['p/r1']],
    ['review beats allow', [{ verdict: 'ALLOW' }, { verdict: 'REVIEW' }], 'REVIEW', ['p/r2']],
    ['deny beats both', [{ verdict: 'DENY' }, { verdict: 'REVIEW' }, { verdict: 'ALLOW' }], 'DENY', ['p/r1']],
    ['several of one mind', [{ verdict: 'ALLOW' }, { verdict: 'ALLOW' }], 'ALLOW', ['p/r1', 'p/r2']],
    ['a weight decides nothing', [{ verdict: 'WEIGHT', weight: 0.2 }], 'NONE', []],
  ])('%s', (_, rules, verdict, decidedBy) => {
    expect(heardOf(rules)).toMatchObject({ verdict, decidedBy });
  });

  it('holds every rule that spoke, in order, and adds up the weights', () => {
    const { voices, weight } = heardOf([
      { verdict: 'WEIGHT', weight: 0.3, description: 'It is late.' },
      { verdict: 'DENY', when: 'frozen' },
      { verdict: 'ALLOW', when: 'change.class == "restart"' },
      { verdict: 'WEIGHT', weight: -0.1 },
    ]);
    expect(voices.map(({ ruleId, verdict, reason }) => [ruleId, verdict, reason])).toEqual([
      ['r1', 'WEIGHT', 'It is late.'],
      ['r3', 'ALLOW', 'change.class == "restart".'],
      ['r4', 'WEIGHT', 'true.'],
    ]);
    expect(weight).toBeCloseTo(0.2);
  });

  it('names who is to review', () => {
    const { needs } = heardOf([{ verdict: 'REVIEW', reviewers: 2, roles: ['sre'] }, { verdict: 'REVIEW' }]);
    expect(needs).toEqual([
      { rule: 'p/r1', reviewers: 2, roles: ['sre'] },
      { rule: 'p/r2', reviewers: 1, roles: [] },
    ]);
  });

  it.each<readonly [string, Partial<Rule>, RulesHeard['verdict'], string]>([
    ['DENY with a misspelt field', { verdict: 'DENY', when: 'change.clas == "x"' }, 'REVIEW', 'did you mean class?'],
    ['WEIGHT that does not parse', { verdict: 'WEIGHT', weight: 1, when: 'frozen &&' }, 'REVIEW', 'does not parse'],
    ['a verdict of another agent', { verdict: 'ALERT' }, 'REVIEW', 'says ALERT, and approval knows only ALLOW, DENY'],
    ['a verdict from the future', { verdict: 'UNKNOWN' }, 'REVIEW', 'says UNKNOWN'],
    ['a weight beyond all bounds', { verdict: 'WEIGHT', weight: NaN }, 'REVIEW', 'a weight of NaN'],
    ['REVIEW by nobody', { verdict: 'REVIEW', reviewers: 0 }, 'REVIEW', 'REVIEW by 0 people'],
    [
      'DENY that lacks a fact',
      { verdict: 'DENY', when: 'change.attributes.ticket == ""' },
      'REVIEW',
      'No such key: ticket',
    ],
    ['REVIEW that yields no boolean', { verdict: 'REVIEW', when: 'change.input' }, 'REVIEW', 'must be true or false'],
  ])('%s never lets a change pass', (_, broken, verdict, reason) => {
    const { verdict: found, voices } = heardOf([{ verdict: 'ALLOW' }, broken]);
    expect(found).toBe(verdict);
    expect(voices[1]?.reason).toContain(reason);
  });

  it('an ALLOW that does not compile allows nothing', () => {
    expect(heardOf([{ verdict: 'ALLOW', when: 'change.clas == "restart"' }])).toMatchObject({
      verdict: 'NONE',
      voices: [],
    });
  });

  it('two rules of one id make neither pass unseen', () => {
    expect(heardOf([{ ruleId: 'a' }, { ruleId: 'a', verdict: 'DENY' }]).verdict).toBe('REVIEW');
  });
});

describe('the defaults of approval', () => {
  const verdictOf = (given: ReturnType<typeof facts>, policies: readonly Policy[] = []) => {
    const { verdict, decidedBy } = hearRules(ruleBook('approval', policies), given);
    return [verdict, decidedBy.map((name) => name.replace('approval-defaults/', '')).join(' ')];
  };
  const scale = { changeClass: 'scale', undo: { capability: 'recovery.scale', input: '{}' } };

  it.each([
    ['a restart of a STANDARD target', facts(), 'ALLOW', 'small-changes'],
    ['a restart of a LOW target', facts({ target: { ...shop, tier: 'LOW' } }), 'ALLOW', 'small-changes'],
    ['a scaling that can be undone', facts({ request: request(scale) }), 'ALLOW', 'small-changes'],
    ['a scaling that can not', facts({ request: request({ ...scale, undo: null }) }), 'REVIEW', 'irreversible'],
    ['a restart of everything at once', facts({ request: request({ blastRadius: 1 }) }), 'NONE', ''],
    ['a HIGH target', facts({ target: { ...shop, tier: 'HIGH' } }), 'NONE', ''],
    ['a CRITICAL target', facts({ target: { ...shop, tier: 'CRITICAL' } }), 'REVIEW', 'critical-target'],
    ['a target nobody knows', facts({ target: undefined }), 'NONE', ''],
    ['another class', facts({ request: request({ ...scale, changeClass: 'drop-table' }) }), 'NONE', ''],
    ['a freeze', facts({ flags: [flagNamed('freeze/sale')] }), 'REVIEW', 'freeze'],
    [
      'a freeze of others',
      facts({ flags: [flagNamed('freeze/sale', { targets: ['till*'] })] }),
      'ALLOW',
      'small-changes',
    ],
    ['a freeze that is over', facts({ flags: [flagNamed('freeze', { endsAt: 1_000 })] }), 'ALLOW', 'small-changes'],
    ['the kill switch', facts({ flags: [flagNamed('kill-switch')] }), 'REVIEW', 'kill-switch'],
    ['two recent failures', facts({}, { recentFailures: 2 }), 'ALLOW', 'small-changes'],
    ['three recent failures', facts({}, { recentFailures: 3, rolledBack: 3 }), 'REVIEW', 'recent-failures'],
    ['three of very many', facts({}, { recentFailures: 3, rolledBack: 3, verified: 97 }), 'ALLOW', 'small-changes'],
    ['three failures of the target', facts({}, { targetFailures: 3 }), 'REVIEW', 'recent-failures'],
  ])('%s: %s', (_, given, verdict, rules) => {
    expect(verdictOf(given)).toEqual([verdict, rules]);
  });

  it('give way to a published policy of their id, as a whole', () => {
    expect(verdictOf(facts(), [noDefaults])).toEqual(['NONE', '']);
    expect(verdictOf(facts(), [{ ...noDefaults, isEnabled: false }])).toEqual(['NONE', '']);
    expect(verdictOf(facts(), [policy([{ verdict: 'DENY' }])])).toEqual(['DENY', 'p/r1']);
  });
});
