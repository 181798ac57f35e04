/** Makes a plan happen: things break, people want something, switches are thrown. */
import type { Bus } from '@muster/bus';
import type { TaskInput } from '@muster/schemas';
import type { World } from '@muster/testkit';
import { gaugesOn } from './gauges.ts';
import {
  targets,
  tierOf,
  type Cure,
  type LoopPlan,
  type PlannedNuisance,
  type PlannedRequest,
  type PlannedRun,
  type PlannedTask,
} from './loop-plan.ts';
import { watchful } from '../people.ts';
import type { Shop } from './shop.ts';
import { voiceOf, type Voice } from '../voice.ts';
import { adaptationOf, writtenPlaybooks } from './written-playbooks.ts';

export interface Load {
  readonly voice: Voice;
  /** Changes and runs that have not come to their end, or to a person. */
  underWay(): string[];
  /** A target broke, or is well again. */
  changed(target: string, isHealthy: boolean, cure: Cure): void;
}

/** Schedules everything; what breaks does so in `shop`. */
export function begin(plan: LoopPlan, user: Bus, world: World, shop: () => Shop): Load {
  const { time, notes } = world;
  const voice = voiceOf(user, world);
  const note = (text: string): number => notes.push({ at: time.now(), text });
  for (const target of targets)
    voice.say('muster.topology.v1', { target, tier: tierOf[target] }, { order: 'topology' });
  const { underWay } = watchful(user, world, voice);

  const gauges = gaugesOn(voice, world, plan.breaks, Math.max(0, ...plan.breaks.map(({ at }) => at)));

  const relapses = new Map<string, number>();
  for (const { at, target, cure, relapseAfterMs } of plan.breaks)
    time.after(at, () => {
      if (relapseAfterMs !== null) relapses.set(target, relapseAfterMs);
      shop().breakDown(target, cure);
    });
  for (const request of plan.requests) {
    time.after(request.at, () => ask(voice, request, time.now(), shop().instancesOf(request.target)));
    if (request.againAfterMs !== undefined)
      time.after(request.at + request.againAfterMs, () => ask(voice, request, time.now(), 1));
  }
  for (const run of plan.runs) order(voice, world, run);
  for (const task of plan.tasks) commission(voice, world, task);
  for (const { at, flag, forMs } of plan.switches) {
    const flip = (isOn: boolean): void => {
      note(`${flag} is ${isOn ? 'on' : 'off'}`);
      voice.say('muster.flags.v1', { flag, isOn, reason: 'a test', setBy: 'dan' }, { order: flag });
    };
    time.after(at, () => flip(true));
    time.after(at + forMs, () => flip(false));
  }
  for (const [index, nuisance] of plan.nuisances.entries())
    time.after(nuisance.at, () => annoy(voice, nuisance, index, time.now()));

  return {
    voice,
    underWay: () => [...underWay(), ...gauges.running.map((series) => `${series} is measured`)],
    changed(target, isHealthy, cure) {
      note(
        `${target} ${isHealthy ? 'is well again' : `breaks; ${cure === 'nothing' ? 'nothing' : `a ${cure}`} would mend it`}`,
      );
      gauges.changed(target, isHealthy, cure);
      const relapseMs = relapses.get(target);
      if (!isHealthy || relapseMs === undefined) return;
      relapses.delete(target);
      time.after(relapseMs, () => shop().breakDown(target, cure));
    },
  };
}

function ask(voice: Voice, request: PlannedRequest, now: number, instances: number): void {
  const { changeId, action, target, requestedBy, blastRadius, expiresInMs } = request;
  const call = (count: number): string =>
    JSON.stringify(action === 'scale' ? { target, instances: count } : { target });
  voice.say(
    'muster.change-requests.v1',
    {
      changeId,
      title: `${action} ${target}`,
      target,
      changeClass: action,
      capability: `recovery.${action}`,
      input: call(instances + 1),
      undo: action === 'scale' ? { capability: 'recovery.scale', input: call(instances) } : null,
      blastRadius,
      requestedBy,
      expiresAt: now + expiresInMs,
    },
    { order: changeId },
  );
}

