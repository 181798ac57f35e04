/** The places of a mesh, and the processes that sit in them one after the other. */
import { startAgent, type AgentDefinition, type AgentEnvironment, type RunningAgent } from '@muster/agent';
import type { Stage } from './cast.ts';
import { machine, type Machine } from './machine.ts';
import { nameOf, type Place, type Plan } from './plan.ts';
import type { Random } from './random.ts';
import { simulatedSideThread } from './side-thread.ts';
import type { World } from './world.ts';

export interface Seat {
  readonly place: Place;
  machine: Machine | undefined;
  running: RunningAgent | undefined;
  /** Processes that sat here so far. */
  count: number;
}

/** Breaks what keeps the promise, to show that the checker sees it. */
export type Plant = (agent: Planted, random: Random) => Planted;
export interface Planted {
  readonly environment: AgentEnvironment;
  readonly definition: AgentDefinition;
}

export interface Seating {
  readonly seats: readonly Seat[];
  seatOf(place: Place): Seat;
  /** The process is gone; the next one comes after so many ms. */
  leave(seat: Seat, forMs: number): void;
  readonly isReady: boolean;
}

export function seat(world: World, plan: Plan, stage: Stage, plant: Plant | undefined): Seating {
  const { time, random, codec } = world;
  const seats = plan.places.map((place): Seat => ({ place, machine: undefined, running: undefined, count: 0 }));

  const sit = (empty: Seat): void => {
    const { place } = empty;
    empty.count += 1;
    const instance = `${nameOf(place)}.${empty.count}`;
    const made = machine({ name: instance, ...world });
    const { definition, config } = stage.play(place, made);
    const environment = {
      bus: codec.busOn(made.log),
      store: made.store,
      config,
      instance,
      clock: made.clock,
      commitEveryMs: plan.commitEveryMs,
      storeAtOnce: plan.storeAtOnce,
      sideThread: simulatedSideThread(definition, made, random),
    };
    const agent = plant?.({ environment, definition }, random) ?? { environment, definition };
    empty.machine = made;
    void start();

    async function start(): Promise<void> {
      const running = await startAgent(agent.definition, agent.environment);
      if (empty.machine === made) empty.running = running;
    }
  };

  for (const each of seats) sit(each);
  return {
    seats,
    seatOf({ agent, index }) {
      const found = seats.find(({ place }) => place.agent === agent && place.index === index);
      if (found === undefined) throw new Error(`the plan has no place ${agent}-${index}`);
      return found;
    },
    leave(left, forMs) {
      left.machine = undefined;
      left.running = undefined;
      time.after(forMs, () => sit(left));
    },
    get isReady() {
      return seats.every(({ running }) => running !== undefined && running.trouble() === undefined);
    },
  };
}
