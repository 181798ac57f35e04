/** What the recovery agent's actions do in the simulation: they reach the shop. */
import { z, type ActionIo, type AgentDefinition } from '@muster/agent';
import { fault, request, type Reach } from '../network.ts';
import type { Effect, Verification } from '../story.ts';
import type { Shop } from './shop.ts';

export interface ShopReach extends Reach {
  readonly shop: Shop;
  /** Verifications so far, told here. */
  readonly verifications: Verification[];
}

type Io = ActionIo<unknown>;

const named = z.object({ target: z.string() });
const pollMs = 2_000;

/** The agent with actions that act on the shop. What it says of them in its card stays. */
export function withHands(recovery: AgentDefinition, reach: ShopReach): AgentDefinition {
  const runs: Readonly<Record<string, (input: unknown, io: Io) => Promise<unknown>>> = {
    'recovery.restart': async (input: unknown, io) => {
      const { target } = named.parse(input);
      return answerOf(await request(reach, io, (call) => reach.shop.restart(target, call)));
    },
    'recovery.scale': async (input: unknown, io) => {
      const { target, instances } = named.extend({ instances: z.number() }).parse(input);
      return answerOf(await request(reach, io, (call) => reach.shop.scale(target, instances, call)));
    },
    'recovery.probe': async (input: unknown, io) => {
      const { target = 'shop' } = named.partial().parse(input);
      const isHealthy = await request(reach, io, () => reach.shop.isHealthy(target));
      return { isHealthy, status: isHealthy ? 200 : 500, latencyMs: 5, reason: isHealthy ? '' : 'it answers 500' };
    },
    'recovery.verify': (input: unknown, io) => verify(reach, input, io),
  };
  const actions = Object.entries(recovery.actions).map(([name, action]) => {
    const run = runs[name] ?? (() => Promise.reject(fault('PERMANENT', `${name} is not there in the simulation`)));
    return [name, { ...action, run }] as const;
  });
  return { ...recovery, actions: Object.fromEntries(actions) };
}

/** Health is looked at again and again, until it has lasted, or for too long. */
async function verify(reach: ShopReach, input: unknown, io: Io): Promise<object> {
  const wanted = named.extend({ healthyForMs: z.number().default(15_000), withinMs: z.number().default(120_000) });
  const { target, healthyForMs, withinMs } = wanted.parse(input);
  const until = Math.min(reach.world.time.now() + withinMs, io.deadline - 50);
  const tell = (isHealthy: boolean): number =>
    reach.verifications.push({ taskId: io.taskId, at: reach.world.time.now(), isHealthy });
  let healthySince: number | undefined;
  for (;;) {
    const now = reach.world.time.now();
    healthySince = reach.shop.isHealthy(target) ? (healthySince ?? now) : undefined;
    if (healthySince !== undefined && now - healthySince >= healthyForMs) {
      tell(true);
      return { isHealthy: true, healthyForMs: now - healthySince, probes: 1, badProbes: 0, latencyMs: 5 };
    }
    if (now >= until) {
      tell(false);
      throw fault('PERMANENT', `${target} was not well for ${healthyForMs} ms within ${withinMs} ms`);
    }
    await pause(reach, pollMs);
    if (io.signal.aborted) throw io.signal.reason;
  }
}

const answerOf = ({ target, before, after, isRepeat }: Effect): object => ({
  target,
  driver: 'process-keeper',
  before: { desired: before },
  after: { desired: after },
  isRepeat,
});

function pause({ machine }: ShopReach, ms: number): Promise<void> {
  return new Promise((resolve) => {
    machine.clock.after(ms, resolve);
  });
}
