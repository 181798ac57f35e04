import { randomUUID } from 'node:crypto';
import type { Bus } from '@muster/bus';
import { messageOf } from '@muster/resilience';
import type { StateStore } from '@muster/state';
import type { Sensor } from './agent.ts';
import type { Clock } from './clock.ts';
import { withFacts, type Logger } from './logs.ts';
import type { Publication } from './outcome.ts';

export interface SensingOptions {
  readonly agent: string;
  readonly owner: string;
  readonly sensors: Readonly<Record<string, Sensor>>;
  readonly config: unknown;
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

/** Runs each sensor on its schedule, never twice at once. A sensor that fails is heard of in the log and senses again at its next time. */
export function sense({ agent, owner, sensors, config, bus, store, clock, log }: SensingOptions): Sensing {
  const abort = new AbortController();
  const running = new Set<Promise<void>>();
  const cancels = new Map<string, () => void>();

  const once = async (name: string, sensor: Sensor): Promise<void> => {
    const facts = { sensor: name };
    try {
      const isOurs =
        sensor.runsOn === 'instance' ||
        (await store.lease(`${agent}/${name}`, owner, Math.max(10_000, sensor.everyMs * 2)));
      if (!isOurs || abort.signal.aborted) return;
      const publications: readonly Publication[] = await sensor.sense({
        config,
        signal: abort.signal,
        now: clock.now,
        log: withFacts(log, facts),
      });
      if (publications.length > 0) await publishFresh(bus, agent, clock.now(), publications);
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
      await Promise.allSettled(
        Object.entries(sensors)
          .filter(([, { runsOn }]) => runsOn !== 'instance')
          .map(([name]) => store.release(`${agent}/${name}`, owner)),
      );
    },
  };
}
