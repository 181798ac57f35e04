import { describe, expect, it } from 'vitest';
import {
  advance,
  checkPlaybook,
  start,
  startInput,
  type Advanced,
  type Run,
  type RunCommand,
  type RunEvent,
  type RunHost,
} from './index.ts';

type Told<K extends RunCommand['kind']> = Extract<RunCommand, { kind: K }>;
interface Driven {
  run(): Run;
  ignored(): string | undefined;
  result(
    taskId: string,
    output?: unknown,
    status?: 'COMPLETED' | 'ABANDONED' | 'FAILED' | 'PARTIAL',
    agent?: string,
    mayBeDone?: boolean,
  ): Driven;
  signal(name: string, payload?: unknown, by?: string): Driven;
  tell(kind: 'cancel' | 'pause' | 'resume'): Driven;
  adapt(changes: unknown): Driven;
  progress(afterMs: number, taskId: string): Driven;
  wake(): Driven;
  tasks(): Told<'task'>['task'][];
  taskIds(): string[];
  changes(): Told<'changeRequest'>['request'][];
  others(): RunCommand[];
  events(): Told<'event'>['event'][];
  kinds(): string[];
  end(): Run['end'];
}

/** A run that a test drives by hand. */
function drive(source: string, input: Record<string, unknown> = {}, host: RunHost = {}): Driven {
  const checked = checkPlaybook(`name: p\nversion: 1\n${source}`);
  if ('problems' in checked) throw new Error(JSON.stringify(checked.problems));
  const given = startInput(checked.playbook, input);
  if ('problem' in given) throw new Error(given.problem);
  let now = 1_000;
  let last: Advanced = start(
    { workflowId: 'w', playbook: checked.playbook, input: given.input, about: { target: 'shop' } },
    now,
    host,
  );
  const all = [...last.commands];
  const told = (event: RunEvent): Driven => {
    last = advance(last.run, event, now, host);
    all.push(...last.commands);
    return driven;
  };
  const driven: Driven = {
    run: (): Run => last.run,
    ignored: () => last.ignored,
    result: (taskId, output = {}, status = 'COMPLETED', agent = 'a', mayBeDone = false) =>
      told({
        mayBeDone,
        kind: 'result',
        taskId,
        status,
        output: JSON.stringify(output),
        fault: status === 'COMPLETED' ? null : 'broken',
        agent,
      }),
    signal: (name, payload = {}, by = 'ann') => told({ kind: 'signal', name, payload, by }),
    tell: (kind) => told({ kind, by: 'ann', reason: '' }),
    adapt: (changes) => told({ kind: 'adapt', changes, by: 'ann', reason: '' }),
    progress(afterMs, taskId) {
      now += afterMs;
      return told({ kind: 'progress', taskId });
    },
    wake() {
      now = last.wakeAt ?? now;
      return told({ kind: 'wake' });
    },
    tasks: () => all.flatMap((each) => (each.kind === 'task' ? [each.task] : [])),
    taskIds: () => driven.tasks().map(({ taskId }) => taskId),
    changes: () => all.flatMap((each) => (each.kind === 'changeRequest' ? [each.request] : [])),
    others: () => all.filter(({ kind }) => kind !== 'event' && kind !== 'task' && kind !== 'changeRequest'),
    events: () => all.flatMap((each) => (each.kind === 'event' ? [each.event] : [])),
    kinds: () => driven.events().map(({ kind }) => kind),
    end: () => last.run.end,
  };
  return driven;
}

const three = `steps:
  a: { capability: x.a, compensate: { capability: un.a, with: { was: "\${output}" } } }
  b: { capability: x.b, compensate: { capability: un.b } }
  c: { needs: [a, b], capability: x.c, with: { sum: "\${steps.a.output.n + steps.b.output.n}" } }
`;

