/** The orders of a day are loaded, some of them broken, and the agent that does it is killed half-way. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { duration } from '../layout.ts';
import { of } from '../loop.ts';
import { loadedIn } from '../orders/loaded.ts';
import { brokenAmong, ordersJob, writeOrders } from '../orders/orders.ts';
import { musterSays, show, typed } from '../person.ts';
import { dataDir } from '../places.ts';
import type { Scenario } from '../scenario.ts';
import { jobProgressOf, sightsOf } from '../sights.ts';
import type { Step } from '../steps.ts';
import type { Story } from '../story.ts';

const agent = 'data-processing';
const orders = 1_500_000;
const folder = join(dataDir, 'nightly-load');
const jobFile = join(folder, 'nightly-load.yaml');
const runId = 'nightly-load-1';
const run = ['job', 'run', jobFile, '--id', runId];
const rejects = ['job', 'rejects', runId, '--limit', '4'];
const runWithinMs = 180_000;

interface Answer {
  readonly status: string;
  readonly read: number;
  readonly loaded: number;
  readonly rejected: number;
  readonly batches: number;
  readonly isResumed: boolean;
}

/** How the job ended, as its agent says; a message may come twice. */
function answerOf(story: Story): Answer | undefined {
  const result = of(story.heard, 'result').findLast(({ record }) => record.capability === 'data.run-job')?.record;
  if (result === undefined || result.status === 'FAILED') return undefined;
  if (result.status !== 'COMPLETED' && result.status !== 'PARTIAL')
    throw new Error(`The load ended ${result.status}: ${result.fault?.message ?? ''}`);
  return JSON.parse(result.output) as Answer;
}

const killOf = (story: Story) => sightsOf(story, 'process').find(({ isUp }) => !isUp);

/** The last progress of the agent that was killed, some of which is heard afterwards, and the first of its successor. */
function progressAround(story: Story) {
  const backAt = sightsOf(story, 'process').find(({ isUp }) => isUp)?.at ?? Infinity;
  const all = sightsOf(story, 'progress').filter(({ progress }) => progress.capability === 'data.run-job');
  return { before: all.findLast(({ at }) => at < backAt), after: all.find(({ at }) => at >= backAt) };
}

const steps: readonly Step[] = [
  {
    act({ teller: { happened, wentWrong } }) {
      happened({ kind: 'fault', isOn: true });
      happened({ kind: 'note', text: typed(run) });
      const ended = (lines: readonly string[]) => happened({ kind: 'sight', sight: { about: 'answer', lines } });
      musterSays(run, runWithinMs).then(ended, wentWrong);
      return Promise.resolve();
    },
  },
  {
    missing: 'a quarter of the orders were not loaded',
    agent,
    withinMs: 60_000,
    isMet(story) {
      if (answerOf(story) !== undefined) throw new Error('The load was over before its agent could be killed.');
      const { done = 0, total = null } = jobProgressOf(story) ?? {};
      return total !== null && done >= total / 4;
    },
  },
  {
    async act({ running, teller: { happened } }) {
      const { pid = 0 } = running.mesh!.agents.find(({ name }) => name === agent) ?? {};
      const sight = { about: 'process', name: `The agent ${agent}` } as const;
      const back = running.mesh!.crash(agent);
      happened({ kind: 'sight', sight: { ...sight, pid, isUp: false } });
      const { pid: next } = await back;
      happened({ kind: 'sight', sight: { ...sight, pid: next, isUp: true } });
    },
  },
  {
    missing: 'the load did not go on',
    agent,
    withinMs: 60_000,
    isMet(story) {
      const { before, after } = progressAround(story);
      if (before === undefined || after === undefined) return false;
      if (after.progress.done < before.progress.done)
        throw new Error(
          `The load began again: it was at ${before.progress.done} bytes and is at ${after.progress.done}.`,
        );
      return true;
    },
  },
  { missing: 'the load did not end', agent, withinMs: 90_000, isMet: (story) => answerOf(story) !== undefined },
  {
    missing: 'the one who asked for the load was not answered',
    agent,
    withinMs: 30_000,
    isMet(story) {
      const answer = sightsOf(story, 'answer').at(-1);
      if (answer?.lines.join('') === '') throw new Error(`It failed: ${typed(run)}`);
      return answer !== undefined;
    },
  },
  {
    async act({ teller }) {
      const { happened } = teller;
      happened({ kind: 'fault', isOn: false });
      await show(teller, rejects);
      const { rows, repeated } = await loadedIn(join(folder, 'loaded', runId), orders);
      happened({ kind: 'sight', sight: { about: 'count', rows, repeated } });
    },
  },
];

export const nightlyLoad: Scenario = {
  name: 'nightly-load',
  title: 'orders are loaded, some of them broken; the agent is killed half-way',
  story: `${orders.toLocaleString('en-GB')} orders of a day are loaded, ${brokenAmong(orders)} of them broken. Half-way the agent that does it is killed.`,
  matter: 'the load',
  remedy: 'none',
  isLearned: false,
  prepare({ teller: { happened } }) {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(join(folder, 'incoming'), { recursive: true });
    happened({ kind: 'note', text: `Writing ${orders.toLocaleString('en-GB')} orders to ${folder}` });
    const half = orders / 2;
    writeOrders(join(folder, 'incoming', 'orders-1.csv'), 1, half);
    writeOrders(join(folder, 'incoming', 'orders-2.csv'), half + 1, orders);
    writeFileSync(jobFile, ordersJob);
    // Small batches, so that there is a half-way.
    const agents = { MUSTER_DATA_DIRECTORY: folder, MUSTER_DATA_BATCH_MB: '1', MUSTER_DATA_THREADS: '1' };
    return Promise.resolve({ agents });
  },
  steps,
  tries: [
    [typed(['job', 'status', runId]), 'how far the run came'],
    [typed(['job', 'rejects', runId]), 'what was not loaded, and why'],
  ],
  contradictions(story) {
    const answer = answerOf(story);
    const count = sightsOf(story, 'count').at(-1);
    if (answer === undefined || count === undefined) return ['Nobody knows what was loaded.'];
    const { status, read, loaded, rejected, isResumed } = answer;
    const broken = brokenAmong(orders);
    return [
      ...(status === 'PARTIAL' ? [] : [`With broken orders it should be PARTIAL, and is ${status}.`]),
      ...(isResumed ? [] : ['It did not go on at its checkpoint but began again.']),
      ...(read === orders ? [] : [`${read} orders were read instead of ${orders}.`]),
      ...(rejected === broken ? [] : [`${rejected} orders were rejected instead of ${broken}.`]),
      ...(count.rows === loaded && loaded === orders - broken
        ? []
        : [`${count.rows} orders stand in the files, and ${loaded} are said to.`]),
      ...(count.repeated === 0 ? [] : [`${count.repeated} orders were loaded twice.`]),
    ];
  },
  verdict(story) {
    const { faultAt = Infinity, liftedAt = Infinity } = story;
    const { read, rejected, batches } = answerOf(story) ?? {};
    const { rows = 0, repeated = 0 } = sightsOf(story, 'count').at(-1) ?? {};
    const killedAt = killOf(story)?.at ?? Infinity;
    const { after } = progressAround(story);
    return [
      `${read} orders read in ${batches} batches over ${duration(liftedAt - faultAt)}; ${rows} stand in the files, ${repeated} of them twice, ${rejected} were rejected.`,
      `It went on ${duration((after?.at ?? Infinity) - killedAt)} after the agent was killed.`,
    ];
  },
};
