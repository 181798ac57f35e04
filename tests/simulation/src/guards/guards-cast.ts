/** The agents that guard, what comes to them, and what must hold. */
import { heardTopics, type AgentDefinition } from '@muster/agent';
import { deadLetterTopic } from '@muster/bus';
import type { TopicName } from '@muster/schemas';
import type { Cast, Figures } from '@muster/testkit';
import { mostAheadMs } from '../clocks.ts';
import { watchful } from '../people.ts';
import { decidedOnce } from '../promises/decisions.ts';
import { answered, doneOnce, endedIsEnded } from '../promises/effects.ts';
import { audited, nothingSetAside } from '../promises/record.ts';
import { runsEnd } from '../promises/runs.ts';
import { breaches, storyOf, type Promised, type Story } from '../story.ts';
import { voiceOf, type Voice } from '../voice.ts';
import { guardAgents } from './agents.ts';
import { inDepot, openDepot, type Depot } from './depot.ts';
import { openGate } from './gate.ts';
import { askForJobs } from './jobs.ts';
import { allowList, blockMs, guardsPlanOf, type GuardsPlan } from './guards-plan.ts';
import {
  alertsAreOver,
  allowedAreLetIn,
  askedFirst,
  attackersAreMet,
  blockedOnce,
  blocksEnd,
  withinBudget,
} from './promises/blocks.ts';
import { goneOnWith, loadedOnce } from './promises/jobs.ts';
import { changesAreTold, reasonsAreNamed, statusFollowsResults } from './promises/health.ts';
import { weatherOf, withWeather } from './weather.ts';

const promisesOf = (depot: Depot): readonly Promised<Story<GuardsPlan>>[] => [
  blocksEnd,
  allowedAreLetIn,
  blockedOnce,
  attackersAreMet,
  askedFirst,
  withinBudget,
  alertsAreOver,
  statusFollowsResults,
  changesAreTold,
  reasonsAreNamed,
  loadedOnce(depot),
  goneOnWith(depot),
  decidedOnce,
  answered,
  doneOnce,
  endedIsEnded,
  runsEnd,
  audited,
  nothingSetAside,
];

const topics: readonly TopicName[] = [
  'muster.security-events.v1',
  'muster.actor-events.v1',
  'muster.block-claims.v1',
  'muster.blocks.v1',
  'muster.check-results.v1',
  'muster.health-reports.v1',
  'muster.alerts.v1',
  'muster.change-requests.v1',
  'muster.change-claims.v1',
  'muster.change-grants.v1',
  'muster.reviews.v1',
  'muster.decisions.v1',
  'muster.workflow-commands.v1',
  'muster.workflow-events.v1',
  'muster.tasks.v1',
  ...guardAgents
    .filter(({ actions }) => Object.keys(actions).length > 0)
    .map(({ name }): TopicName => `muster.inbox.${name}.v1`),
  'muster.task-results.v1',
  'muster.audit.v1',
];

const deadLetterTopics = guardAgents.flatMap((agent) =>
  heardTopics(agent).map((topic) => deadLetterTopic(topic, `muster.${agent.name}`)),
);

const count = (number: number | undefined): string => (number ?? 0).toLocaleString('en');

