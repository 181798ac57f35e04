/** A plan in which the state store goes back again and again while changes are decided: outputs have left, and the state behind them has not happened. */
import { randomFrom, type Cast, type Plan, type Random } from '@muster/testkit';
import { loopAgents } from './agents.ts';
import { loopCast } from './loop-cast.ts';
import { loopPlanOf, targets, type LoopPlan } from './loop-plan.ts';

type Fault = Plan['faults'][number];

/** The agents of the loop, with approval's state in trouble. */
export const rewoundCast: Cast<LoopPlan> = { ...loopCast, planOf: rewoundPlanOf };

/** As `loopPlanOf`, with nothing but requests for changes and flags, and with approval as the agent that is hit. */
function rewoundPlanOf(seed: number): LoopPlan {
  const random = randomFrom(seed + 2 ** 33);
  const plan = loopPlanOf(
    seed,
    loopAgents.map(({ name }) => name),
  );
  const places = plan.places.filter(({ agent }) => agent === 'approval');
  const requests = Array.from({ length: 12 }, (_, index) => ({
    at: random.between(0, 40_000),
    changeId: `chg-${index}`,
    action: random.pick(['restart', 'scale'] as const),
    target: random.pick(targets),
    requestedBy: 'ada',
    blastRadius: random.pick([0.1, 0.3, 0.9]),
    expiresInMs: random.pick([5_000, 30_000, 60_000]),
    // Some are asked for twice.
    ...(index % 4 === 0 && { againAfterMs: 20_000 }),
  }));
  const faults = Array.from({ length: 14 }, () => faultOf(random, random.pick(places)));
  faults.sort((a, b) => a.at - b.at);
  return { ...plan, faults, requests, breaks: [], runs: [], tasks: [], nuisances: [] };
}

function faultOf(random: Random, place: Plan['places'][number]): Fault {
  const at = random.between(0, 70_000);
  const luck = random.next();
  if (luck < 0.45) return { at, kind: 'store rewound', commits: 1 + random.below(random.pick([3, 10, 40])) };
  if (luck < 0.55) return { at, kind: 'store flushed' };
  if (luck < 0.75) {
    return { at, kind: 'crash', place, event: 1 + random.below(40), forMs: random.between(1, 3_000) };
  }
  if (luck < 0.85) return { at, kind: 'rebalance', agent: 'approval' };
  if (luck < 0.93) return { at, kind: 'store away', forMs: random.between(100, 5_000) };
  return { at, kind: 'pause', place, forMs: random.between(100, 8_000) };
}
