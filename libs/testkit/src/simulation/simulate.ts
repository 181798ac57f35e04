/**
 * A whole mesh under faults, in one process and in virtual time: real agents, real Avro, log and state in memory. Everything that happens
 * follows from the plan.
 */
import { hash } from 'node:crypto';
import type { MemoryCluster } from '@muster/bus';
import type { Breach, Cast, Findings } from './cast.ts';
import { sharedCodec } from './codec.ts';
import { inflict } from './inflict.ts';
import { nameOf, type Plan } from './plan.ts';
import { rest, stuck } from './resting.ts';
import { seat, type Plant } from './seating.ts';
import { newWorld, topicNames } from './world.ts';

export interface Simulation extends Findings {
  /** Of everything that the log holds: the same plan gives the same. */
  readonly digest: string;
  readonly tookVirtualMs: number;
}

export type Simulate<P extends Plan> = (plan: P, plant?: Plant) => Promise<Simulation>;

/** Makes what runs the plans of a cast, one after the other. */
export function simulator<P extends Plan>(cast: Cast<P>): Simulate<P> {
  const codec = sharedCodec(topicNames(cast));
  return async (plan, plant) => {
    const { world, user } = await newWorld(plan, cast, codec);
    const { time, cluster, notes } = world;
    const beganAt = time.now();
    const stage = cast.stage(plan, world);
    const seating = seat(world, plan, stage, plant);
    const { seats } = seating;
    const hung: Breach[] = [];
    const hang = (what: string, reasons: readonly string[]): number =>
      hung.push(stuck(what, reasons, notes, time, cast.patienceMs));
    if (!(await time.until(() => seating.isReady, cast.patienceMs))) {
      const troubles = seats.map(({ place, running }) => `${nameOf(place)}: ${running?.trouble() ?? 'not there'}`);
      hang('the mesh did not become ready', troubles);
    }

    const { lastAt } = stage.begin(user);
    for (const fault of plan.faults) time.after(fault.at, () => inflict(world, seating, fault));
    const lastFaultAt = plan.faults.map((fault) => fault.at + ('forMs' in fault ? fault.forMs : 0));
    await time.until(() => false, Math.max(lastAt, ...lastFaultAt));
    const leftToDo = await rest({ time, seats, cluster, stage, cast }, plan);
    if (leftToDo.length > 0) hang('the mesh did not come to rest', leftToDo);

    const { violations, figures } = await stage.check(user);
    return {
      // What is still under way is not wrong yet.
      violations: hung.length > 0 ? hung : violations,
      figures,
      digest: digestOf(cluster, cast.topics),
      tookVirtualMs: time.now() - beganAt,
    };
  };
}

function digestOf(cluster: MemoryCluster, topics: readonly string[]): string {
  const lines = topics.flatMap((topic) =>
    cluster
      .read(topic)
      .map(({ partition, offset, timestamp, key }) =>
        [topic, partition, offset, timestamp, Buffer.from(key ?? []).toString()].join(' '),
      ),
  );
  return hash('sha1', lines.join('\n'), 'hex');
}
