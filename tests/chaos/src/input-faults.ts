import { registerNewer } from './newer-schema.ts';
import type { Fault } from './scene.ts';

const limitMs = 10_000;

export const inputFaults: readonly Fault[] = [
  {
    name: 'none',
    title: 'nothing at all, to compare with',
    recoverWithinMs: limitMs,
    happen: ({ note }) => Promise.resolve({ at: note('nothing happens'), what: 'nothing' }),
  },
  {
    name: 'poison',
    title: '1 % of the inputs are no messages, or none that a handler can bear',
    recoverWithinMs: limitMs,
    poison: 0.01,
    happen: ({ note }) =>
      Promise.resolve({ at: note('as since the beginning, 1 % of the inputs are poison'), what: 'the middle of it' }),
  },
  {
    name: 'schema-change',
    title: 'a newer version of the input is registered, and written from then on',
    recoverWithinMs: limitMs,
    async happen({ cluster, bus, load, note }) {
      load.encodeBy(await registerNewer(cluster.stack.schemaRegistryUrl, bus));
      return { at: note('samples are written by a newer version'), what: 'the first such sample' };
    },
  },
];
