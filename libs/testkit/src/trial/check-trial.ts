/**
 * Decides from outside whether the mesh kept its promise: every input taken in, once, in the order of its key, every output there, timers
 * once and not early, the stored state the end of the very history that was told.
 */
import type { Message } from '@muster/bus';
import { explain } from './explain.ts';
import { keysForgotten } from './forgotten-copies.ts';
import { historyOf, type History, type Step } from './history.ts';
import { unitOf } from './subjects.ts';
import { messagesOf, type Trial, type Verdict, type Violation, type ViolationKind } from './trial.ts';

type Report = (kind: ViolationKind, agent: string, key: string, sentence: string) => void;

export function checkTrial(trial: Trial): Verdict {
  const violations: Violation[] = [];
  const report: Report = (kind, agent, key, sentence) =>
    void violations.push({ kind, agent, key, sentence, history: explain(trial, key) });

  const samples = messagesOf(trial, 'muster.metrics.v1');
  const alerts = messagesOf(trial, 'muster.alerts.v1');
  const tasks = messagesOf(trial, 'muster.inbox.worker.v1');
  const results = messagesOf(trial, 'muster.task-results.v1');
  const progress = progressOf(trial);

  const { unseenMs = 0 } = trial;
  checkInputs(trial, samples, report);
  const good = once(samples.filter(({ value }) => value.unit === unitOf.good));
  const dues = new Map(
    good.flatMap(({ id, timestamp, value }) => (value.value > 0 ? [[id, timestamp + value.value]] : [])),
  );
  const told = once(alerts);
  checkTold({
    agent: 'teller',
    inputs: good,
    history: historyOf(alerts, ({ value }) => value.title),
    dues,
    isOrderKnown: true,
    unseenMs,
    report,
  });
  const heard = [...told, ...once(results)];
  checkTold({
    agent: 'foreman',
    inputs: heard,
    history: historyOf(progress, ({ value }) => value.message),
    dues: undefined,
    isOrderKnown: !trial.isStoreLossy,
    unseenMs,
    report,
  });
  const forgotten = keysForgotten(trial, [...alerts, ...results]);
  checkStates(trial, { alerts: told, results: once(results) }, forgotten, report);
  checkWork(trial, tasks, results, report);

  const all = [...samples, ...alerts, ...tasks, ...results, ...progress];
  return {
    violations,
    inputs: samples.length,
    messages: all.length,
    copies: all.length - once(all).length,
    reruns: trial.effects.length - new Set(trial.effects).size,
    forgotten: forgotten.size,
  };
}

function progressOf(trial: Trial): Message<'muster.task-progress.v1'>[] {
  return messagesOf(trial, 'muster.task-progress.v1').filter(({ value }) => value.agent === 'foreman');
}

/** Without second copies, as a consumer sees it that drops them. */
function once<M extends Message>(messages: readonly M[]): M[] {
  const seen = new Set<string>();
  return messages.filter(({ topic, id }) => !seen.has(`${topic}/${id}`) && seen.add(`${topic}/${id}`));
}

/** The log has what it said it has, and what can't be handled was set aside, and nothing else. */
function checkInputs(trial: Trial, samples: readonly Message<'muster.metrics.v1'>[], report: Report): void {
  const inLog = new Set(samples.map(({ id }) => id));
  for (const { id, key, kind, isSure } of trial.inputs) {
    if (isSure && kind !== 'garbage' && !inLog.has(id))
      report('lost', 'log', key, `the log said that it has ${id}, and has not`);
  }
  const setAside = new Set(trial.deadLetters.map(({ partition, offset }) => `${partition}/${offset}`));
  const seen = new Set<string>();
  for (const { id, partition, offset, key, value } of samples) {
    const isFirst = !seen.has(id);
    seen.add(id);
    const isSetAside = setAside.has(`${partition}/${offset}`);
    if (value.unit === unitOf.good && isSetAside)
      report(
        'lost',
        'teller',
        key,
        `the sample at ${partition}/${offset} became a dead letter, and nothing is wrong with it`,
      );
    // A second copy of a bad one is dropped like any other.
    if (value.unit !== unitOf.good && isFirst && !isSetAside)
      report('lost', 'teller', key, `the bad sample at ${partition}/${offset} did not become a dead letter`);
  }
  for (const each of trial.records) {
    if (each.kind !== 'invalid' || each.record.topic !== 'muster.metrics.v1') continue;
    const { partition, offset, key } = each.record;
    if (!setAside.has(`${partition}/${offset}`))
      report(
        'lost',
        'teller',
        Buffer.from(key ?? []).toString(),
        `the garbage at ${partition}/${offset} did not become a dead letter`,
      );
  }
}

