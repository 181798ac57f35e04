/** Somebody attacks the shop over HTTP, and is kept out of it; its customers are not. */
import { randomInt } from 'node:crypto';
import { duration } from '../layout.ts';
import { musterSays, typed } from '../person.ts';
import type { Stage } from '../running.ts';
import type { Scenario } from '../scenario.ts';
import { firstRefusalOf, sightsOf, visitsOf, type Visitor } from '../sights.ts';
import type { Deed, Step } from '../steps.ts';
import { falseAlarms, firedSinceFault, heardOf, type Story } from '../story.ts';
import { blockMs, verifyAfterMs } from '../timing.ts';
import { resolved } from './resolved.ts';

// All of ranges for documentation (RFC 5737). On servers that are kept, an earlier run's attacker is known.
export const attacker = process.env['KAFKA_BROKERS'] ? `203.0.113.${randomInt(1, 255)}` : '203.0.113.66';
const ownRange = '192.0.2.0/24';
export const scanner = '192.0.2.10';

const requestsToSee = 10;

const blocksOf = (story: Story) =>
  sightsOf(story, 'block').filter(({ block }) => block === null || block.target === story.target);
const blockOf = (story: Story, offence: number) =>
  blocksOf(story).find(({ address, block }) => {
    return address === attacker && block?.status === 'ACTIVE' && block.offence === offence;
  });

const comes = ({ running, start }: Stage, who: Visitor, address: string) =>
  start(who, 'attack', { SHOP_URL: running.shop!.urls['shop']!, ATTACK_ADDRESS: address, ATTACK_AS: who });

const goes = (who: Visitor): Deed => ({
  act: async ({ running }) => running.companions.get(who)!.stop(),
});

const keptOut: readonly Step[] = [
  {
    async act(stage) {
      await comes(stage, 'attacker', attacker);
      stage.teller.happened({ kind: 'fault', isOn: true });
    },
  },
  {
    missing: 'no alert fired',
    agent: 'security',
    withinMs: 20_000,
    isMet: (story) => firedSinceFault(story).some(({ alert }) => alert.category === 'SECURITY'),
  },
  {
    missing: 'the attacker was not blocked',
    agent: 'security',
    withinMs: 10_000,
    isMet: (story) => blockOf(story, 1) !== undefined,
  },
  {
    missing: 'the attacker was not refused at the front door',
    agent: 'shop',
    withinMs: 10_000,
    isMet: (story) => firstRefusalOf(story, 'attacker') !== undefined,
  },
  {
    missing: 'no incident was opened for the alert',
    agent: 'correlation',
    withinMs: 30_000,
    isMet: (story) => heardOf(story, 'incident').some(({ status }) => status === 'OPEN'),
  },
  {
    missing: 'the block was not seen to hold',
    agent: 'security',
    withinMs: verifyAfterMs + 20_000,
    isMet(story) {
      const first = firstRefusalOf(story, 'attacker');
      const last = visitsOf(story, 'attacker');
      const blockedAt = blockOf(story, 1)?.at;
      if (first === undefined || last === undefined || blockedAt === undefined) return false;
      if (last.served > first.served) throw new Error('The attacker came through after it had been refused.');
      const through = firedSinceFault(story).find(({ alert }) => alert.severity === 'CRITICAL');
      if (through !== undefined) throw new Error(`The block does not hold: ${through.alert.title}.`);
      // By then security has looked, and would have said that something comes through.
      return last.refused >= requestsToSee && story.now > blockedAt + verifyAfterMs + 2_000;
    },
  },
  {
    async act(stage) {
      const { happened, story } = stage.teller;
      const { refused = 0 } = visitsOf(story, 'attacker') ?? {};
      happened({ kind: 'sight', sight: { about: 'held', refused } });
      await goes('attacker').act(stage);
      happened({ kind: 'fault', isOn: false });
    },
  },
  {
    missing: 'the block did not end',
    agent: 'security',
    withinMs: blockMs + 20_000,
    isMet: (story) => blocksOf(story).some(({ address, block }) => address === attacker && block === null),
  },
  ...resolved('security'),
];

