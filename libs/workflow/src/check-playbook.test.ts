import { describe, expect, it } from 'vitest';
import { checkPlaybook, problemText, type Capabilities } from './index.ts';

const capabilities: Capabilities = new Map([
  [
    'recovery.restart',
    {
      inputSchema: {
        type: 'object',
        properties: { target: { type: 'string' }, grace: { type: 'integer' } },
        required: ['target'],
        additionalProperties: false,
      },
    },
  ],
  ['recovery.probe', {}],
]);

const playbook = (steps: string, rest = ''): string => `name: p
version: 1
input:
  target: { type: string }
  count: { type: integer }
${rest}steps:
${steps}`;

const problemsOf = (source: string): string[] => {
  const checked = checkPlaybook(source, { capabilities });
  return 'problems' in checked
    ? checked.problems.map(({ line, column, message }) => `${line}:${column} ${message}`)
    : [];
};

describe('a playbook', () => {
  it('is read', () => {
    const source = playbook(
      '  a: { capability: recovery.restart, with: { target: "${input.target}" } }\n  b: { needs: [a], sleep: 1s }\n',
    );
    expect(checkPlaybook(source, { capabilities })).toMatchObject({
      playbook: { name: 'p', steps: { b: { needs: ['a'] } } },
    });
  });

  it.each<readonly [string, string, string]>([
    [
      'a circle',
      '  a: { needs: [c], sleep: 1s }\n  b: { needs: [a], sleep: 1s }\n  c: { needs: [b], sleep: 1s }\n',
      '7:15 steps need each other in a circle: a -> c -> b -> a',
    ],
    ['a step that needs itself', '  a: { needs: [a], sleep: 1s }\n', '7:15 steps need each other in a circle: a -> a'],
    [
      'an unknown need',
      '  first: { sleep: 1s }\n  b: { needs: [frist], sleep: 1s }\n',
      '8:16 step b needs frist, which there is not; did you mean first?',
    ],
    [
      'an unknown capability',
      '  a:\n    capability: recovery.restrat\n    with: { target: x }\n',
      '8:17 no agent offers recovery.restrat; did you mean recovery.restart?',
    ],
    [
      'a wrong type',
      '  a:\n    capability: recovery.restart\n    with:\n      target: 5\n',
      "10:15 recovery.restart can't take this: target is integer, but must be string",
    ],
    [
      'a wrong type of an input',
      '  a:\n    capability: recovery.restart\n    with:\n      target: ${input.count}\n',
      "10:15 recovery.restart can't take this: target is integer, but must be string",
    ],
    [
      'a missing field',
      '  a:\n    capability: recovery.restart\n    with:\n      grace: 5\n',
      "recovery.restart can't take this: target is missing",
    ],
    [
      'an unknown field',
      '  a:\n    capability: recovery.restart\n    with:\n      target: x\n      garce: 5\n',
      "11:14 recovery.restart can't take this: garce is not asked for; did you mean grace?",
    ],
    [
      'a condition that does not parse',
      '  a:\n    when: input.count >\n    sleep: 1s\n',
      '8:11 condition `input.count >`: does not parse',
    ],
    ['an unknown variable', '  a:\n    when: inptu.count > 1\n    sleep: 1s\n', 'Unknown variable: inptu'],
    [
      'an expression that does not parse',
      '  a:\n    capability: recovery.probe\n    with:\n      x: a ${input.} b\n',
      '10:10 expression `input.`: does not parse',
    ],
    [
      'an expression that is not closed',
      '  a:\n    capability: recovery.probe\n    with:\n      x: "${input.target"\n',
      'is not closed',
    ],
    [
      'an unknown input',
      '  a:\n    capability: recovery.probe\n    with:\n      x: ${input.tagret}\n',
      'speaks of input tagret, which the playbook does not have; did you mean target?',
    ],
    [
      'an unknown step',
      '  abc: { sleep: 1s }\n  b:\n    needs: [abc]\n    when: steps.abd.output == 1\n    sleep: 1s\n',
      '10:11 `steps.abd.output == 1` speaks of step abd, which there is not; did you mean abc?',
    ],
    [
      'a step that does not precede',
      '  a: { sleep: 1s }\n  b:\n    when: steps.a.output == 1\n    sleep: 1s\n',
      'speaks of step a, which may not have ended before b: add it to the needs of b',
    ],
    ['a step that is never reached', '  a:\n    when: 1 > 2\n    sleep: 1s\n', '8:11 step a can never be reached'],
    ['two kinds', '  a: { sleep: 1s, capability: x }\n', '7:3 steps.a: a step is exactly one of'],
    ['no kind', '  a: { needs: [] }\n', 'this is none'],
    [
      'an unknown key',
      '  a:\n    sleep: 1s\n    need: [a]\n',
      '9:5 steps.a: there is no key need; did you mean needs?',
    ],
    ['a bad duration', '  a: { sleep: soon }\n', '7:15 steps.a.sleep: a duration is a number and ms, s, m, h or d'],
    [
      'quotes that are missing',
      '  a: { capability: recovery.probe, with: { target: ${input.target} } }\n',
      'put quotes around it',
    ],
    ['the same step twice', '  a: { sleep: 1s }\n  a: { sleep: 2s }\n', 'unique'],
    [
      'something verified that may come after',
      '  a: { sleep: 1s }\n  b: { sleep: 1s, verifies: a }\n',
      'step b verifies a, but may run before it: add it to its needs',
    ],
    [
      'an item outside of forEach',
      '  a: { capability: recovery.probe, with: { x: "${item}" } }\n',
      'Unknown variable: item',
    ],
  ])('with %s is refused', (_, steps, message) => {
    expect(problemsOf(playbook(steps)).join('\n')).toContain(message);
  });

  it('of other things than a playbook is refused', () => {
    expect(problemsOf('')).not.toEqual([]);
    expect(problemsOf('[1, 2]')).not.toEqual([]);
    expect(problemsOf('a: [')).not.toEqual([]);
    expect(problemsOf('x'.repeat(300_000))).toEqual(['1:1 is 300000 characters long (limit 262144)']);
  });

  it('that would never end reading is refused', () => {
    const bomb = ['a0: &a0 [x, x, x, x, x, x, x, x]'];
    for (let level = 1; level < 12; level += 1)
      bomb.push(`a${level}: &a${level} [${Array.from({ length: 8 }, () => `*a${level - 1}`).join(', ')}]`);
    expect(problemsOf(bomb.join('\n')).join()).toContain('alias');
    expect(problemsOf('['.repeat(100_000))).not.toEqual([]);
  });

  it('of 10,000 steps is refused, as is one whose 1,000 steps all need each other; 1,000 in a row are fine', () => {
    const many = (count: number, needs: (index: number) => string): string =>
      playbook(Array.from({ length: count }, (_, index) => `  s${index}: {sleep: 1s${needs(index)}}`).join('\n'));
    const large = many(10_000, () => '');
    expect(large.length).toBeLessThan(262_144);
    expect(problemsOf(large).join()).toMatch(/has (9999|10000) steps \(limit 1000\)/);
    expect(problemsOf(many(1_000, (index) => `, needs: [s${(index + 999) % 1_000}]`)).join()).toContain('(990 more)');
    expect(problemsOf(many(1_000, (index) => (index === 0 ? '' : `, needs: [s${index - 1}]`)))).toEqual([]);
  });

  it('tells its problems in a line', () => {
    expect(
      problemText([
        { line: 2, column: 3, message: 'is wrong' },
        { line: 3, column: 1, message: 'so is this' },
      ]),
    ).toBe('2:3 is wrong (and 1 more)');
  });
});
