import { decodeKeyRecord, type StateStore } from '@muster/state';

/** Newer than any generation that a group comes to. */
const generation = 2 ** 31;

/** The states that one handler of an agent has stored, by key. Takes the partitions away from whoever has them: the agent must have ended. */
export async function readStates<S>(
  store: StateStore,
  { agent, handler, partitions }: { readonly agent: string; readonly handler: string; readonly partitions: number },
): Promise<Map<string, S>> {
  const states = new Map<string, S>();
  for (let partition = 0; partition < partitions; partition += 1) {
    const ownership = { agent, partition, generation, owner: 'reader' };
    const names = (await store.keys(agent, partition)).filter((name) => name.startsWith(`${handler}/`));
    if (names.length === 0) continue;
    const opened = await store.open(ownership, { force: true });
    if (opened.kind !== 'open') throw new Error(`partition ${partition} of ${agent} can't be read: ${opened.kind}`);
    const loaded = await store.load(ownership, opened.sequence, names);
    if (loaded.kind !== 'loaded') throw new Error(`partition ${partition} of ${agent} can't be read: ${loaded.kind}`);
    for (const [index, name] of names.entries()) {
      const bytes = loaded.entries[index];
      if (bytes) states.set(name.slice(handler.length + 1), decodeKeyRecord(bytes).state as S);
    }
  }
  return states;
}
