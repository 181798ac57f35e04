import { parseArgs } from 'node:util';

export type Options =
  | { readonly kind: 'run'; readonly isOnce: boolean }
  | { readonly kind: 'help' }
  | { readonly kind: 'wrong'; readonly sentence: string };

export const usage = `npm start [-- --once]

Starts a real Kafka, schema registry and Redis on this machine, every agent of the
mesh as a process of its own, and a small web shop under load that publishes its
metrics. When the mesh knows the shop, the shop's checkout is broken: watch the alert
fire, and be resolved after the repair. Everything stays up until Ctrl-C.

  --once   ends by itself after the alert is resolved. Exit code 0: the fault was
           found and its end too, and nothing was reported before. 1: it was not.
  --help   this text

The servers begin empty: what an earlier mesh stored in .muster/dev is dropped. Name
your own with KAFKA_BROKERS, SCHEMA_REGISTRY_URL and REDIS_URL to use those instead,
and another folder with MUSTER_DATA_DIR. Only 127.0.0.1 is listened on.`;

/** Reads the command line. */
export function readOptions(args: readonly string[]): Options {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: { once: { type: 'boolean', default: false }, help: { type: 'boolean', short: 'h', default: false } },
    });
    return values.help ? { kind: 'help' } : { kind: 'run', isOnce: values.once };
  } catch {
    return {
      kind: 'wrong',
      sentence: `npm start -- ${args.join(' ')} is not understood: there are --once and --help.`,
    };
  }
}