describe('a run', () => {
  it('does what can be done at the same time, and hands outputs on', () => {
    const run = drive(three);
    expect(run.taskIds()).toEqual(['w/a/1', 'w/b/1']);
    run.result('w/b/1', { n: 1 }).result('w/a/1', { n: 2 });
    expect(run.tasks().at(-1)).toMatchObject({ taskId: 'w/c/1', input: { sum: 3 } });
    run.result('w/c/1');
    expect(run.end()?.kind).toBe('RUN_COMPLETED');
    expect(run.events().map(({ sequence }) => sequence)).toEqual(run.events().map((_, index) => index + 1));
  });

  it('goes on after what was done in part, which steps behind it see', () => {
    const run = drive(`steps:
  load: { capability: x.load, forEach: "\${[1, 2]}" }
  report: { needs: [load], capability: x.report, when: steps.load.status == 'PARTIAL', with: { of: "\${steps.load.output}" } }
`);
    run.result('w/load/1', { rejected: 0 }).result('w/load/2', { rejected: 1 }, 'PARTIAL', 'data');
    expect(run.events().at(-2)).toMatchObject({ kind: 'STEP_COMPLETED', text: 'load completed in part by a, data' });
    expect(run.tasks().at(-1)).toMatchObject({
      taskId: 'w/report/1',
      input: { of: [{ rejected: 0 }, { rejected: 1 }] },
    });
    run.result('w/report/1');
    expect(run.end()?.kind).toBe('RUN_COMPLETED');
  });

  it('undoes in the reverse order of completion', () => {
    const run = drive(three).result('w/b/1', { n: 1 }).result('w/a/1', { n: 2 }).result('w/c/1', {}, 'ABANDONED');
    expect(run.tasks().at(-1)).toMatchObject({ taskId: 'w/a/1/undo', capability: 'un.a', input: { was: { n: 2 } } });
    run.result('w/a/1/undo').result('w/b/1/undo');
    expect(run.end()?.kind).toBe('RUN_COMPENSATED');
  });

  it('waits for what is under way before it undoes', () => {
    const run = drive(three).result('w/a/1', {}, 'ABANDONED');
    expect(run.run().status).toBe('STOPPING');
    run.result('w/b/1').result('w/b/1/undo');
    expect(run.end()?.kind).toBe('RUN_COMPENSATED');
  });

  it('waits on when an attempt fails, ignores second results and those of tasks nobody asked for', () => {
    const run = drive(three).result('w/a/1', {}, 'FAILED');
    expect(run.ignored()).toContain('recovery');
    expect(run.result('w/a/1').result('w/a/1').ignored()).toContain('already');
    expect(run.result('w/zz/1').ignored()).toContain('nobody');
    expect(run.result('w/__proto__/1').ignored()).toContain('nobody');
    expect(run.result('other/a/1').ignored()).toContain('nobody');
    expect(run.result('w/c/1').ignored()).toContain('nobody');
  });

  it('gives up a task that has no result in time, and undoes it when it comes late', () => {
    const run = drive(three).result('w/b/1').wake();
    expect(run.run().steps['a']?.status).toBe('FAILED');
    expect(run.taskIds().at(-1)).toBe('w/b/1/undo');
    run.result('w/a/1', { n: 3 }).result('w/b/1/undo');
    expect(run.taskIds().at(-1)).toBe('w/a/1/undo');
    expect(run.result('w/a/1/undo').end()?.kind).toBe('RUN_COMPENSATED');
  });

  it('undoes what failed, too, when nobody knows whether it was done', () => {
    const run = drive(three).result('w/b/1').result('w/a/1', {}, 'ABANDONED', 'a', true);
    expect(run.tasks().at(-1)).toMatchObject({ taskId: 'w/a/1/undo', input: { was: null } });
    run.result('w/a/1/undo').result('w/b/1/undo');
    expect(run.end()?.kind).toBe('RUN_COMPENSATED');
  });

  it('asks a person when something can not be undone', () => {
    const run = drive(three).result('w/a/1').result('w/b/1', {}, 'ABANDONED').result('w/a/1/undo', {}, 'ABANDONED');
    expect(run.run().status).toBe('WAITS_FOR_PERSON');
    expect(run.kinds().slice(-2)).toEqual(['STEP_COMPENSATION_FAILED', 'RUN_WAITS_FOR_PERSON']);
    expect(run.signal('answer:b', { answer: 'maybe' }).ignored()).toContain('neither');
    expect(run.signal('answer:b', { answer: true }).end()?.kind).toBe('RUN_FAILED');
  });

  it('skips what its condition does not want, and what would verify it', () => {
    const run = drive(
      'steps:\n  a: { when: "input.n > 1", capability: x }\n  b: { needs: [a], capability: y, verifies: a }\n  c: { needs: [b], capability: z }\ninput: { n: { type: integer } }\n',
      { n: 1 },
    );
    expect(run.taskIds()).toEqual(['w/c/1']);
    expect(run.kinds()).toEqual(['RUN_STARTED', 'STEP_SKIPPED', 'STEP_SKIPPED', 'STEP_STARTED']);
  });

  it('fails a step whose expressions fail, or whose output is not as expected', () => {
    expect(
      drive('steps:\n  a: { capability: "${input.o.none}" }\ninput: { o: { type: object } }\n', { o: {} }).end()?.text,
    ).toContain('No such key: none');
    const run = drive('steps:\n  a: { capability: x, expect: output.ok, compensate: { capability: u } }\n').result(
      'w/a/1',
      { ok: false },
    );
    expect(run.taskIds().at(-1)).toBe('w/a/1/undo');
  });

  it('fails a step whose output is too large, and undoes it', () => {
    const run = drive(three).result('w/b/1', {}, 'ABANDONED').result('w/a/1', 'x'.repeat(20_000));
    expect(run.events().find(({ kind, stepId }) => kind === 'STEP_FAILED' && stepId === 'a')?.text).toContain(
      'pass large things on by reference',
    );
    expect(run.taskIds().at(-1)).toBe('w/a/1/undo');
  });

  it('fails after its deadline', () => {
    const run = drive('deadline: 1m\nsteps:\n  a: { wait: { signal: s, timeout: 2h } }\n').wake();
    expect(run.end()).toMatchObject({
      kind: 'RUN_COMPENSATED',
      text: 'the run took longer than 1m; nothing had to be undone',
    });
  });
});

