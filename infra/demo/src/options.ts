import { parseArgs } from 'node:util';
import type { Scenario } from './scenario.ts';
import { scenarioNamed, scenarioNames, usualScenario } from './scenario-list.ts';

export type Options =
  | { readonly kind: 'run'; readonly isOnce: boolean; readonly scenario: Scenario }
  | { readonly kind: 'help' }
  | { readonly kind: 'wrong'; readonly sentence: string };

const usual = usualScenario.name;
const list = scenarioNames.map((name) => `    ${name.padEnd(15)} ${scenarioNamed(name)!.title}`);

export const usage = `npm start [-- --once] [--scenario <name>]

Starts a real Kafka, schema registry and Redis on this machine, every agent of the
mesh as a process of its own, and a small web shop under load that publishes its
metrics. When the mesh knows the shop, something happens to the shop: watch the mesh
find it, decide what may be done, do it, and check that it helped. Everything stays
up until Ctrl-C.

  --scenario <name>   what happens; ${usual} unless said otherwise
${list.join('\n')}
  --once              ends by itself. Exit code 0: all that was to be seen came, each in
                      its time, and nothing was reported before. 1: something did not,
                      and a sentence says what.
  --help              this text

The servers begin empty: what an earlier mesh stored in .muster/dev is dropped. Name
your own with KAFKA_BROKERS, SCHEMA_REGISTRY_URL and REDIS_URL to use those instead,
and another folder with MUSTER_DATA_DIR. Only 127.0.0.1 is listened on.`;

/** Reads the command line. */
export function readOptions(args: readonly string[]): Options {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        once: { type: 'boolean', default: false },
        scenario: { type: 'string', default: usual },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
    if (values.help) return { kind: 'help' };
    const { once: isOnce } = values;
    const scenario = scenarioNamed(values.scenario);
    if (scenario === undefined) {
      const sentence = `There is no scenario "${values.scenario}": there are ${scenarioNames.join(', ')}.`;
      return { kind: 'wrong', sentence };
    }
    return { kind: 'run', isOnce, scenario };
  } catch {
    return {
      kind: 'wrong',
      sentence: `npm start -- ${args.join(' ')} is not understood: there are --once, --scenario <name> and --help.`,
    };
  }
}
