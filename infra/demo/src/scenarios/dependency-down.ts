/** The payment provider of the shop ends, and comes back: health says who is the cause, and who only suffers. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '@muster/local-stack';
import { providerOf } from '../keeper/targets.ts';
import { duration } from '../layout.ts';
import { show } from '../person.ts';
import { dataDir } from '../places.ts';
import type { Stage } from '../running.ts';
import type { Scenario } from '../scenario.ts';
import { healthOf, sightsOf } from '../sights.ts';
import type { Step } from '../steps.ts';
import { falseAlarms, firedSinceFault, heardOf, type Story } from '../story.ts';
import { resolved } from './resolved.ts';

const provider = 'payments';
const targetsFile = join(dataDir, 'targets.yaml');

/** Quicker than by default: a demo does not wait for a minute. What a check is like is declared with it. */
const quickly = { every: '2s', timeout: '1s', retry: '1s', failAfter: 3, recoverAfter: 2 };

/** The targets as health is to check them; JSON is YAML. */
function declare(targets: readonly object[]): void {
  mkdirSync(dataDir, { recursive: true });
  writeFileSync(targetsFile, `${JSON.stringify({ targets }, null, 2)}\n`);
}

const beginProvider = ({ start }: Stage, port: number) => start(provider, 'provider', { PROVIDER_PORT: String(port) });
const providerUrl = ({ running }: Stage): string => running.companions.get(provider)!.urls['provider']!;

/** Waits for the first report of a target that says so since the outage began. */
const becomes = (who: (target: string) => string, status: string) => (story: Story) =>
  healthOf(story, who(story.target))?.status === status;
const itself = (target: string): string => target;

const suspects = (story: Story) =>
  heardOf(story, 'incident').filter(({ suspectedCause }) => suspectedCause?.target === providerOf(story.target));

const steps: readonly Step[] = [
  {
    act: async (stage) => {
      const { target } = stage.teller.story;
      const shop = stage.running.shop!.urls['shop']!;
      declare([
        { target: providerOf(target), checks: [{ address: `${providerUrl(stage)}/health`, ...quickly }] },
        {
          target,
          dependsOn: [providerOf(target)],
          checks: [{ address: `${shop}/catalog?q=lamp`, ...quickly }],
        },
      ]);
      const text = `${targetsFile} declares that health checks the shop and its payment provider every 2 seconds; three failures in a row count.`;
      stage.teller.happened({ kind: 'note', text });
    },
  },
  {
    missing: 'health did not find the shop and its provider HEALTHY',
    agent: 'health',
    withinMs: 45_000,
    isMet: (story) => becomes(itself, 'HEALTHY')(story) && becomes(providerOf, 'HEALTHY')(story),
  },
  {
    act: async ({ running, teller: { happened, pass } }) => {
      await pass(1_000);
      const { pid, kill } = running.companions.get(provider)!;
      happened({ kind: 'fault', isOn: true });
      kill();
      happened({ kind: 'sight', sight: { about: 'process', name: 'The payment provider', pid, isUp: false } });
    },
  },
  {
    missing: 'health did not find the payment provider UNHEALTHY',
    agent: 'health',
    withinMs: 30_000,
    isMet: becomes(providerOf, 'UNHEALTHY'),
  },
  {
    missing: 'no alert fired about the payment provider',
    agent: 'health',
    withinMs: 15_000,
    isMet: (story) => firedSinceFault(story).some(({ alert }) => alert.target === providerOf(story.target)),
  },
  {
    missing: 'the shop was not found to suffer from its payment provider',
    agent: 'health',
    withinMs: 15_000,
    isMet(story) {
      const shop = healthOf(story, story.target);
      if (shop?.status === 'UNHEALTHY') throw new Error(`The shop was said not to work: ${shop.reason}.`);
      return shop?.status === 'DEGRADED' && shop.affectedBy.includes(providerOf(story.target));
    },
  },
  {
    missing: 'no incident suspects the payment provider',
    agent: 'correlation',
    withinMs: 30_000,
    isMet: (story) => suspects(story).length > 0,
  },
  {
    act: ({ teller }) => show(teller, ['health']),
  },
  {
    act: async (stage) => {
      const { pid } = await beginProvider(stage, Number(new URL(providerUrl(stage)).port));
      const { happened } = stage.teller;
      happened({ kind: 'sight', sight: { about: 'process', name: 'The payment provider', pid, isUp: true } });
      happened({ kind: 'fault', isOn: false });
    },
  },
  {
    missing: 'health did not find the payment provider HEALTHY again',
    agent: 'health',
    withinMs: 30_000,
    isMet: becomes(providerOf, 'HEALTHY'),
  },
  {
    missing: 'health did not find the shop HEALTHY again',
    agent: 'health',
    withinMs: 30_000,
    isMet: becomes(itself, 'HEALTHY'),
  },
  ...resolved('monitoring'),
];

export const dependencyDown: Scenario = {
  name: 'dependency-down',
  title: 'the payment provider ends; it is named as the cause, not the shop',
  story: 'The payment provider ends: nobody answers at its port, and no order can be paid. It is no part of the shop.',
  matter: 'the outage',
  remedy: 'none',
  isLearned: true,
  async prepare(stage) {
    declare([]);
    await beginProvider(stage, await freePort());
    return { shop: { SHOP_PAYMENTS_URL: providerUrl(stage) }, agents: { MUSTER_TARGETS_FILE: targetsFile } };
  },
  steps,
  tries: [['npm run muster -- health', 'how targets are']],
  contradictions(story) {
    const ids = new Set(heardOf(story, 'incident').map(({ incidentId }) => incidentId));
    const shopAlert = firedSinceFault(story).find(({ alert }) => alert.fingerprint === `health/${story.target}`);
    return [
      ...(ids.size === 1 ? [] : [`There were ${ids.size} incidents instead of one.`]),
      ...(shopAlert === undefined
        ? []
        : [`Health had an alert of its own about the shop: "${shopAlert.alert.title}".`]),
      ...heardOf(story, 'change').map(({ title }) => `A change was asked for: "${title}".`),
    ];
  },
  verdict(story) {
    const { faultAt = Infinity, liftedAt = Infinity } = story;
    const firstAt = (target: string, status: string, since: number) =>
      sightsOf(story, 'health').find(
        ({ at, report }) => at >= since && report.target === target && report.status === status,
      )?.at ?? NaN;
    const down = firstAt(providerOf(story.target), 'UNHEALTHY', faultAt) - faultAt;
    const degraded = firstAt(story.target, 'DEGRADED', faultAt) - faultAt;
    const [first] = suspects(story);
    return [
      `The payment provider was found down after ${duration(down)}, the shop DEGRADED by it after ${duration(degraded)}.`,
      `One incident; the suspected cause is ${first?.suspectedCause?.target ?? 'nobody'}: ${first?.suspectedCause?.reasons.join('; ') ?? ''}.`,
      `Both well ${duration(firstAt(story.target, 'HEALTHY', liftedAt) - liftedAt)} after it was back.`,
      `False alarms before the outage: ${falseAlarms(story).length || 'none'}.`,
    ];
  },
};
