/** The bugs that the promise is most often broken by, planted from outside, so that it can be seen that the simulation finds them. */
import type { AgentDefinition } from '@muster/agent';
import type { Ownership, StateStore } from '@muster/state';
import type { Planted, Plant } from './seating.ts';

const withStore = (
  { environment, definition }: Planted,
  change: (store: StateStore) => Partial<StateStore>,
): Planted => {
  const { store } = environment;
  return { environment: { ...environment, store: { ...store, ...change(store) } }, definition };
};

/** What was decided is not stored with the state: a crash before it left loses it. */
const storedBeforePublished: Plant = (agent) =>
  withStore(agent, (store) => ({
    commit: (ownership, sequence, change) => store.commit(ownership, sequence, { ...change, outbox: new Map() }),
  }));

/** The log's word is not waited for. */
const acknowledgementIgnored: Plant = ({ environment, definition }) => {
  const { bus } = environment;
  const log = {
    ...bus.log,
    append: (records: Parameters<typeof bus.log.append>[0]) => {
      bus.log.append(records).catch(() => undefined);
      return Promise.resolve();
    },
  };
  return { environment: { ...environment, bus: { ...bus, log } }, definition };
};

/** A message that is made again is another message. */
const idsNotDerived: Plant = ({ environment, definition }, random) => {
  const { bus } = environment;
  const encode: typeof bus.encode = (message) => {
    const id = `${random.below(2 ** 30)}-${random.below(2 ** 30)}`;
    return bus.encode({ ...message, envelope: { ...message.envelope, id } });
  };
  return { environment: { ...environment, bus: { ...bus, encode } }, definition };
};

/** Whoever writes is let in: an owner that lost its partition goes on. */
const noFencing: Plant = (agent) =>
  withStore(agent, (store) => {
    const anyone = ({ agent: name, partition }: Ownership): Ownership => ({
      agent: name,
      partition,
      generation: 1,
      owner: 'anyone',
    });
    const opened = async (ownership: Ownership) => {
      const result = await store.open(anyone(ownership), { force: true });
      if (result.kind !== 'open') throw new Error('a forced open was refused');
      return result;
    };
    return {
      open: opened,
      load: async (ownership, _sequence, keys) =>
        store.load(anyone(ownership), (await opened(ownership)).sequence, keys),
      async commit(ownership, sequence, change) {
        await store.commit(anyone(ownership), (await opened(ownership)).sequence, change);
        return { kind: 'committed', sequence: sequence + 1 };
      },
    };
  });

/** A second copy is handled like the first one. */
const seenIdsForgotten: Plant = ({ environment, definition }) => {
  const handlers: AgentDefinition['handlers'] = Object.fromEntries(
    Object.entries(definition.handlers).map(([name, handler]) => [name, { ...handler, seenIds: 0 }] as const),
  );
  return { environment, definition: { ...definition, handlers } };
};

export const plantedBugs: Readonly<Record<string, Plant>> = {
  'state stored before its outputs are safe': storedBeforePublished,
  'acknowledgement of the log ignored': acknowledgementIgnored,
  'ids not derived from the input': idsNotDerived,
  'no fencing': noFencing,
  'seen ids forgotten': seenIdsForgotten,
};
