import { parseArgs } from 'node:util';
import { faults } from './faults.ts';
import type { Fault } from './scene.ts';

export interface Options {
  readonly faults: readonly Fault[];
  readonly seconds: number;
  readonly rate: number;
  readonly keys: number;
  readonly seed: number;
  readonly keep: boolean;
}

export const help = `npm run chaos -- [--faults a,b] [--seconds 45] [--rate 300] [--keys 300] [--seed 1] [--keep]

Breaks a real mesh, one fault after the other, and looks whether it kept its promises: three brokers, a schema registry, Redis, two instances each of three
agents, all started anew for each fault, under load. Takes about a minute and a half a fault. Exits with 1 when a promise was broken.

  --faults   which ones, separated by commas; all by default
  --seconds  how long the load lasts at least
  --rate     metric samples a second; some four messages follow from each
  --keys     over so many keys
  --seed     of keys, timers and poison
  --keep     leaves logs and data in .muster/chaos

${faults.map(({ name, title }) => `  ${name.padEnd(20)} ${title}`).join('\n')}
`;

/** Undefined when help is asked for. Throws a sentence when something can't be meant. */
export function readOptions(args: readonly string[]): Options | undefined {
  const { values } = parseArgs({
    args: [...args],
    options: {
      faults: { type: 'string' },
      seconds: { type: 'string', default: '45' },
      rate: { type: 'string', default: '300' },
      keys: { type: 'string', default: '300' },
      seed: { type: 'string', default: '1' },
      keep: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return undefined;
  const numberOf = (name: 'seconds' | 'rate' | 'keys' | 'seed'): number => {
    const value = Number(values[name]);
    if (!(value > 0)) throw new Error(`--${name} takes a positive number, not ${values[name]}.`);
    return value;
  };
  return {
    faults: values.faults === undefined ? faults : values.faults.split(',').map(faultNamed),
    seconds: numberOf('seconds'),
    rate: numberOf('rate'),
    keys: numberOf('keys'),
    seed: numberOf('seed'),
    keep: values.keep,
  };
}

function faultNamed(name: string): Fault {
  const found = faults.find((fault) => fault.name === name.trim());
  if (found !== undefined) return found;
  throw new Error(`There is no fault "${name}"; there are ${faults.map((fault) => fault.name).join(', ')}.`);
}