describe('a change', () => {
  const risky = (more = ''): string => `steps:
  a: { capability: x, target: t, with: { n: 1 }, approve: { class: restart, requires: ["ok"], blastRadius: 0.5 }, compensate: { capability: u }${more} }
`;
  const decision = (more: object = {}) => ({
    verdict: 'APPROVED',
    isShadow: false,
    reason: 'r',
    changeId: 'w/a',
    expiresAt: 100_000,
    ...more,
  });

  it('is asked for, and done when it was approved', () => {
    const run = drive(risky());
    expect(run.changes()).toMatchObject([
      { changeId: 'w/a', title: 'Restart t', changeClass: 'restart', undo: { capability: 'u' }, input: { n: 1 } },
    ]);
    expect(run.taskIds()).toEqual([]);
    expect(run.signal('decision:a', decision({ changeId: 'w/b' })).ignored()).toContain('another change');
    run.signal('decision:a', decision({ verdict: 'ESCALATED' })).signal('decision:a', decision());
    expect(run.tasks()).toMatchObject([{ taskId: 'w/a/1', changeId: 'w/a', target: 't' }]);
    expect(run.signal('decision:a', decision()).ignored()).toContain('no step waits');
  });

  it.each([
    ['rejected', { verdict: 'REJECTED' }, 'was rejected'],
    ['not decided in time', { verdict: 'EXPIRED' }, 'not decided in time'],
    ['approved too long ago', { expiresAt: 1_000 }, 'has expired'],
    ['approved for the record only', { isShadow: true }, 'would have done x on t'],
  ])('is not done when it was %s', (_, more, why) => {
    const run = drive(risky()).signal('decision:a', decision(more));
    expect(run.taskIds()).toEqual([]);
    expect(run.end()?.text).toContain(why);
  });

  it.each([
    ['compensate', 'nothing had to be undone; that is no failure of the playbook'],
    ['stop', 'the rest stays as it is'],
  ])('that a person denies is not done, and the run is cancelled and has not failed: under %s', (onFailure, end) => {
    const run = drive(`onFailure: ${onFailure}\n${risky()}`).signal(
      'decision:a',
      decision({ verdict: 'REJECTED', deniedBy: 'ada', reason: 'Rejected by ada: not now' }),
    );
    expect(run.taskIds()).toEqual([]);
    expect(run.kinds().slice(-2)).toEqual(['STEP_FAILED', 'RUN_CANCELLED']);
    expect(run.end()?.text).toBe(`a was not done: ada denied its change: Rejected by ada: not now; ${end}`);
  });

  it('is not done when what it requires does not hold any more', () => {
    const run = drive(risky(), {}, { unmet: (condition) => `${condition} is not so` }).signal('decision:a', decision());
    expect(run.taskIds()).toEqual([]);
    expect(run.end()?.text).toContain('ok is not so');
  });

  it('is not done when nobody decides', () => {
    expect(drive(risky()).wake().end()?.text).toContain('no decision on its change came in time');
  });

  it('that was approved while the run is paused is done afterwards', () => {
    const run = drive(risky()).tell('pause').signal('decision:a', decision());
    expect(run.taskIds()).toEqual([]);
    expect(run.tell('resume').taskIds()).toEqual(['w/a/1']);
  });

  it.each([
    ['compensate', 'undoes all', ['w/look/1/undo', 'w/a/1/undo'], 'RUN_COMPENSATED'],
    ['stop', 'undoes what it verifies', ['w/a/1/undo'], 'RUN_FAILED'],
    ['ask', 'undoes what it verifies, and asks', ['w/a/1/undo'], 'RUN_FAILED'],
  ])('whose verification fails under %s: %s', (onFailure, _, undone, end) => {
    const source = `onFailure: ${onFailure}\n${risky(', needs: [look]')}  look: { capability: l, compensate: { capability: ul } }\n  check: { needs: [a], capability: v, verifies: a }\n`;
    const run = drive(source)
      .result('w/look/1')
      .signal('decision:a', decision())
      .result('w/a/1')
      .result('w/check/1', {}, 'ABANDONED');
    for (let step = 0; step < 3; step += 1) {
      const last = run.taskIds().at(-1) ?? '';
      if (last.endsWith('undo')) run.result(last);
    }
    if (onFailure === 'ask') {
      expect(run.run().status).toBe('WAITS_FOR_PERSON');
      run.signal('answer:check', { answer: false });
    }
    expect(
      run
        .taskIds()
        .filter((id) => id.endsWith('undo'))
        .sort(),
    ).toEqual(undone.toSorted());
    expect(run.end()?.kind).toBe(end);
  });
});