function order(voice: Voice, { time }: World, run: PlannedRun): void {
  const { at, workflowId, playbook, target, cancelAfterMs, pauseForMs, againAfterMs, adapt } = run;
  const tell = (afterMs: number, kind: 'START' | 'CANCEL' | 'PAUSE' | 'RESUME' | 'ADAPT'): void => {
    time.after(at + afterMs, () => {
      const input = JSON.stringify(inputOf(playbook, target));
      const graph = writtenPlaybooks[playbook];
      const what = graph === undefined ? { playbook } : { graph: JSON.stringify(graph) };
      const adaptation = kind === 'ADAPT' && adapt !== undefined ? adaptationOf(playbook, adapt.kind) : undefined;
      const more = {
        ...(kind === 'START' && { ...what, input, target }),
        ...(adaptation && { changes: JSON.stringify(adaptation.changes) }),
      };
      const value = { workflowId, kind, requestedBy: 'ada', reason: 'a test', ...more };
      voice.say('muster.workflow-commands.v1', value, { order: workflowId });
    });
  };
  tell(0, 'START');
  if (againAfterMs !== undefined) tell(againAfterMs, 'START');
  if (cancelAfterMs !== undefined) tell(cancelAfterMs, 'CANCEL');
  if (adapt !== undefined) tell(adapt.afterMs, 'ADAPT');
  if (pauseForMs !== undefined) {
    tell(run.pauseAfterMs ?? 0, 'PAUSE');
    tell((run.pauseAfterMs ?? 0) + pauseForMs, 'RESUME');
  }
}

/** As a client does that may publish again: what it says the second time is the same message. */
function commission(voice: Voice, { time }: World, planned: PlannedTask): void {
  const { at, taskId, capability, target, deadlineInMs, againAfterMs } = planned;
  const say = (deadline: number): void => {
    const input = JSON.stringify({ target });
    const task = { taskId, conversation: taskId, capability, input, target, deadline, idempotencyKey: taskId };
    voice.say('muster.tasks.v1', task, { order: taskId, id: taskId });
  };
  time.after(at, () => {
    const deadline = time.now() + deadlineInMs;
    say(deadline);
    if (againAfterMs !== undefined) time.after(againAfterMs, () => say(deadline));
  });
}

function inputOf(playbook: string, target: string): object {
  if (playbook === 'ask-a-person') return { question: `What about ${target}?` };
  if (playbook === 'swarm') return { capability: 'jury.say' };
  return playbook === 'scale' ? { target, instances: 3 } : { target };
}

function annoy(voice: Voice, { kind, topic }: PlannedNuisance, index: number, now: number): void {
  const task = (change: Partial<TaskInput>): TaskInput => ({
    taskId: `stray-${index}`,
    conversation: `stray-${index}`,
    capability: 'recovery.restart',
    input: '{"target":"shop"}',
    deadline: now + 60_000,
    idempotencyKey: `stray-${index}`,
    ...change,
  });
  switch (kind) {
    case 'garbage':
      return voice.babble(topic, `garbage-${index}`, 'not Avro');
    case 'task without approval':
      return void voice.say('muster.tasks.v1', task({}));
    case 'task for nobody':
      return void voice.say('muster.tasks.v1', task({ capability: 'nobody.does-this' }));
    case 'review of nothing':
      return void voice.say('muster.reviews.v1', {
        changeId: `no-change-${index}`,
        reviewer: 'dan',
        verdict: 'APPROVE',
      });
    case 'signal to no run':
      return void voice.say('muster.workflow-commands.v1', {
        workflowId: `no-run-${index}`,
        kind: 'SIGNAL',
        signal: 'go',
      });
    case 'result of nothing':
      return void voice.say('muster.task-results.v1', {
        taskId: `no-task-${index}`,
        conversation: 'run-0',
        capability: 'recovery.restart',
        agent: 'recovery',
        instance: 'recovery-0',
        status: 'COMPLETED',
        finishedAt: now,
        replyTo: 'coordinator',
      });
  }
}
