/** How long it took until outputs came as quickly again as before a fault. */
import type { Message } from '@muster/bus';
import type { Trial } from '@muster/testkit';

/** An output, and how long it came after its input. */
export interface Passage {
  /** Where the input was handled: one agent's handling of one topic. */
  readonly hop: string;
  /** When the input was there, epoch ms. */
  readonly from: number;
  /** When the log took in the output, epoch ms. */
  readonly to: number;
}

/**
 * The outputs that were caused by a message, first copies only. An input of the mesh counts from when it should have been sent, so a log that
 * takes nothing in counts too.
 */
export function passagesOf(trial: Trial, wantedAt: ReadonlyMap<string, number>): Passage[] {
  const inputs = new Map<string, { readonly topic: string; readonly from: number }>();
  const all = trial.records.flatMap((each): Message[] => (each.kind === 'message' ? [each.message] : []));
  for (const { id, topic, timestamp } of all)
    if (!inputs.has(id)) inputs.set(id, { topic, from: wantedAt.get(id) ?? timestamp });
  const seen = new Set<string>();
  return all.flatMap(({ id, topic, timestamp, value }) => {
    const { causationId } = value.envelope;
    const input = causationId === null ? undefined : inputs.get(causationId);
    if (input === undefined || seen.has(id)) return [];
    seen.add(id);
    return [{ hop: `${input.topic} -> ${topic}`, from: input.from, to: timestamp }];
  });
}

export interface Recovery {
  /** From the given moment to when the last output came that a fault had delayed; 0 when none was delayed after it. */
  readonly ms: number;
  /** The longest that an output came after its input, from shortly before the fault on. */
  readonly worstMs: number;
  /** 99 of 100 outputs came within so long before the fault. */
  readonly usualMs: number;
}

/** Later than this counts as delayed, whatever was usual. */
const delayedMs = 1_000;
/** A quiet so long ends what a fault did; what is late after it has another reason. */
const quietMs = 6_000;

/**
 * @param faultAt when the fault began, epoch ms; what came in the five seconds before says what is usual
 * @param countFrom what recovery is counted from: the same, or the end of a fault that was lifted
 */
export function recoveryOf(passages: readonly Passage[], faultAt: number, countFrom: number): Recovery {
  const before = passages.filter(({ from, to }) => from >= faultAt - 5_000 && to < faultAt);
  const usual = new Map([...Map.groupBy(before, ({ hop }) => hop)].map(([hop, of]) => [hop, p99(of.map(lengthOf))]));
  const after = passages.filter(({ to }) => to >= faultAt).sort((a, b) => a.from - b.from);
  let until = countFrom;
  for (const passage of after) {
    const allowed = Math.max(delayedMs, 2 * (usual.get(passage.hop) ?? 0));
    if (lengthOf(passage) <= allowed || passage.from + allowed > until + quietMs) continue;
    until = Math.max(until, passage.to);
  }
  return {
    ms: until - countFrom,
    worstMs: Math.max(0, ...after.map(lengthOf)),
    usualMs: p99(before.map(lengthOf)),
  };
}

const lengthOf = ({ from, to }: Passage): number => to - from;

function p99(lengths: readonly number[]): number {
  return lengths.toSorted((a, b) => a - b)[Math.ceil(lengths.length * 0.99) - 1] ?? 0;
}
