/** The agents that close the loop, the shop they look after, and what must hold. */
import { heardTopics, type AgentDefinition } from '@muster/agent';
import { deadLetterTopic } from '@muster/bus';
import type { TopicName } from '@muster/schemas';
import type { Cast, Figures } from '@muster/testkit';
import { approvedFirst, decidedOnce, finalDecisions } from '../promises/decisions.ts';
import { answered, doneOnce, endedIsEnded, killSwitchHolds } from '../promises/effects.ts';
import { audited, forkedChains, nothingSetAside } from '../promises/record.ts';
import { endOf, runsEnd, runsOf, undone, verifiedIsTrue, waitsForPerson } from '../promises/runs.ts';
import { breaches, storyOf, type Promised, type Story, type Verification } from '../story.ts';
import { loopAgents } from './agents.ts';
import { withHands } from './hands.ts';
import { jurors, withOpinion } from './jury.ts';
import { begin, type Load } from './load.ts';
import { loopPlanOf, type LoopPlan } from './loop-plan.ts';
import { adaptedRunsSo } from './promises/adapting.ts';
import { alertsFollowSamples } from './promises/alerts.ts';
import { childrenFirst } from './promises/families.ts';
import { cancelIsHeard, haltedBeginsNothing } from './promises/halting.ts';
import { aloneAtTarget } from './promises/targets.ts';
import { votedOnce } from './promises/votes.ts';
import { openShop } from './shop.ts';

const promises: readonly Promised<Story<LoopPlan>>[] = [
  alertsFollowSamples,
  decidedOnce,
  approvedFirst,
  answered,
  doneOnce,
  endedIsEnded,
  killSwitchHolds,
  runsEnd,
  verifiedIsTrue,
  undone,
  aloneAtTarget,
  votedOnce,
  childrenFirst,
  adaptedRunsSo,
  haltedBeginsNothing,
  cancelIsHeard,
  audited,
  nothingSetAside,
];

const topics: readonly TopicName[] = [
  'muster.metrics.v1',
  'muster.alerts.v1',
  'muster.alert-transitions.v1',
  'muster.incidents.v1',
  'muster.remediations.v1',
  'muster.workflow-commands.v1',
  'muster.workflow-events.v1',
  'muster.change-requests.v1',
  'muster.change-claims.v1',
  'muster.change-grants.v1',
  'muster.reviews.v1',
  'muster.decisions.v1',
  'muster.tasks.v1',
  ...loopAgents
    .filter(({ actions }) => Object.keys(actions).length > 0)
    .map(({ name }): TopicName => `muster.inbox.${name}.v1`),
  'muster.task-results.v1',
  'muster.flags.v1',
  'muster.audit.v1',
];

const deadLetterTopics = loopAgents.flatMap((agent) =>
  heardTopics(agent).map((topic) => deadLetterTopic(topic, `muster.${agent.name}`)),
);

const count = (number: number | undefined): string => (number ?? 0).toLocaleString('en');

export const loopCast: Cast<LoopPlan> = {
  agents: loopAgents,
  topics,
  planOf: (seed) =>
    loopPlanOf(
      seed,
      loopAgents.map(({ name }) => name),
    ),
  parts: ['faults', 'nuisances', 'switches', 'tasks', 'runs', 'requests', 'breaks'],
  quietMs: 60_000,
  // What waits for people is over after an hour, which may begin late.
  patienceMs: 2 * 60 * 60_000,
  describe: ({
    places,
    partitions,
    breaks,
    requests,
    runs,
    tasks,
    switches,
    nuisances,
    faults,
    commitEveryMs,
    storeAtOnce,
  }) =>
    `${places.length} processes, ${partitions} partitions, ${breaks.length} breaks, ${requests.length} change requests, ${runs.length} runs, ${tasks.length} tasks, ${switches.length} switches, ${nuisances.length} nuisances, ${faults.length} faults, states stored every ${commitEveryMs} ms, ${storeAtOnce} at once`,
  tell: (figures) => [
    `${count(figures['faults'])} faults, ${count(figures['messages'])} messages, ${count(figures['copies'])} of them second copies`,
    `${count(figures['incidents'])} incidents, ${count(figures['changes'])} changes decided (${count(figures['approved'])} approved), ${count(figures['runs'])} runs: ${count(figures['completed'])} completed, ${count(figures['compensated'])} compensated, ${count(figures['cancelled'])} cancelled, ${count(figures['refused'])} refused, ${count(figures['failed'])} failed, ${count(figures['waiting'])} waiting for a person`,
    `${count(figures['alerts'])} alerts, ${count(figures['votes'])} votes, ${count(figures['within'])} runs with others within them, ${count(figures['adapted'])} runs changed under way, ${count(figures['paused'])} paused`,
    `${count(figures['tasks'])} tasks, tried again ${count(figures['retries'])} times; ${count(figures['effects'])} changes of the world, ${count(figures['repeats'])} asked for again under the same key`,
    `${count(figures['forks'])} audit chains that a loss of the store has parted`,
  ],
  stage(plan, world) {
    const verifications: Verification[] = [];
    let load: Load | undefined;
    const shop = openShop((target, isHealthy, cure) => load?.changed(target, isHealthy, cure));
    let story: (() => Promise<Story<LoopPlan>>) | undefined;
    return {
      play({ agent }, machine) {
        const found = loopAgents.find(({ name }) => name === agent);
        if (found === undefined) throw new Error(`there is no agent ${agent}`);
        const reach = { world, machine, shop, verifications };
        const definition =
          agent === 'recovery' ? withHands(found, reach) : jurors.includes(found) ? withOpinion(found, reach) : found;
        return { definition: withoutSensors(definition), config: configOf(found) };
      },
      begin(user) {
        load = begin(plan, user, world, () => shop);
        story = () => storyOf(user, world, { topics, deadLetterTopics, plan, effects: shop.effects, verifications });
        return { lastAt: lastAtOf(plan) };
      },
      leftToDo() {
        if (load === undefined) return [];
        const { unsaid } = load.voice;
        return [...(unsaid > 0 ? [`${unsaid} messages are not published`] : []), ...load.underWay()];
      },
      async check() {
        if (story === undefined) throw new Error('nothing was begun');
        const told = await story();
        return { violations: breaches(told, topics, promises), figures: figuresOf(told) };
      },
    };
  },
};