interface Told {
  readonly agent: string;
  /** What the agent had to take in, each topic in order. */
  readonly inputs: readonly Message[];
  readonly history: ReadonlyMap<string, History>;
  /** input id -> when its timer was due; undefined where timers may also be called off. */
  readonly dues: ReadonlyMap<string, number> | undefined;
  /** There is one history of each key, to the last step. */
  readonly isOrderKnown: boolean;
  readonly unseenMs: number;
  readonly report: Report;
}

function checkTold({ agent, inputs, history, dues, isOrderKnown, unseenMs, report }: Told): void {
  const byKey = Map.groupBy(inputs, ({ key }) => key);
  for (const key of new Set([...byKey.keys(), ...history.keys()])) {
    const wanted = byKey.get(key) ?? [];
    const steps = history.get(key) ?? [];
    const say = (kind: ViolationKind, sentence: string): void => report(kind, agent, key, sentence);
    checkPresence(wanted, isOrderKnown ? steps : steps.filter(({ by }) => by === 'message'), dues, say);
    if (isOrderKnown) checkOneHistory(steps, say);
    checkOrder(wanted, isOrderKnown ? steps : [], say);
    for (const { dueAt, timestamp, of } of steps)
      if (dueAt !== undefined && timestamp < dueAt)
        say('timer', `the timer of ${of} was due at ${dueAt} and came at ${timestamp}`);
    if (dues !== undefined) checkTimers(wanted, steps, unseenMs, say);
  }
}

function checkPresence(
  wanted: readonly Message[],
  steps: readonly Step[],
  dues: Told['dues'],
  say: (kind: ViolationKind, sentence: string) => void,
): void {
  const told = Map.groupBy(steps, ({ of, by }) => `${by} ${of}`);
  const expected = new Set<string>();
  for (const { id } of wanted) {
    expected.add(`message ${id}`);
    if (dues?.has(id) === true) expected.add(`timer ${id}`);
  }
  for (const what of expected) {
    const isTimer = what.startsWith('timer');
    const times = told.get(what)?.length ?? 0;
    if (times === 0) say(isTimer ? 'timer' : 'lost', `nothing was told of the ${what}`);
    if (times > 1) say(isTimer ? 'timer' : 'duplicated', `the ${what} was told ${times} times, under different ids`);
  }
  for (const [what, { length }] of told) {
    if (expected.has(what)) continue;
    if (dues !== undefined || !what.startsWith('timer'))
      say('duplicated', `something was told of the ${what}, which was never there`);
    else if (length > 1) say('timer', `the ${what} was told ${length} times, under different ids`);
  }
}

/** Numbered without a hole, one step a number, each linked to the one before. */
function checkOneHistory(steps: readonly Step[], say: (kind: ViolationKind, sentence: string) => void): void {
  for (const [n, { length }] of Map.groupBy(steps, (step) => step.n))
    if (length > 1) return say('duplicated', `there are ${length} steps with the number ${n}: the history parted`);
  const sorted = steps.toSorted((a, b) => a.n - b.n);
  for (const [index, step] of sorted.entries()) {
    if (step.n !== index + 1) return say('lost', `step ${index + 1} is missing`);
    if (step.chain !== step.linkAfter(sorted[index - 1]?.chain ?? ''))
      return say('state', `step ${step.n} goes on from another state than step ${step.n - 1} left`);
  }
  for (const [index, step] of steps.entries())
    if (step.n !== index + 1) return say('out of order', `step ${step.n} was published as the ${index + 1}th`);
}

function checkOrder(
  wanted: readonly Message[],
  steps: readonly Step[],
  say: (kind: ViolationKind, sentence: string) => void,
): void {
  const place = new Map(steps.filter(({ by }) => by === 'message').map(({ of, n }) => [of, n]));
  for (const [, messages] of Map.groupBy(wanted, ({ topic }) => topic)) {
    let before = 0;
    for (const { id, topic } of messages) {
      const n = place.get(id) ?? before;
      if (n < before) return say('out of order', `${id} of ${topic} was taken in before its predecessor`);
      before = n;
    }
  }
}

