import type { Outgoing } from '@muster/bus';

export type SampleMessage = Outgoing<'muster.metrics.v1'>;

/** A sample as a user publishes it. */
export function sampleMessage(facts: {
  readonly id: string;
  readonly name: string;
  readonly value: number;
  readonly unit: string;
}): SampleMessage {
  const { id, name, value, unit } = facts;
  const now = Date.now();
  return {
    topic: 'muster.metrics.v1',
    value: { target: 'chaos', name, value, unit, at: now },
    envelope: { id, time: now, source: 'chaos', correlationId: id, causationId: null },
  };
}
