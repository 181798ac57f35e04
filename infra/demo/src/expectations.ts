/** What has to be seen of the mesh after a fault, hop by hop. */
import { holdMs } from './demo-mesh.ts';
import { of, type About, type RecordOf } from './loop.ts';
import { scaledTo } from './remedies.ts';
import type { Scenario } from './scenario.ts';
import { firedSinceFault, loopOf, stillFiring, type Story } from './story.ts';

export interface Expectation {
  /** What is missing when it does not come: "no alert fired". */
  readonly missing: string;
  /** The agent whose log tells more. */
  readonly agent: string;
  /** Counted from the expectation before it. */
  readonly withinMs: number;
  /** Whether it has come. Throws a sentence when something else came that rules it out. */
  isMet(story: Story): boolean;
}

const found = (remedy: 'restart' | 'scale'): readonly Expectation[] => [
  {
    missing: 'no alert fired',
    agent: 'monitoring',
    withinMs: 60_000,
    isMet: (story) => firedSinceFault(story).length > 0,
  },
  {
    missing: 'no incident was opened for the alert',
    agent: 'correlation',
    withinMs: 30_000,
    isMet: (story) => heard(story, 'incident').some(({ status }) => status === 'OPEN'),
  },
  {
    missing: 'no playbook was started for the incident',
    agent: 'coordinator',
    withinMs: 30_000,
    isMet: (story) => heard(story, 'run').some(({ kind }) => kind === 'RUN_STARTED'),
  },
  {
    missing: 'no change was asked for by the playbook',
    agent: 'coordinator',
    withinMs: 30_000,
    isMet: (story) => heard(story, 'change').length > 0,
  },
  {
    missing: 'the change was not decided',
    agent: 'approval',
    withinMs: 30_000,
    isMet(story) {
      const [first] = heard(story, 'decision');
      if (first !== undefined && first.verdict !== 'APPROVED')
        throw new Error(`The change was not approved but ${first.verdict}: ${first.reason}`);
      return first !== undefined;
    },
  },
  {
    missing: `the ${remedy} was not assigned to an agent`,
    agent: 'router',
    withinMs: 30_000,
    isMet: (story) => heard(story, 'assignment').some(({ capability }) => capability === `recovery.${remedy}`),
  },
  {
    missing: `the ${remedy} was not carried out`,
    agent: 'recovery',
    withinMs: 60_000,
    isMet: (story) =>
      heard(story, 'result').some(
        ({ capability, status }) => capability === `recovery.${remedy}` && status === 'COMPLETED',
      ),
  },
];

const mended: readonly Expectation[] = [
  {
    missing: 'the run did not end verified',
    agent: 'coordinator',
    withinMs: 150_000,
    isMet(story) {
      const other = heard(story, 'run').find(({ kind }) => isBadEnd(kind));
      if (other !== undefined) throw new Error(`The run did not mend it (${other.kind}): ${other.text}`);
      return heard(story, 'run').some(({ kind }) => kind === 'RUN_COMPLETED');
    },
  },
  {
    missing: 'not all alerts were resolved',
    agent: 'monitoring',
    withinMs: 120_000 + holdMs,
    isMet: (story) => stillFiring(story).length === 0,
  },
  {
    missing: 'the incident was not resolved',
    agent: 'correlation',
    withinMs: 60_000,
    isMet: (story) => stillFiring(story).length === 0 && openIncidents(story) === 0,
  },
];

/** What was done is taken back by what the playbook names, and the processes are as many as before. */
const takenBack: readonly Expectation[] = [
  {
    missing: `the shop did not get ${scaledTo} processes`,
    agent: 'recovery',
    withinMs: 30_000,
    isMet: (story) => story.instances?.desired === scaledTo && story.instances.up.length === scaledTo,
  },
  {
    missing: 'the scaling was not found to be of no help',
    agent: 'recovery',
    withinMs: 60_000,
    isMet(story) {
      const end = heard(story, 'run').find(({ kind }) => kind === 'RUN_COMPLETED');
      if (end !== undefined) throw new Error(`The run claims to have mended what it can't have: ${end.text}`);
      return heard(story, 'run').some(({ kind }) => kind === 'STEP_COMPENSATING');
    },
  },
  {
    missing: 'the scaling was not taken back',
    agent: 'coordinator',
    withinMs: 30_000,
    isMet(story) {
      const failed = heard(story, 'run').find(({ kind }) => kind === 'STEP_COMPENSATION_FAILED');
      if (failed !== undefined) throw new Error(`The step was not undone: ${failed.text}`);
      return heard(story, 'run').some(({ kind }) => kind === 'RUN_COMPENSATED');
    },
  },
  {
    missing: `the shop has not ${scaledTo - 1} processes again`,
    agent: 'recovery',
    withinMs: 30_000,
    isMet: (story) => story.instances?.desired === scaledTo - 1 && story.instances.up.length === scaledTo - 1,
  },
];

