import type { Bus } from '@muster/bus';
import { unitOf } from '../trial/subjects.ts';
import type { TrialInput } from '../trial/trial.ts';
import type { PlannedSample } from './subject-plan.ts';
import type { World } from './world.ts';

/** A client that repeats, with the same id, until the log says that it has it. */
export function publishAll(
  samples: readonly PlannedSample[],
  user: Bus,
  { time, random }: World,
): (TrialInput & { isSure: boolean })[] {
  return samples.map(({ at, name, kind, delayMs, againAfterMs }, index) => {
    const id = `s${index}`;
    const input = { id, key: `shop/${name}`, kind, isSure: false };
    const publish = (): void => {
      const envelope = { id, time: time.now(), source: 'user', correlationId: id, causationId: null };
      const unit = kind === 'garbage' ? unitOf.good : unitOf[kind];
      const value = { target: 'shop', name, value: delayMs, unit, at: time.now() };
      const record = user.encode({ topic: 'muster.metrics.v1', value, envelope });
      user.log.append([kind === 'garbage' ? { ...record, value: Buffer.from('not Avro') } : record]).then(
        () => (input.isSure = true),
        () => time.after(random.between(10, 200), publish),
      );
    };
    time.after(at, publish);
    if (againAfterMs !== undefined) time.after(at + againAfterMs, publish);
    return input;
  });
}
