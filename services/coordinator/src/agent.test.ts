import { defineAgent, handled, ignored, stateOf, z } from '@muster/agent';
import type { TopicInputs } from '@muster/schemas';
import { eventually, memoryMesh, type MemoryMesh } from '@muster/testkit';
import { afterEach, expect, it } from 'vitest';
import { coordinator } from './index.ts';

const change = z.object({ before: z.object({ desired: z.number() }) });
const open = z.looseObject({});

/** Does what playbooks ask for; what fails, and what was done, the test says and sees. */
function hands() {
  const done: string[] = [];
  const failing = new Set<string>();
  const act = (name: string) => async () => {
    if (failing.has(name)) throw Object.assign(new Error('it can not be done'), { faultClass: 'permanent' });
    done.push(name);
    return { before: { desired: 1 } };
  };
  const agent = defineAgent({
    name: 'hands',
    version: '1.0.0',
    description: 'Does what it is told.',
    actions: (offer) => {
      const action = (name: string) =>
        offer({ version: '1.0.0', description: name, input: open, output: change, run: act(name) });
      return Object.fromEntries(
        ['recovery.probe', 'recovery.restart', 'recovery.scale', 'recovery.verify', 'work', 'undo'].map((name) => [
          name,
          action(name),
        ]),
      );
    },
  });
  return { agent, done, failing };
}

/** Stands for router, recovery and approval: hands tasks over, gives failed ones up, approves all. */
const others = defineAgent({
  name: 'others',
  version: '1.0.0',
  description: 'Router, recovery and approval in a few lines.',
  publishes: ['muster.inbox.<agent>.v1', 'muster.decisions.v1', 'muster.task-results.v1'],
  handlers: (on) => ({
    route: on(['muster.tasks.v1'], {
      state: stateOf<never>(),
      horizon: 1_000,
      handle: ({ value }) => handled({ publish: [{ topic: 'muster.inbox.hands.v1', value }] }),
    }),
    abandon: on(['muster.task-results.v1'], {
      state: stateOf<never>(),
      horizon: 1_000,
      handle: ({ value }) =>
        value.status === 'FAILED'
          ? handled({
              publish: [{ topic: 'muster.task-results.v1', value: { ...value, status: 'ABANDONED' as const } }],
            })
          : ignored('not failed'),
    }),
    decide: on(['muster.change-requests.v1'], {
      state: stateOf<never>(),
      horizon: 1_000,
      handle: ({ value, id }, { now }) => {
        const { changeId, target, changeClass, workflowId, stepId, incidentId } = value;
        const decision = {
          changeId,
          requestId: id,
          verdict: 'APPROVED' as const,
          reason: 'small',
          target,
          changeClass,
          workflowId,
          stepId,
          incidentId,
        };
        return handled({
          publish: [
            { topic: 'muster.decisions.v1', value: { ...decision, requestedAt: now, expiresAt: now + 60_000 } },
          ],
        });
      },
    }),
  }),
});

let mesh: MemoryMesh | undefined;
afterEach(async () => mesh?.stop());

async function theMesh() {
  const worker = hands();
  mesh = await memoryMesh({ agents: [coordinator, others, worker.agent], partitions: 1 });
  await mesh.start(worker.agent);
  await mesh.start(others);
  // An agent is ready before its card is out, and the coordinator is to know both from the beginning.
  await eventually(async () => ((await mesh?.read('muster.agent-cards.v1')) ?? []).length >= 2);
  await mesh.start(coordinator);
  return { mesh, worker };
}

const incident = (more: Partial<TopicInputs['muster.incidents.v1']> = {}): TopicInputs['muster.incidents.v1'] => ({
  incidentId: 'i-1',
  status: 'OPEN',
  severity: 'CRITICAL',
  title: 'shop is slow',
  target: 'shop',
  alerts: [
    {
      fingerprint: 'shop/latency_ms/unusual',
      target: 'shop',
      title: 't',
      severity: 'CRITICAL',
      isFiring: true,
      startsAt: 1,
    },
  ],
  openedAt: 1,
  ...more,
});

const eventsOf = async (from: MemoryMesh): Promise<string[]> =>
  (await from.read('muster.workflow-events.v1')).map(
    ({ value }) => `${value.workflowId} ${value.kind}${value.stepId === null ? '' : ` ${value.stepId}`}`,
  );

async function until(from: MemoryMesh, event: string): Promise<void> {
  let seen: string[] = [];
  await eventually(
    async () => {
      seen = await eventsOf(from);
      return seen.includes(event);
    },
    () => `${event} never came, only ${seen.join(', ')}`,
  );
  await from.idle();
}

it('mends what an incident is about, with approval, and says so', async () => {
  const { mesh: on, worker } = await theMesh();
  await on.publish('muster.incidents.v1', incident(), { correlationId: 'the-trail' });
  await until(on, 'remedy-i-1-unwell-restart-1 RUN_COMPLETED');
  expect(worker.done).toEqual(['recovery.probe', 'recovery.restart', 'recovery.verify']);
  const tasks = await on.read('muster.tasks.v1');
  expect(tasks.map(({ value }) => value.changeId)).toEqual([null, 'remedy-i-1-unwell-restart-1/restart', null]);
  expect(new Set(tasks.map(({ value }) => value.envelope.correlationId))).toEqual(new Set(['the-trail']));
  const remediations = await on.read('muster.remediations.v1');
  expect(remediations.map(({ value }) => [value.kind, value.isVerified])).toEqual([
    ['WANTED', null],
    ['ENDED', true],
  ]);
  const audit = await on.read('muster.audit.v1');
  expect(audit.map(({ value }) => value.action)).toEqual([
    'start',
    'request-task',
    'use-approval',
    'request-task',
    'request-task',
    'end',
  ]);
  expect(audit.map(({ value }) => value.sequence)).toEqual([1, 2, 3, 4, 5, 6]);
  await on.publish('muster.incidents.v1', incident({ status: 'RESOLVED' }));
  await on.idle();
  expect((await on.read('muster.remediations.v1')).at(-1)?.value.kind).toBe('QUIET');
});

