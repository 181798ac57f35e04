/** How well tasks are understood by their words, on labelled examples. Run by hand: `node services/router/test/text-accuracy.ts`. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { settings } from '../src/settings.ts';
import { textIndex, type Described } from '../src/text-index.ts';

type Asks = Readonly<Record<string, readonly (readonly [text: string, capability: string | null])[]>>;

/** Of the texts that mean a capability: found, mistaken for another, missed; of the others: left alone, or taken to mean one. */
export interface Accuracy {
  readonly found: number;
  readonly mistaken: number;
  readonly missed: number;
  readonly leftAlone: number;
  readonly invented: number;
}

const read = (name: string): unknown => JSON.parse(readFileSync(join(import.meta.dirname, name), 'utf8'));
const skills = read('labelled-skills.json') as readonly ({
  readonly capability: string;
} & Described['skills'][number])[];
const asks = read('labelled-asks.json') as Asks;

/** Settings were chosen on the set `tuning` only. */
export function accuracyOn(set: string, confidence = settings.parse({}).confidence): Accuracy {
  const texts = textIndex(skills.map((skill) => ({ capability: skill.capability, skills: [{ ...skill, title: '' }] })));
  const counts = { found: 0, mistaken: 0, missed: 0, leftAlone: 0, invented: 0 };
  for (const [text, meant] of asks[set] ?? []) {
    const [best] = texts.find(text);
    const got = best !== undefined && best.confidence >= confidence ? best.capability : null;
    if (meant === null) counts[got === null ? 'leftAlone' : 'invented'] += 1;
    else counts[got === meant ? 'found' : got === null ? 'missed' : 'mistaken'] += 1;
  }
  return counts;
}

if (import.meta.main)
  for (const set of Object.keys(asks)) process.stdout.write(`${set}: ${JSON.stringify(accuracyOn(set))}\n`);
