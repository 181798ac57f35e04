import { heardTopics, type AgentDefinition } from '@muster/agent';
import type { MemoryCluster } from '@muster/bus';
import type { Breach, Cast, Stage } from './cast.ts';
import { nameOf, type Plan } from './plan.ts';
import type { Seat } from './seating.ts';
import type { VirtualTime } from './virtual-time.ts';

interface Resting {
  readonly time: VirtualTime;
  readonly seats: readonly Seat[];
  readonly cluster: MemoryCluster;
  readonly stage: Stage;
  readonly cast: Pick<Cast<Plan>, 'agents' | 'quietMs' | 'patienceMs'>;
}

/** Waits until nothing has been left to do for as long as the cast wants it; says what there is if that never comes. */
export async function rest({ time, seats, cluster, stage, cast }: Resting, plan: Plan): Promise<readonly string[]> {
  const skewMs = Math.max(0, ...plan.faults.map((fault) => (fault.kind === 'clock' ? Math.abs(fault.byMs) : 0)));
  let quietSince: number | undefined;
  function* behind(agent: AgentDefinition): Generator<string> {
    const positions = new Map(
      seats.flatMap(({ place, running }) =>
        place.agent === agent.name && running !== undefined ? [...running.positions()] : [],
      ),
    );
    for (const topic of heardTopics(agent)) {
      const isOpen = cluster
        .read(topic)
        .some(({ partition, offset }) => (positions.get(`${topic}/${partition}`) ?? -1) <= offset);
      if (isOpen) yield `${agent.name} is not through ${topic}`;
    }
  }
  // One reason is enough to wait: those that are quickly found come first, and the rest is not looked at.
  function* leftToDo(): Generator<string> {
    yield* stage.leftToDo();
    for (const { place, running } of seats) {
      const trouble = running === undefined ? 'not there' : running.trouble();
      if (trouble !== undefined || running === undefined) {
        yield `${nameOf(place)}: ${trouble}`;
        continue;
      }
      const { tasks } = running.vitals();
      if (running.inFlight() + tasks > 0) yield `${nameOf(place)}: ${running.inFlight()} in flight, ${tasks} tasks`;
    }
    for (const agent of cast.agents) yield* behind(agent);
  }
  const look = (): boolean => {
    quietSince = leftToDo().next().done === true ? (quietSince ?? time.now()) : undefined;
    return quietSince !== undefined && time.now() - quietSince >= cast.quietMs + skewMs;
  };
  return (await time.until(look, cast.patienceMs, 500)) ? [] : [...leftToDo()];
}

/** The end of a mesh that never comes to rest. */
export function stuck(
  what: string,
  reasons: readonly string[],
  notes: readonly { at: number; text: string }[],
  time: VirtualTime,
  patienceMs: number,
): Breach {
  const told = notes.map(({ at, text }) => `${String(at - time.now()).padStart(8)} ms  *** ${text}`);
  const sentence = `${what} within ${patienceMs / 60_000} minutes`;
  return { kind: 'stuck', agent: 'mesh', key: '', sentence, history: [...told, ...reasons] };
}