describe('steps', () => {
  it('run for each item, so many at a time, and are undone item by item', () => {
    const run = drive(
      'input: { list: { type: array } }\nsteps:\n  a: { capability: x, forEach: "${input.list}", parallel: 2, with: { it: "${item}" }, compensate: { capability: u, with: { it: "${item}", out: "${output}" } } }\n  b: { needs: [a], capability: y, with: { all: "${steps.a.output}" } }\n',
      { list: ['p', 'q', 'r'] },
    );
    expect(run.tasks().map(({ input }) => input)).toEqual([{ it: 'p' }, { it: 'q' }]);
    run.result('w/a/2', 2).result('w/a/1', 1).result('w/a/3', 3);
    expect(run.tasks().at(-1)?.input).toEqual({ all: [1, 2, 3] });
    run.result('w/b/1', {}, 'ABANDONED').result('w/a/3/undo').result('w/a/1/undo').result('w/a/2/undo');
    expect(
      run
        .tasks()
        .slice(-3)
        .map(({ input }) => input),
    ).toEqual([
      { it: 'r', out: 3 },
      { it: 'p', out: 1 },
      { it: 'q', out: 2 },
    ]);
    expect(run.end()?.kind).toBe('RUN_COMPENSATED');
  });

  it('over an empty list are done at once', () => {
    expect(drive('steps:\n  a: { capability: x, forEach: [] }\noutput: ${steps.a.output}\n').end()).toMatchObject({
      kind: 'RUN_COMPLETED',
      output: [],
    });
  });

  it('wait for signals, also for one that came before', () => {
    const run = drive(
      'steps:\n  a: { sleep: 5s }\n  b: { needs: [a], wait: { signal: go } }\noutput: ${steps.b.output}\n',
    ).signal('go', { n: 1 });
    expect(run.signal('other').ignored()).toContain('nobody waits');
    run.wake();
    expect(run.end()).toMatchObject({ kind: 'RUN_COMPLETED', output: { n: 1 } });
  });

  it('ask a person', () => {
    const run = drive(
      'steps:\n  a: { ask: { question: "Is ${run.target} well?", until: done } }\noutput: ${steps.a.output}\n',
    );
    expect(run.events().at(-1)).toMatchObject({ kind: 'RUN_WAITS_FOR_PERSON', text: 'Is shop well?', stepId: 'a' });
    expect(run.signal('answer:a', { answer: true }).end()).toMatchObject({
      kind: 'RUN_COMPLETED',
      output: { answer: true, by: 'ann' },
    });
    expect(drive('steps:\n  a: { ask: { question: "?", until: done } }\n').signal('done').end()?.kind).toBe(
      'RUN_COMPLETED',
    );
  });

  it('run other playbooks', () => {
    const run = drive('steps:\n  a: { playbook: other, with: { n: 1 } }\noutput: ${steps.a.output}\n');
    expect(run.others()).toMatchObject([
      { kind: 'startRun', workflowId: 'w/a/1', playbook: 'other', parent: { workflowId: 'w', stepId: 'a' } },
    ]);
    run.signal('run-ended:a', { kind: 'RUN_COMPLETED', output: { m: 2 }, text: '' });
    expect(run.end()).toMatchObject({ kind: 'RUN_COMPLETED', output: { m: 2 } });
    const stopped = drive('steps:\n  a: { playbook: other }\n  b: { capability: x }\n').result(
      'w/b/1',
      {},
      'ABANDONED',
    );
    expect(stopped.others().at(-1)).toMatchObject({ kind: 'cancelRun', workflowId: 'w/a/1' });
    expect(stopped.signal('run-ended:a', { kind: 'RUN_CANCELLED', text: 'x', output: {} }).end()?.kind).toBe(
      'RUN_COMPENSATED',
    );
  });

  it('vote', () => {
    const source =
      'steps:\n  v: { vote: { capability: x, of: 3, by: answer.v, weight: answer.w } }\noutput: ${steps.v.output.value}\n';
    const answers = (run: Driven, list: readonly (readonly [unknown, number] | null)[]) => {
      for (const [index, each] of list.entries())
        run.result(
          `w/v/${index + 1}`,
          each === null ? {} : { v: each[0], w: each[1] },
          each === null ? 'ABANDONED' : 'COMPLETED',
          `agent-${index}`,
        );
      return run.end();
    };
    expect(
      answers(drive(source), [
        ['a', 1],
        ['b', 3],
        ['a', 1],
      ]),
    ).toMatchObject({ kind: 'RUN_COMPLETED', output: 'b' });
    expect(answers(drive(source), [['a', 1], ['a', 1], null])).toMatchObject({ output: 'a' });
    expect(answers(drive(source), [['a', 1], null, null])?.text).toContain('1 of 3 answered, and 2 must');
    expect(answers(drive(source), [['a', 1], ['b', 1], null])?.text).toContain('a tie');
    expect(
      answers(drive(source), [
        ['a', 2],
        ['b', 1],
        ['c', 1],
      ])?.text,
    ).toContain('no answer has more than 50 %');
    expect(answers(drive(source.replace('of: 3', 'of: 3, tie: first')), [['b', 1], ['a', 1], null])).toMatchObject({
      output: 'b',
    });
  });

  it('vote with one voice per agent', () => {
    const run = drive('steps:\n  v: { vote: { capability: x, of: 2, distinct: true } }\n')
      .result('w/v/1', 1, 'COMPLETED', 'a')
      .result('w/v/2', 1, 'COMPLETED', 'a');
    expect(run.tasks().at(-1)).toMatchObject({ taskId: 'w/v/3', avoid: ['a'] });
    expect(run.result('w/v/3', 1, 'COMPLETED', 'b').end()?.kind).toBe('RUN_COMPLETED');
  });
});