export const guardsCast: Cast<GuardsPlan> = {
  agents: guardAgents,
  topics,
  planOf: (seed) =>
    guardsPlanOf(
      seed,
      guardAgents.map(({ name }) => name),
    ),
  parts: ['faults', 'jobs', 'asks', 'outages', 'words', 'visits'],
  // Longer than the longest block.
  quietMs: 90_000,
  // What waits for people is over after an hour, which may begin late.
  patienceMs: 2 * 60 * 60_000,
  describe: ({ places, partitions, visits, words, asks, outages, jobs, faults, commitEveryMs, storeAtOnce }) =>
    `${places.length} processes, ${partitions} partitions, ${visits.length} visits, ${words.length} words, ${asks.length} asks, ${outages.length} outages, ${jobs.length} jobs, ${faults.length} faults, states stored every ${commitEveryMs} ms, ${storeAtOnce} at once`,
  tell: (figures) => [
    `${count(figures['faults'])} faults, ${count(figures['messages'])} messages, ${count(figures['copies'])} of them second copies`,
    `${count(figures['events'])} security events, ${count(figures['blocks'])} blocks, ${count(figures['approved'])} of them on approval, ${count(figures['releases'])} releases, ${count(figures['questions'])} questions`,
    `${count(figures['results'])} checks, ${count(figures['broken'])} reports of targets that do not work, ${count(figures['affected'])} of those that suffer from them, ${count(figures['alerts'])} alerts`,
    `${count(figures['jobs'])} jobs done, ${count(figures['rows'])} rows loaded; ${count(figures['tasks'])} tasks, tried again ${count(figures['retries'])} times`,
  ],
  stage(plan, world) {
    let voice: Voice | undefined;
    let story: (() => Promise<Story<GuardsPlan>>) | undefined;
    let underWay = (): string[] => [];
    const depot = openDepot(plan, world);
    const weather = weatherOf(plan, world, troubleMs(plan));
    return {
      play({ agent }, machine) {
        const found = guardAgents.find(({ name }) => name === agent);
        if (found === undefined) throw new Error(`there is no agent ${agent}`);
        const definition =
          agent === 'health'
            ? withWeather(found, weather)
            : agent === 'data-processing'
              ? inDepot(depot.workshop(machine))
              : found;
        return { definition, config: configOf(found, plan) };
      },
      begin(user) {
        const said = voiceOf(user, world);
        voice = said;
        ({ underWay } = watchful(user, world, said));
        openGate(plan, said, world);
        askForJobs(plan, said, world);
        story = () => storyOf(user, world, { topics, deadLetterTopics, plan });
        return { lastAt: Math.max(weather.begin().lastAt, lastAtOf(plan)) };
      },
      leftToDo() {
        const unsaid = voice?.unsaid ?? 0;
        return [...(unsaid > 0 ? [`${unsaid} messages are not published`] : []), ...underWay()];
      },
      async check() {
        if (story === undefined) throw new Error('nothing was begun');
        const told = await story();
        return {
          violations: breaches(told, topics, promisesOf(depot)),
          figures: { ...figuresOf(told), rows: rowsIn(depot) },
        };
      },
    };
  },
};

/** What takes minutes and hours elsewhere takes less here, so that a simulation comes to its end. */
function configOf({ name, config }: AgentDefinition, { blocksPerHour }: GuardsPlan): object {
  const shorter: Readonly<Record<string, object>> = {
    // It must be there; nothing is read or written in it.
    'data-processing': { dataDirectory: '.' },
    approval: { reviewWithinMs: 180_000, approvalValidMs: 300_000 },
    security: {
      blockMs,
      longestBlockMs: 60_000,
      verifyAfterMs: 5_000,
      blocksPerHour,
      allowList,
      operatorAddress: '',
    },
  };
  return config.parse(shorter[name] ?? {});
}

/** When the last fault is over; who looks at a clock that is ahead looks as much longer. */
const troubleMs = (plan: GuardsPlan): number =>
  mostAheadMs(plan) + Math.max(0, ...plan.faults.map((fault) => fault.at + ('forMs' in fault ? fault.forMs : 0)));

function lastAtOf({ visits, words, asks, jobs }: GuardsPlan): number {
  return Math.max(
    0,
    ...visits.map(({ at, everyMs, againAfterMs = 0 }) => at + 10 * everyMs + againAfterMs),
    ...words.map(({ at, forMs }) => at + forMs),
    ...asks.map(({ at, expiresInMs }) => at + expiresInMs),
    ...jobs.map(({ at, againAfterMs = 0, deadlineInMs }) => at + Math.max(againAfterMs, deadlineInMs)),
  );
}

const rowsIn = ({ runs }: Depot): number =>
  [...runs.values()].reduce((sum, { parts }) => sum + [...parts.values()].flat().length, 0);

function figuresOf(story: Story): Figures {
  const blocks = story.messages('muster.blocks.v1').map(({ value }) => value);
  const reports = story.messages('muster.health-reports.v1').map(({ value }) => value);
  return {
    messages: story.count,
    copies: story.copies,
    events: story.messages('muster.security-events.v1').length,
    blocks: blocks.filter(({ status, decidedBy }) => status === 'ACTIVE' && decidedBy !== 'ann').length,
    approved: blocks.filter(({ decidedBy }) => decidedBy === 'an approved change').length,
    releases: blocks.filter(({ status }) => status === 'RELEASED').length,
    questions: story.messages('muster.change-requests.v1').filter(({ value }) => value.requestedBy === 'security')
      .length,
    results: story.messages('muster.check-results.v1').length,
    broken: reports.filter(({ status }) => status === 'UNHEALTHY').length,
    affected: reports.filter(({ affectedBy }) => affectedBy.length > 0).length,
    alerts: story.messages('muster.alerts.v1').length,
    jobs: story
      .messages('muster.task-results.v1')
      .filter(({ value }) => value.capability === 'data.run-job' && ['COMPLETED', 'PARTIAL'].includes(value.status))
      .length,
    tasks: new Set(story.messages('muster.tasks.v1').map(({ value }) => value.taskId)).size,
    retries: story.messages('muster.tasks.v1').filter(({ value }) => value.attempt > 1).length,
  };
}