/** What their sensors report is counted in the process, and here all processes are one: a simulation would tell of those before it. */
const withoutSensors = (definition: AgentDefinition): AgentDefinition => ({ ...definition, sensors: {} });

/** What takes minutes and hours elsewhere takes less here, so that a simulation comes to its end. */
function configOf({ name, config }: AgentDefinition): object {
  const shorter: Readonly<Record<string, object>> = {
    approval: { reviewWithinMs: 180_000, approvalValidMs: 300_000 },
    // Nobody goes on measuring for ever.
    monitoring: { absence: 'false' },
  };
  return config.parse(shorter[name] ?? {});
}

function lastAtOf({ breaks, requests, runs, tasks, switches, nuisances }: LoopPlan): number {
  return Math.max(
    0,
    ...breaks.map(({ at, relapseAfterMs }) => at + (relapseAfterMs ?? 0)),
    ...requests.map(({ at, againAfterMs = 0, expiresInMs }) => at + Math.max(againAfterMs, expiresInMs)),
    ...runs.map(
      ({ at, cancelAfterMs = 0, pauseAfterMs = 0, pauseForMs = 0, againAfterMs = 0, adapt }) =>
        at + 1_000 + Math.max(cancelAfterMs, pauseAfterMs + pauseForMs, againAfterMs, adapt?.afterMs ?? 0),
    ),
    ...tasks.map(({ at, againAfterMs = 0, deadlineInMs }) => at + Math.max(againAfterMs, deadlineInMs)),
    ...switches.map(({ at, forMs }) => at + forMs),
    ...nuisances.map(({ at }) => at),
  );
}

function tellings(story: Story, kind: string, stepId?: string): number {
  const events = story.messages('muster.workflow-events.v1');
  return events.filter(({ value }) => value.kind === kind && (stepId === undefined || value.stepId === stepId)).length;
}

function figuresOf(story: Story): Figures {
  const runs = [...runsOf(story).values()];
  const ended = (kind: string): number => runs.filter((events) => endOf(events)?.value.kind === kind).length;
  const decisions = finalDecisions(story);
  return {
    messages: story.count,
    copies: story.copies,
    incidents: new Set(story.messages('muster.incidents.v1').map(({ key }) => key)).size,
    changes: decisions.length,
    approved: decisions.filter(({ value }) => value.verdict === 'APPROVED').length,
    runs: runs.length,
    alerts: story.messages('muster.alerts.v1').length,
    votes: tellings(story, 'STEP_COMPLETED', 'vote') + tellings(story, 'STEP_FAILED', 'vote'),
    within: new Set(
      story.messages('muster.workflow-events.v1').flatMap(({ key, value }) => (value.stepId === 'inner' ? [key] : [])),
    ).size,
    adapted: tellings(story, 'RUN_ADAPTED'),
    paused: tellings(story, 'RUN_PAUSED'),
    completed: ended('RUN_COMPLETED'),
    compensated: ended('RUN_COMPENSATED'),
    cancelled: ended('RUN_CANCELLED'),
    refused: ended('RUN_REFUSED'),
    failed: ended('RUN_FAILED'),
    waiting: runs.filter((events) => endOf(events) === undefined && waitsForPerson(events)).length,
    tasks: new Set(story.messages('muster.tasks.v1').map(({ value }) => value.taskId)).size,
    retries: story.messages('muster.tasks.v1').filter(({ value }) => value.attempt > 1).length,
    forks: story.isStoreLossy ? forkedChains(story) : 0,
    effects: story.effects.filter(({ isRepeat }) => !isRepeat).length,
    repeats: story.effects.filter(({ isRepeat }) => isRepeat).length,
  };
}
