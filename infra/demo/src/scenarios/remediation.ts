/** What has to be seen of the mesh when a fault of the shop is remedied, hop by hop. */
import type { RecordOf } from '../loop.ts';
import { question } from '../questions.ts';
import { scaledTo } from '../remedies.ts';
import type { Expectation } from '../steps.ts';
import { firedSinceFault, heardOf } from '../story.ts';
import { resolved } from './resolved.ts';

/** From the alert to the remedy that was carried out. */
export const found = (remedy: 'restart' | 'scale'): readonly Expectation[] => [
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
    isMet: (story) => heardOf(story, 'incident').some(({ status }) => status === 'OPEN'),
  },
  {
    missing: 'no playbook was started for the incident',
    agent: 'coordinator',
    withinMs: 30_000,
    isMet: (story) => heardOf(story, 'run').some(({ kind }) => kind === 'RUN_STARTED'),
  },
  {
    missing: 'no change was asked for by the playbook',
    agent: 'coordinator',
    withinMs: 30_000,
    isMet: (story) => heardOf(story, 'change').length > 0,
  },
  {
    missing: 'the change was not decided',
    agent: 'approval',
    withinMs: 30_000,
    isMet(story) {
      const [first] = heardOf(story, 'decision');
      if (first !== undefined && first.verdict !== 'APPROVED')
        throw new Error(`The change was not approved but ${first.verdict}: ${first.reason}`);
      return first !== undefined;
    },
  },
  {
    missing: `the ${remedy} was not assigned to an agent`,
    agent: 'router',
    withinMs: 30_000,
    isMet: (story) => heardOf(story, 'assignment').some(({ capability }) => capability === `recovery.${remedy}`),
  },
  {
    missing: `the ${remedy} was not carried out`,
    agent: 'recovery',
    withinMs: 60_000,
    isMet: (story) =>
      heardOf(story, 'result').some(
        ({ capability, status }) => capability === `recovery.${remedy}` && status === 'COMPLETED',
      ),
  },
];

/** What was done has helped, and all of it is over. */
export const mended: readonly Expectation[] = [
  {
    missing: 'the run did not end verified',
    agent: 'coordinator',
    withinMs: 150_000,
    isMet(story) {
      const other = heardOf(story, 'run').find(({ kind }) => isBadEnd(kind));
      if (other !== undefined) throw new Error(`The run did not mend it (${other.kind}): ${other.text}`);
      return heardOf(story, 'run').some(({ kind }) => kind === 'RUN_COMPLETED');
    },
  },
  ...resolved('monitoring'),
];

/** What was done is taken back by what the playbook names, and the processes are as many as before. */
export const takenBack: readonly Expectation[] = [
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
      const end = heardOf(story, 'run').find(({ kind }) => kind === 'RUN_COMPLETED');
      if (end !== undefined) throw new Error(`The run claims to have mended what it can't have: ${end.text}`);
      return heardOf(story, 'run').some(({ kind }) => kind === 'STEP_COMPENSATING');
    },
  },
  {
    missing: 'the scaling was not taken back',
    agent: 'coordinator',
    withinMs: 30_000,
    isMet(story) {
      const failed = heardOf(story, 'run').find(({ kind }) => kind === 'STEP_COMPENSATION_FAILED');
      if (failed !== undefined) throw new Error(`The step was not undone: ${failed.text}`);
      return heardOf(story, 'run').some(({ kind }) => kind === 'RUN_COMPENSATED');
    },
  },
  {
    missing: `the shop has not ${scaledTo - 1} processes again`,
    agent: 'recovery',
    withinMs: 30_000,
    isMet: (story) => story.instances?.desired === scaledTo - 1 && story.instances.up.length === scaledTo - 1,
  },
];

/** What was done has not helped, and a person is asked. */
export const asked: readonly Expectation[] = [
  {
    missing: 'what was done was not found to be of no help',
    agent: 'recovery',
    withinMs: 240_000,
    isMet(story) {
      const end = heardOf(story, 'run').find(({ kind }) => kind === 'RUN_COMPLETED');
      if (end !== undefined) throw new Error(`The run claims to have mended what it can't have: ${end.text}`);
      return heardOf(story, 'run').some(({ kind }) => isBadEnd(kind));
    },
  },
  {
    missing: 'nobody was asked',
    agent: 'coordinator',
    withinMs: 60_000,
    isMet: (story) => question(story) !== undefined,
  },
];

const badEnds = new Set<RecordOf<'run'>['kind']>([
  'RUN_REFUSED',
  'RUN_WAITS_FOR_PERSON',
  'RUN_COMPENSATING',
  'RUN_COMPENSATED',
  'RUN_FAILED',
  'RUN_CANCELLED',
]);
const isBadEnd = (kind: RecordOf<'run'>['kind']): boolean => badEnds.has(kind);