/** A timer comes before whatever the log took in at its time or later, and after what was there before. */
function checkTimers(
  wanted: readonly Message[],
  steps: readonly Step[],
  unseenMs: number,
  say: (kind: ViolationKind, sentence: string) => void,
): void {
  const at = new Map(wanted.map(({ id, timestamp }) => [id, timestamp]));
  const sorted = steps.toSorted((a, b) => a.n - b.n);
  for (const [index, { of, dueAt }] of sorted.entries()) {
    if (dueAt === undefined) continue;
    const late = sorted.slice(0, index).find((step) => step.by === 'message' && (at.get(step.of) ?? 0) >= dueAt);
    if (late !== undefined)
      return say('timer', `the timer of ${of}, due at ${dueAt}, came after ${late.of}, which is of its time or later`);
    const early = sorted
      .slice(index)
      .find((step) => step.by === 'message' && (at.get(step.of) ?? dueAt) < dueAt - unseenMs);
    if (early !== undefined)
      return say('timer', `the timer of ${of}, due at ${dueAt}, came before ${early.of}, which was there first`);
  }
}

function checkStates(
  trial: Trial,
  heard: { readonly alerts: readonly Message[]; readonly results: readonly Message[] },
  forgotten: ReadonlySet<string>,
  report: Report,
): void {
  const { states, isStoreLossy } = trial;
  const ends = (agent: 'teller' | 'foreman', history: ReadonlyMap<string, History>): void => {
    for (const [key, steps] of history) {
      const last = steps.toSorted((a, b) => a.n - b.n).at(-1);
      const state = states[agent].get(key);
      if (state === undefined) report('state', agent, key, 'no state is stored');
      else if (state.n !== last?.n || state.chain !== last.chain)
        report(
          'state',
          agent,
          key,
          `the stored state is that of step ${state.n} (${state.chain}), the last one told is ${last?.n} (${last?.chain})`,
        );
      if (state !== undefined && state.due.length > 0)
        report('timer', agent, key, `${state.due.length} timers never came`);
    }
  };
  ends(
    'teller',
    historyOf(messagesOf(trial, 'muster.alerts.v1'), ({ value }) => value.title),
  );
  if (!isStoreLossy)
    ends(
      'foreman',
      historyOf(progressOf(trial), ({ value }) => value.message),
    );
  const counts = {
    alerts: Map.groupBy(heard.alerts, ({ key }) => key),
    results: Map.groupBy(heard.results, ({ key }) => key),
  };
  for (const [key, { alerts, results }] of states.foreman) {
    const wanted = { alerts: counts.alerts.get(key)?.length ?? 0, results: counts.results.get(key)?.length ?? 0 };
    if (alerts !== wanted.alerts || results !== wanted.results) {
      const isMore = alerts >= wanted.alerts && results >= wanted.results;
      if (isMore && forgotten.has(key)) continue;
      const kind = isMore ? 'duplicated' : 'lost';
      report(
        kind,
        'foreman',
        key,
        `its state counts ${alerts} alerts and ${results} results; there are ${wanted.alerts} and ${wanted.results}`,
      );
    }
  }
}

/** Each task ends in one result and left its mark in the world. */
function checkWork(
  { effects }: Trial,
  tasks: readonly Message<'muster.inbox.worker.v1'>[],
  results: readonly Message<'muster.task-results.v1'>[],
  report: Report,
): void {
  const marks = new Set(effects);
  const asked = new Map(tasks.map(({ value, key }) => [value.taskId, key]));
  const answers = Map.groupBy(once(results), ({ value }) => value.taskId);
  for (const [taskId, key] of asked) {
    const given = answers.get(taskId) ?? [];
    if (given.length === 0) report('lost', 'worker', key, `task ${taskId} has no result`);
    if (given.length > 1)
      report('duplicated', 'worker', key, `task ${taskId} has ${given.length} results, under different ids`);
    if (given[0]?.value.status === 'COMPLETED' && !marks.has(taskId))
      report('lost', 'worker', key, `task ${taskId} is COMPLETED, and its action never ran`);
  }
  for (const taskId of marks)
    if (!asked.has(taskId)) report('duplicated', 'worker', '', `an action ran for ${taskId}, which nobody asked for`);
}