const ownScanner: readonly Step[] = [
  {
    async act(stage) {
      const text = `The house's own scanner asks for the same. Its address, ${scanner}, is on the allow-list.`;
      stage.teller.happened({ kind: 'note', text });
      await comes(stage, 'scanner', scanner);
    },
  },
  {
    missing: 'nobody was told of the scanner',
    agent: 'security',
    withinMs: 20_000,
    isMet: ({ alerts }) => [...alerts.values()].some(({ alert }) => alert.labels['address'] === scanner),
  },
  {
    missing: 'the scanner was not served',
    agent: 'shop',
    withinMs: 20_000,
    isMet: (story) => (visitsOf(story, 'scanner')?.served ?? 0) >= requestsToSee,
  },
  goes('scanner'),
];

const release = ['blocks', 'release', attacker, '--for', '1h', '--comment', 'We asked them to look for holes.'];

const letIn: readonly Step[] = [
  {
    async act(stage) {
      const text = 'The attacker comes back: a repeater is kept out for four times as long.';
      stage.teller.happened({ kind: 'note', text });
      await comes(stage, 'attacker', attacker);
    },
  },
  {
    missing: 'the attacker was not blocked a second time',
    agent: 'security',
    withinMs: 20_000,
    isMet: (story) => blockOf(story, 2) !== undefined,
  },
  {
    missing: 'the attacker was not refused a second time',
    agent: 'shop',
    withinMs: 10_000,
    isMet(story) {
      const blockedAt = blockOf(story, 2)?.at ?? Infinity;
      const last = visitsOf(story, 'attacker');
      return last !== undefined && last.at > blockedAt && last.refused > 0;
    },
  },
  {
    isForPerson: true,
    async act({ teller: { happened } }) {
      happened({ kind: 'note', text: `A person lets the address in: ${typed(release)}` });
      await musterSays(release);
    },
  },
  {
    missing: 'the address was not released',
    agent: 'security',
    withinMs: 30_000,
    isForPerson: true,
    isMet: (story) => releaseOf(story) !== undefined,
  },
  {
    missing: 'the address was not let in after it had been released',
    agent: 'shop',
    withinMs: 10_000,
    isForPerson: true,
    isMet(story) {
      const { at = Infinity } = releaseOf(story) ?? {};
      const since = sightsOf(story, 'visits').filter((visits) => visits.who === 'attacker' && visits.at >= at);
      return (since.at(-1)?.served ?? 0) > (since[0]?.served ?? Infinity);
    },
  },
  goes('attacker'),
];

const releaseOf = (story: Story) =>
  sightsOf(story, 'block').find(({ address, block }) => address === attacker && block?.status === 'RELEASED');

export const attack: Scenario = {
  name: 'attack',
  title: 'somebody attacks the shop; the address is kept out, and no customer',
  story: `Somebody at ${attacker} looks for holes in the shop and tries injections, at its front door like all others.`,
  matter: 'the attack',
  remedy: 'restart',
  isLearned: true,
  prepare: () => Promise.resolve({ shop: { SHOP_NEVER_BLOCKED: ownRange }, agents: { MUSTER_ALLOW_LIST: ownRange } }),
  steps: [...keptOut, ...ownScanner, ...letIn],
  tries: [['npm run muster -- blocks list --all', 'who is kept out, or let in']],
  contradictions(story) {
    const others = blocksOf(story).filter(({ address, block }) => block !== null && address !== attacker);
    return [
      ...(['customers', 'scanner'] as const).flatMap((who) => {
        const refused = visitsOf(story, who)?.refused ?? 0;
        return refused === 0 ? [] : [`${refused} requests of the ${who} were refused.`];
      }),
      ...others.map(({ address }) => `${address} was blocked, who did nothing.`),
      ...heardOf(story, 'change').map(({ title }) => `A change was asked for: "${title}".`),
    ];
  },
  verdict(story) {
    const { faultAt = Infinity } = story;
    const block = blockOf(story, 1);
    const refusal = firstRefusalOf(story, 'attacker');
    const customers = visitsOf(story, 'customers');
    if (block === undefined || refusal === undefined) return ['The attacker was not kept out.'];
    return [
      `Blocked ${duration(block.at - faultAt)} after the attack began, when ${refusal.served} requests had been answered; first refused ${duration(refusal.at - block.at)} later.`,
      `Customers: ${customers?.served ?? 0} requests served, ${customers?.refused ?? 0} refused.`,
      `False alarms before the attack: ${falseAlarms(story).length || 'none'}.`,
    ];
  },
};
