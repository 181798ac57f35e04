/**
 * Group assignment for co-partitioning: a partition number belongs to one member for every topic of the group. Numbers
 * are spread evenly, and stay with the member that had them as far as that allows.
 */

/** The name the members of a group agree on; drivers that share it can share a group. */
export const ASSIGNER_NAME = 'muster-copartition';

/** What a member had in its last generation; `generation` is below 0 when it had none. */
export interface Held {
  readonly generation: number;
  readonly partitions: readonly number[];
}

export interface Claimant extends Held {
  readonly memberId: string;
}

/**
 * Deals the numbers `0..count-1` to members, each getting `count / members` of them, rounded up for some. A number goes to
 * the member that held it last (in the highest generation, where several claim it) unless that has its share already.
 */
export function dealNumbers(members: readonly Claimant[], count: number): ReadonlyMap<string, readonly number[]> {
  const inOrder = members.toSorted((a, b) => (a.memberId < b.memberId ? -1 : 1));
  const lastHolder = new Map<number, string>();
  for (const { memberId, partitions } of inOrder.toSorted((a, b) => a.generation - b.generation)) {
    for (const number of partitions) lastHolder.set(number, memberId);
  }
  const numbers = Array.from({ length: count }, (_, number) => number);
  const claims = inOrder
    .map(({ memberId }) => ({ memberId, held: numbers.filter((number) => lastHolder.get(number) === memberId) }))
    .toSorted((a, b) => b.held.length - a.held.length);

  const dealt = new Map(
    claims.map(({ memberId, held }, rank) => {
      const share = Math.floor(count / claims.length) + (rank < count % claims.length ? 1 : 0);
      return [memberId, held.slice(0, share)];
    }),
  );
  const kept = new Set([...dealt.values()].flat());
  for (const number of numbers) {
    if (kept.has(number)) continue;
    const poorest = [...dealt.values()].reduce((a, b) => (b.length < a.length ? b : a));
    poorest.push(number);
  }
  return dealt;
}

export interface JoinedMember extends Claimant {
  readonly topics: readonly string[];
}

/**
 * What each member gets of each of its topics.
 *
 * @param partitionsOf number of partitions of a topic; 0 when there is none
 */
export function assignTopics(
  members: readonly JoinedMember[],
  partitionsOf: (topic: string) => number,
): ReadonlyMap<string, Readonly<Record<string, number[]>>> {
  const widest = Math.max(0, ...members.flatMap(({ topics }) => topics.map(partitionsOf)));
  const dealt = dealNumbers(members, widest);
  return new Map(
    members.map(({ memberId, topics }) => [
      memberId,
      Object.fromEntries(
        topics.map((topic) => [topic, dealt.get(memberId)!.filter((number) => number < partitionsOf(topic))]),
      ),
    ]),
  );
}

/**
 * What a member sends along when it joins. It carries the generation, so that joining again always begins a new one: Kafka
 * repeats the old for unchanged metadata.
 */
export const encodeHeld = (held: Held): Buffer => Buffer.from(JSON.stringify(held));

export function decodeHeld(bytes: Uint8Array | undefined): Held {
  try {
    const { generation, partitions } = JSON.parse(Buffer.from(bytes ?? []).toString()) as Held;
    return { generation, partitions };
  } catch {
    return { generation: -1, partitions: [] };
  }
}