describe('a person', () => {
  it('cancels: what is under way is waited for, what was done is undone', () => {
    const run = drive(three).result('w/a/1').tell('cancel');
    expect(run.run().status).toBe('STOPPING');
    expect(run.events().at(-1)).toMatchObject({
      kind: 'RUN_SIGNALLED',
      text: expect.stringContaining('cancelled by ann'),
    });
    run.result('w/b/1', {}, 'ABANDONED').result('w/a/1/undo');
    expect(run.end()).toMatchObject({ kind: 'RUN_CANCELLED', text: 'cancelled by ann; what was done was undone' });
    expect(run.tell('cancel').ignored()).toBe('the run has ended');
  });

  it('pauses and resumes', () => {
    const run = drive(three).tell('pause').result('w/a/1', { n: 1 }).result('w/b/1', { n: 1 });
    expect(run.taskIds()).toHaveLength(2);
    expect(run.tell('pause').ignored()).toContain('paused');
    expect(run.tell('resume').taskIds()).toHaveLength(3);
  });

  it('pauses in the middle of a step: its other items and voices are begun when it goes on', () => {
    const each = drive('steps:\n  f: { capability: x, forEach: [1, 2, 3], parallel: 1 }\n');
    expect(each.tell('pause').result('w/f/1').taskIds()).toEqual(['w/f/1']);
    expect(each.tell('resume').taskIds()).toEqual(['w/f/1', 'w/f/2']);
    expect(each.result('w/f/2').result('w/f/3').end()?.kind).toBe('RUN_COMPLETED');
    const vote = drive('steps:\n  v: { vote: { capability: x, of: 2, distinct: true } }\n').tell('pause');
    expect(vote.result('w/v/1', 1).result('w/v/2', 1).taskIds()).toHaveLength(2);
    expect(vote.tell('resume').result('w/v/3', 1, 'COMPLETED', 'b').end()?.kind).toBe('RUN_COMPLETED');
    const dropped = drive('steps:\n  f: { capability: x, forEach: [1, 2], parallel: 1 }\n').tell('pause');
    expect(dropped.result('w/f/1').tell('cancel').end()?.kind).toBe('RUN_CANCELLED');
  });

  it('adds, replaces and skips steps that have not begun', () => {
    const run = drive(three).adapt({
      add: { d: { needs: ['c'], capability: 'x.d' } },
      replace: { c: { needs: ['a'], capability: 'x.other' } },
    });
    expect(run.events().at(-1)).toMatchObject({ kind: 'RUN_ADAPTED', text: 'changed by ann: d added, c replaced' });
    run.result('w/a/1');
    expect(run.tasks().at(-1)?.capability).toBe('x.other');
    run
      .adapt({ skip: ['d'] })
      .result('w/c/1')
      .result('w/b/1');
    expect(run.end()?.kind).toBe('RUN_COMPLETED');
  });

  it.each([
    [{ replace: { a: { sleep: '1s' } } }, 'step a has begun'],
    [{ skip: ['z'] }, 'there is no step z to skip'],
    [{ add: { a: { sleep: '1s' } } }, 'there is a step a already'],
    [{ add: { d: { needs: ['c'], sleep: '1s' } }, replace: { c: { needs: ['d'], sleep: '1s' } } }, 'in a circle'],
    [{ add: { d: {} } }, 'exactly one of'],
    ['nonsense', 'expected object'],
  ])('is told why %j is refused', (changes, why) => {
    const run = drive(three).adapt(changes);
    expect(run.events().at(-1)?.text).toContain(why);
    expect(run.events().at(-1)?.kind).toBe('RUN_SIGNALLED');
    expect(Object.keys(run.run().playbook.steps)).toEqual(['a', 'b', 'c']);
  });
});