const asked: readonly Expectation[] = [
  {
    missing: 'what was done was not found to be of no help',
    agent: 'recovery',
    withinMs: 240_000,
    isMet(story) {
      const end = heard(story, 'run').find(({ kind }) => kind === 'RUN_COMPLETED');
      if (end !== undefined) throw new Error(`The run claims to have mended what it can't have: ${end.text}`);
      return heard(story, 'run').some(({ kind }) => isBadEnd(kind));
    },
  },
  {
    missing: 'nobody was asked',
    agent: 'coordinator',
    withinMs: 60_000,
    isMet: (story) => question(story) !== undefined,
  },
];

/** What has to come after the fault of a scenario, in this order. */
export function expectationsOf({ ending, remedy = 'restart' }: Scenario): readonly Expectation[] {
  if (ending === 'quiet') return [];
  const ends = { mended, asked, undone: [...takenBack, ...asked] };
  return [...found(remedy), ...ends[ending]];
}

/** What a person is asked: to review a change, or to answer a run. */
export type Question =
  | { readonly kind: 'review'; readonly text: string; readonly changeId: string }
  | { readonly kind: 'answer'; readonly text: string; readonly workflowId: string; readonly stepId: string };

/** The last question to a person that nobody has answered, undefined when there is none. */
export function question(story: Story): Question | undefined {
  const run = heard(story, 'run').findLast(({ kind }) => kind === 'RUN_WAITS_FOR_PERSON');
  if (run !== undefined) {
    const { text, workflowId, stepId } = run;
    return { kind: 'answer', text, workflowId, stepId: stepId ?? '' };
  }
  const decisions = heard(story, 'decision');
  const decision = decisions.findLast(
    ({ verdict, changeId }) =>
      verdict === 'ESCALATED' &&
      !decisions.some((other) => other.changeId === changeId && other.verdict !== 'ESCALATED'),
  );
  return decision && { kind: 'review', text: decision.reason, changeId: decision.changeId };
}

/** Whether a run was cancelled, as it is when a person denies its change. Throws a sentence when somebody is asked about it once more. */
export function isCancelled(story: Story): boolean {
  if (question(story)?.kind === 'answer') throw new Error('A person was asked again after the change was denied.');
  return heard(story, 'run').some(({ kind }) => kind === 'RUN_CANCELLED');
}

/** What the mesh did although nothing was the matter, or before anything was, in a sentence each. */
export function uncalledFor(story: Story): string[] {
  return [
    ...heard(story, 'incident').map(({ title }) => `an incident was opened: "${title}"`),
    ...heard(story, 'change').map(({ title }) => `a change was asked for: "${title}"`),
    ...heard(story, 'run').map(({ text }) => `a playbook was run: "${text}"`),
  ];
}

/** What does not hold together in what was heard, in a sentence each. */
export function inconsistencies(story: Story): string[] {
  const loop = loopOf(story);
  const ids = new Set(of(loop, 'incident').flatMap(({ record }) => record.envelope.correlationId));
  const strays = loop.filter(({ record }) => !ids.has(record.envelope.correlationId));
  const unauthorised = of(loop, 'assignment').filter(
    ({ record }) =>
      changes.has(record.capability) &&
      !of(loop, 'decision').some(
        (decision) => decision.record.changeId === record.changeId && decision.record.verdict === 'APPROVED',
      ),
  );
  return [
    ...strays
      .slice(0, 1)
      .map(
        ({ about, record }) =>
          `A message (${about}, ${record.envelope.id}) does not carry the incident's correlation id.`,
      ),
    ...unauthorised.map(
      ({ record }) => `${record.capability} (task ${record.taskId}) was assigned without an approved change.`,
    ),
  ];
}

const changes: ReadonlySet<string> = new Set(['recovery.restart', 'recovery.scale']);

const heard = <A extends About>(story: Story, about: A): RecordOf<A>[] =>
  of(loopOf(story), about).map(({ record }) => record);

const openIncidents = (story: Story): number => {
  const newest = new Map(heard(story, 'incident').map((incident) => [incident.incidentId, incident.status]));
  return [...newest.values()].filter((status) => status === 'OPEN').length;
};

const badEnds = new Set<RecordOf<'run'>['kind']>([
  'RUN_REFUSED',
  'RUN_WAITS_FOR_PERSON',
  'RUN_COMPENSATING',
  'RUN_COMPENSATED',
  'RUN_FAILED',
  'RUN_CANCELLED',
]);
const isBadEnd = (kind: RecordOf<'run'>['kind']): boolean => badEnds.has(kind);
