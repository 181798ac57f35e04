import type { Bus, Message, NewRecord, Outgoing } from '@muster/bus';
import { deriveId } from './derived-id.ts';
import type { Publication } from './outcome.ts';

export interface Cause {
  readonly agent: string;
  readonly hearer: string;
  readonly inputId: string;
  /** The message that was handled; none for a wake. */
  readonly cause: Message | undefined;
  /** When it is published, epoch ms. Not the time the handler lives in: that may be long past in a rebuild. */
  readonly time: number;
}

/**
 * The messages that a handler's publications become, with ids that follow from the input: the same input makes the same messages. The
 * runtime's own handlers may say what caused a message when it is not their input.
 */
export function outgoingOf(
  publications: readonly Publication[],
  { agent, hearer, inputId, cause, time }: Cause,
): Outgoing[] {
  return publications.map(
    ({ correlationId, causationId, ...publication }: Publication & { causationId?: string }, index) => {
      const id = deriveId(inputId, agent, hearer, index);
      const envelope = {
        id,
        time,
        source: agent,
        correlationId: correlationId ?? cause?.value.envelope.correlationId ?? id,
        causationId: causationId ?? cause?.id ?? null,
      };
      return { ...publication, envelope };
    },
  );
}

/** The records of what a handler publishes. Throws an InvalidMessageError when one of them can't be published. */
export function recordsOf(bus: Bus, publications: readonly Publication[], cause: Cause): NewRecord[] {
  return outgoingOf(publications, cause).map((message) => bus.encode(message));
}