it('is small: a run of three steps, all under way or done, has less than 10 KB', () => {
  const run = drive(three).result('w/a/1', { n: 1 }).result('w/b/1', { n: 2 });
  expect(JSON.stringify(run.run()).length).toBeLessThan(3_000);
});

describe('a task that says that it gets on', () => {
  const source = `steps:\n  a: { capability: x, timeout: 60s, compensate: { capability: u } }\n`;

  it('is waited for as long as it is never silent for its timeout', () => {
    const run = drive(source);
    for (let minute = 0; minute < 6; minute += 1) run.progress(50_000, 'w/a/1');
    expect(run.run().status).toBe('RUNNING');
    expect(run.result('w/a/1').end()?.kind).toBe('RUN_COMPLETED');
  });

  it('is given up when it falls silent, or has taken ten times as long', () => {
    const silent = drive(source).progress(50_000, 'w/a/1').wake();
    expect(silent.events().find(({ kind }) => kind === 'STEP_FAILED')?.text).toBe('a failed: no sign of it for 65s');
    const endless = drive(source);
    for (let step = 0; step < 14; step += 1) endless.progress(50_000, 'w/a/1');
    expect(
      endless
        .wake()
        .events()
        .find(({ kind }) => kind === 'STEP_FAILED')?.text,
    ).toBe('a failed: it got on, but did not end within 650s');
  });

  it('does not change the run each time, nor when nobody waits for it', () => {
    const run = drive(source);
    expect(run.progress(1_000, 'w/a/1').ignored()).toBe('it has time enough');
    expect(run.progress(0, 'w/b/1').ignored()).toBe('nobody waits for this task');
    expect(run.progress(0, 'v/a/1').ignored()).toBe('nobody here asked for this task');
    expect(run.progress(0, 'w/a/1/undo').ignored()).toBe('nobody waits for this task');
  });

  it('may undo as long as it gets on', () => {
    const run = drive(`${source}  b: { needs: [a], capability: y }\n`).result('w/a/1').result('w/b/1', {}, 'ABANDONED');
    const before = run.run().undoing?.until ?? 0;
    run.progress(50_000, 'w/a/1/undo');
    expect(run.run().undoing?.until).toBe(before + 50_000);
  });
});
