/**
 * The agents that faults are tried on. Together they do everything an agent can do: one topic and two joined ones, timers, tasks, actions,
 * dead letters. What they say lets a checker see from outside whether each input was taken in once and in order.
 */
import { defineAgent, handled, rejected, stateOf, z, type AgentDefinition } from '@muster/agent';
import { told, type Chained } from './telling.ts';

export interface SubjectOptions {
  /** What the action does to the world. Called again with the same key when a task is run again. */
  readonly effect: (idempotencyKey: string) => void | Promise<void>;
  /** One of so many alerts of a key becomes a task. Default 1: each. */
  readonly tasksEvery?: number;
  /** How long the foreman waits for a result before it says so, ms. Default 2,000. */
  readonly overdueMs?: number;
  /** How long the worker's action may be silent, ms. Default 3,000. */
  readonly leaseMs?: number;
  /** Called before a sample is handled: to be slow there, or to fail. */
  readonly beforeSample?: (sample: SampleFacts) => void;
}

export interface SampleFacts {
  readonly id: string;
  readonly target: string;
  readonly name: string;
}

/** What the samples of a trial mean to the teller; their value is the delay of a timer in ms, 0 for none. */
export const unitOf = { good: 'ms', rejected: 'unwanted', faulty: 'broken' } as const;

interface Due {
  readonly at: number;
  readonly of: string;
}
export interface TellerState extends Chained {
  readonly due: readonly Due[];
}
export interface ForemanState extends Chained {
  readonly alerts: number;
  readonly results: number;
  readonly due: readonly Due[];
}

const horizon = 24 * 3_600_000;
const nextOf = (due: readonly Due[]): number | null => (due.length === 0 ? null : Math.min(...due.map(({ at }) => at)));

/** metrics -> alerts: one alert a sample, and another when the timer that the sample asked for is due. */
function tellerOf({ beforeSample }: SubjectOptions): AgentDefinition {
  const alertOf = (key: string, telling: string, isTimer: boolean, now: number) => ({
    topic: 'muster.alerts.v1' as const,
    value: {
      fingerprint: key,
      status: isTimer ? ('RESOLVED' as const) : ('FIRING' as const),
      severity: 'INFO' as const,
      target: key,
      category: 'PERFORMANCE' as const,
      title: telling,
      startsAt: now,
    },
  });
  return defineAgent({
    name: 'teller',
    version: '1.0.0',
    description: 'Tells of each sample.',
    publishes: ['muster.alerts.v1'],
    handlers: (on) => ({
      samples: on(['muster.metrics.v1'], {
        state: stateOf<TellerState>(),
        horizon,
        // A source may repeat itself much later than an agent does.
        seenIds: 128,
        handle({ id, value: sample }, { key, state = { n: 0, chain: '', due: [] }, now }) {
          beforeSample?.({ id, target: sample.target, name: sample.name });
          if (sample.unit === unitOf.rejected) return rejected('MetricSample.unit: nobody wants it');
          if (sample.unit === unitOf.faulty) throw new Error('this sample is more than the handler can bear');
          const { after, telling } = told(state, id, 'message');
          const due = sample.value > 0 ? [...after.due, { at: now + sample.value, of: id }] : after.due;
          return handled({
            state: { ...after, due },
            wakeAt: nextOf(due),
            publish: [alertOf(key, telling, false, now)],
          });
        },
        wake: ({ key, state, now }) =>
          state === undefined ? handled() : afterTimers(state, now, (telling) => alertOf(key, telling, true, now)),
      }),
    }),
  });
}

/** alerts and results -> tasks and progress: what two topics say of one key, joined. */
function foremanOf({ tasksEvery = 1, overdueMs = 2_000 }: SubjectOptions): AgentDefinition {
  const progressOf = (key: string, telling: string) => ({
    topic: 'muster.task-progress.v1' as const,
    value: {
      taskId: '',
      conversation: key,
      capability: 'work.do',
      agent: 'foreman',
      instance: '',
      done: 0,
      message: telling,
    },
  });
  return defineAgent({
    name: 'foreman',
    version: '1.0.0',
    description: 'Has work done for alerts.',
    publishes: ['muster.inbox.worker.v1', 'muster.task-progress.v1'],
    handlers: (on) => ({
      work: on(['muster.alerts.v1', 'muster.task-results.v1'], {
        state: stateOf<ForemanState>(),
        horizon,
        handle(message, { key, state = { n: 0, chain: '', alerts: 0, results: 0, due: [] }, now, newId }) {
          const { after, telling } = told(state, message.id, 'message');
          if (message.topic === 'muster.task-results.v1') {
            const due = after.due.filter(({ of }) => of !== message.value.taskId);
            return handled({
              state: { ...after, results: after.results + 1, due },
              wakeAt: nextOf(due),
              publish: [progressOf(key, telling)],
            });
          }
          const alerts = after.alerts + 1;
          if (alerts % tasksEvery !== 0)
            return handled({ state: { ...after, alerts }, publish: [progressOf(key, telling)] });
          const taskId = newId();
          const due = [...after.due, { at: now + overdueMs, of: taskId }];
          const task = {
            taskId,
            conversation: key,
            capability: 'work.do',
            deadline: now + 3_600_000,
            idempotencyKey: taskId,
            replyTo: 'foreman',
            context: { of: message.id },
          };
          return handled({
            state: { ...after, alerts, due },
            wakeAt: nextOf(due),
            publish: [{ topic: 'muster.inbox.worker.v1', value: task }, progressOf(key, telling)],
          });
        },
        wake: ({ key, state, now }) =>
          state === undefined ? handled() : afterTimers(state, now, (telling) => progressOf(key, telling)),
      }),
    }),
  });
}

/** tasks -> results, by an action. */
function workerOf({ effect, leaseMs = 3_000 }: SubjectOptions): AgentDefinition {
  return defineAgent({
    name: 'worker',
    version: '1.0.0',
    description: 'Does the work.',
    actions: (offer) => ({
      'work.do': offer({
        version: '1.0.0',
        description: 'Leaves a mark in the world.',
        input: z.object({}),
        output: z.object({}),
        leaseMs,
        async run(_input, { idempotencyKey }) {
          await effect(idempotencyKey);
          return {};
        },
      }),
    }),
  });
}

export function subjectAgents(options: SubjectOptions): readonly AgentDefinition[] {
  return [tellerOf(options), foremanOf(options), workerOf(options)];
}

function afterTimers<S extends Chained & { readonly due: readonly Due[] }, P>(
  state: S,
  now: number,
  publication: (telling: string) => P,
) {
  // One time for each wake-up, however late: so what is said of it has the same id whenever it is said.
  const at = nextOf(state.due) ?? now;
  let after = state;
  const publish: P[] = [];
  for (const { of } of state.due.filter((each) => each.at === at && at <= now)) {
    const { after: next, telling } = told(after, of, 'timer', at);
    after = next;
    publish.push(publication(telling));
  }
  const due = publish.length > 0 ? state.due.filter((each) => each.at !== at) : state.due;
  return { kind: 'handled' as const, state: { ...after, due }, wakeAt: nextOf(due), publish };
}
