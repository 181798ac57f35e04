import { randomUUID } from 'node:crypto';
import type { Bus } from '@muster/bus';
import { messageOf } from '@muster/resilience';
import type { StateStore } from '@muster/state';
import type { Sensor } from './agent.ts';
import type { Clock } from './clock.ts';
import { heldLease } from './held-lease.ts';
import type { AnyContext } from './lane.ts';
import { withFacts, type Logger } from './logs.ts';
import type { Publication } from './outcome.ts';

export interface SensingOptions {
  readonly agent: string;
  readonly owner: string;
  readonly sensors: Readonly<Record<string, Sensor>>;
  readonly config: unknown;
  readonly tables: AnyContext['tables'];
  readonly bus: Bus;
  readonly store: StateStore;
  readonly clock: Clock;
  readonly log: Logger;
}

export interface Sensing {
  stop(): Promise<void>;
}

/** Publishes what did not come from a handler: fresh ids, one piece of work each unless it says otherwise. */
export function publishFresh(
  bus: Bus,
  source: string,
  now: number,
  publications: readonly Publication[],
): Promise<void> {
  return bus.publish(
    publications.map(({ correlationId, ...publication }) => {
      const id = randomUUID();
      return {
        ...publication,
        envelope: { id, time: now, source, correlationId: correlationId ?? id, causationId: null },
      };
    }),
  );
}

const leastLeaseMs = 10_000;

/** Runs each sensor on its schedule, never twice at once. A sensor that fails is heard of in the log and senses again at its next time. */
export function sense({ agent, owner, sensors, config, tables, bus, store, clock, log }: SensingOptions): Sensing {
  const abort = new AbortController();
  const running = new Set<Promise<void>>();
  const cancels = new Map<string, () => void>();
  const { now } = clock;
  const leases = new Map(
    Object.entries(sensors)
      .filter(([, { runsOn }]) => runsOn !== 'instance')
      .map(([name, { everyMs }]) => {
        const durationMs = Math.max(leastLeaseMs, everyMs * 2);
        return [name, heldLease({ store, name: `${agent}/${name}`, owner, durationMs, now })];
      }),
  );

  const once = async (name: string, sensor: Sensor): Promise<void> => {
    const facts = { sensor: name };
    const io = { config, tables, signal: abort.signal, now, log: withFacts(log, facts) };
    const lease = leases.get(name);
    try {
      if (sensor.isNeeded?.(io) === false) return await lease?.release();
      const isOurs = lease === undefined || (await lease.hold());
      if (!isOurs || abort.signal.aborted) return;
      const publications: readonly Publication[] = await sensor.sense(io);
      if (publications.length > 0) await publishFresh(bus, agent, now(), publications);
    } catch (error) {
      if (!abort.signal.aborted)
        log.warn({ ...facts, fault: messageOf(error) }, 'a sensor failed; it senses again at its next time');
    }
  };

  const schedule = (name: string, sensor: Sensor, delayMs: number): void => {
    cancels.set(
      name,
      clock.after(delayMs, () => {
        const startedAt = clock.now();
        const run = once(name, sensor).finally(() => {
          running.delete(run);
          if (!abort.signal.aborted) schedule(name, sensor, Math.max(0, sensor.everyMs - (clock.now() - startedAt)));
        });
        running.add(run);
      }),
    );
  };

  for (const [name, sensor] of Object.entries(sensors)) schedule(name, sensor, 0);
  return {
    async stop() {
      abort.abort(new Error('the agent is stopping'));
      for (const cancel of cancels.values()) cancel();
      await Promise.allSettled(running);
      await Promise.allSettled([...leases.values()].map((lease) => lease.release()));
    },
  };
}
