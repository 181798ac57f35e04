import { agentNames } from './fleet.ts';
import type { Instance } from './fleet.ts';
import type { Fault, Scene } from './scene.ts';

/** Much longer than the session after which a group believes a silent member gone. */
const pastSessionMs = 22_000;
/** What watches over processes starts a new one after about so long. */
const replacedAfterMs = 1_000;
const limitMs = 10_000;

/** One instance of each agent. */
const oneOfEach = ({ fleet }: Scene): Instance[] =>
  agentNames.flatMap((agent) => {
    const [first] = fleet.of(agent);
    return first === undefined ? [] : [first];
  });

const namesOf = (instances: readonly Instance[]): string => instances.map(({ name }) => name).join(', ');

export const agentFaults: readonly Fault[] = [
  {
    name: 'kill-agent',
    title: 'kill -9 of one of two instances of each agent',
    recoverWithinMs: limitMs,
    async happen(scene) {
      const victims = oneOfEach(scene);
      const at = scene.note(`kill -9 of ${namesOf(victims)}`);
      await Promise.all(victims.map((victim) => victim.kill()));
      await scene.sleep(replacedAfterMs);
      await Promise.all(victims.map(({ agent }) => scene.fleet.start(agent).ready()));
      scene.note('their successors are ready');
      return { at, what: 'the kill' };
    },
  },
  {
    name: 'zombie',
    title: `SIGSTOP of one instance of each agent for ${pastSessionMs / 1_000} s, then SIGCONT`,
    recoverWithinMs: limitMs,
    async happen(scene) {
      const victims = oneOfEach(scene);
      scene.note(`SIGSTOP of ${namesOf(victims)}`);
      for (const victim of victims) victim.freeze();
      try {
        await scene.sleep(pastSessionMs);
      } finally {
        for (const victim of victims) victim.thaw();
      }
      return { at: scene.note('SIGCONT'), what: 'SIGCONT' };
    },
  },
  {
    name: 'partition',
    title: `no packet between one teller and the brokers for ${pastSessionMs / 1_000} s`,
    recoverWithinMs: limitMs,
    isProxied: true,
    async happen(scene) {
      scene.note('the network between the first teller and the brokers is silent');
      scene.silence(true);
      await scene.sleep(pastSessionMs);
      const at = scene.note('the network is back');
      scene.silence(false);
      return { at, what: 'the end of it' };
    },
  },
  {
    name: 'rolling-restart',
    title: 'SIGTERM and restart of all six instances, one after the other',
    recoverWithinMs: limitMs,
    async happen(scene) {
      let at = Date.now();
      for (const instance of scene.fleet.all) {
        at = scene.note(`SIGTERM to ${instance.name}`);
        await instance.stop();
        await scene.fleet.start(instance.agent).ready();
      }
      scene.note('the last one is ready again');
      return { at, what: 'the last SIGTERM' };
    },
  },
  {
    name: 'join-leave',
    title: 'a third instance of each agent joins and leaves, every 5 s, for 40 s',
    recoverWithinMs: limitMs,
    async happen(scene) {
      let at = Date.now();
      for (let round = 0; round < 4; round += 1) {
        scene.note('third instances join');
        const guests = agentNames.map((agent) => scene.fleet.start(agent));
        await scene.sleep(5_000);
        at = scene.note('third instances leave');
        await Promise.all([...guests.map((guest) => guest.stop()), scene.sleep(5_000)]);
      }
      return { at, what: 'the last leaving' };
    },
  },
  {
    name: 'slow-handler',
    title: 'a handler that has no answer for 40 s',
    recoverWithinMs: limitMs,
    slow: 'handler',
    async happen(scene) {
      const at = scene.note('the message arrives');
      scene.load.add('slow', 'good');
      await scene.sleep(45_000);
      return { at, what: 'its arrival' };
    },
  },
  {
    name: 'stuck-handler',
    title: 'a handler that computes for 40 s, longer than a session: its message is set aside',
    recoverWithinMs: limitMs,
    slow: 'computing',
    async happen(scene) {
      const at = scene.note('the message arrives');
      scene.load.add('slow', 'faulty');
      await scene.sleep(45_000);
      return { at: at + 40_000, what: '40 s after it arrived' };
    },
  },
  {
    name: 'slow-action',
    title: 'an action that takes 40 s for one task in a thousand',
    recoverWithinMs: limitMs,
    slow: 'actions',
    async happen(scene) {
      const at = scene.note('as since the beginning, some actions take 40 s');
      await scene.sleep(30_000);
      return { at, what: 'the middle of it' };
    },
  },
];