it('asks a person when the same has failed twice', async () => {
  const { mesh: on, worker } = await theMesh();
  worker.failing.add('recovery.verify');
  await on.publish('muster.incidents.v1', incident());
  await until(on, 'ask-i-1-unwell-restart RUN_WAITS_FOR_PERSON person');
  expect(worker.done.filter((name) => name === 'recovery.restart')).toHaveLength(2);
  expect(await eventsOf(on)).toContain('remedy-i-1-unwell-restart-2 RUN_COMPENSATED verify');
  await on.publish('muster.incidents.v1', incident({ status: 'RESOLVED' }));
  await until(on, 'ask-i-1-unwell-restart RUN_COMPLETED');
});

it('carries out an approved change, and undoes it when it turns out bad', async () => {
  const { mesh: on, worker } = await theMesh();
  const request = {
    changeId: 'c-1',
    title: 't',
    target: 'shop',
    changeClass: 'k',
    capability: 'work',
    requestedBy: 'ann',
    undo: { capability: 'undo' },
  };
  await on.publish('muster.change-requests.v1', { ...request, attributes: { verify: 'recovery.verify' } });
  await until(on, 'change-c-1 RUN_COMPLETED');
  worker.failing.add('recovery.verify');
  await on.publish('muster.change-requests.v1', {
    ...request,
    changeId: 'c-2',
    attributes: { verify: 'recovery.verify' },
  });
  await until(on, 'change-c-2 RUN_COMPENSATED verify');
  expect(worker.done).toEqual(['work', 'recovery.verify', 'work', 'undo']);
  expect((await on.read('muster.tasks.v1'))[0]?.value.changeId).toBe('c-1');
});

it.each([
  [
    'an unknown playbook',
    { playbook: 'restrat' },
    'there is no playbook restrat; did you mean restart? (known: ask-a-person,',
  ],
  [
    'an input that does not fit',
    { playbook: 'restart', input: '{"target": 5}' },
    'target is integer, but must be string',
  ],
  ['an input that is no JSON', { playbook: 'restart', input: '{' }, 'its input is no JSON'],
  [
    'another version',
    { playbook: 'restart', playbookVersion: 7, input: '{"target":"a"}' },
    'has version 1, and version 7 was asked for',
  ],
  ['a change that was not approved', { playbook: 'solo', changeId: 'c' }, 'only the coordinator starts runs'],
  [
    'a circle',
    { graph: 'name: p\nversion: 1\nsteps:\n  a: { needs: [a], sleep: 1s }\n' },
    '4:15 steps need each other in a circle: a -> a',
  ],
  [
    'a capability that nobody offers',
    { graph: 'name: p\nversion: 1\nsteps:\n  a: { capability: wrok }\n' },
    'no agent offers wrok; did you mean work?',
  ],
])('refuses to start %s, in a sentence', async (_, more, sentence) => {
  const { mesh: on } = await theMesh();
  await on.publish('muster.workflow-commands.v1', { workflowId: 'w', kind: 'START', ...more });
  await on.idle();
  const [event] = await on.read('muster.workflow-events.v1');
  expect(event?.value.kind).toBe('RUN_REFUSED');
  expect(event?.value.text).toContain(sentence);
});

it('starts a run once, runs playbooks within playbooks, and takes a published one for a ready one', async () => {
  const { mesh: on, worker } = await theMesh();
  const source =
    'name: solo\nversion: 2\nsteps:\n  a: { playbook: inner, with: { n: 1 } }\noutput: ${steps.a.output}\n';
  const inner =
    'name: inner\nversion: 1\ninput: { n: { type: integer } }\nsteps:\n  b: { capability: work }\noutput: { n: "${input.n + 1}" }\n';
  await on.publish('muster.playbooks.v1', { name: 'solo', version: 2, source });
  await on.publish('muster.playbooks.v1', { name: 'inner', version: 1, source: inner });
  await on.idle();
  for (let time = 0; time < 2; time += 1)
    await on.publish('muster.workflow-commands.v1', { workflowId: 'w', kind: 'START', playbook: 'solo' });
  await until(on, 'w RUN_COMPLETED');
  expect(worker.done).toEqual(['work']);
  const end = (await on.read('muster.workflow-events.v1')).find(
    ({ value }) => value.workflowId === 'w' && value.kind === 'RUN_COMPLETED',
  );
  expect(end?.value.output).toBe('{"n":2}');
});

it('lets nobody else decide', async () => {
  const { mesh: on } = await theMesh();
  const graph = 'name: p\nversion: 1\nsteps:\n  a: { wait: { signal: s } }\n';
  await on.publish('muster.workflow-commands.v1', { workflowId: 'w', kind: 'START', graph });
  await on.publish('muster.workflow-commands.v1', {
    workflowId: 'w',
    kind: 'SIGNAL',
    signal: 'decision:a',
    payload: '{"verdict":"APPROVED"}',
  });
  await on.idle();
  expect(on.deadLetters('muster.workflow-commands.v1', 'coordinator').map(({ fault }) => fault.message)).toEqual([
    'signal decision:a is for the coordinator alone to send, and came from user',
  ]);
});
