/**
 * Finds what is meant by words: BM25 (Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond", 2009) over what skills say of
 * themselves, with fields weighted before saturation (BM25F), and a confidence.
 */
import type { Skill } from '@muster/schemas';
import { editDistance } from './edit-distance.ts';
import { wordsOf } from './words.ts';

export interface Match {
  readonly capability: string;
  /** 0 to 1. */
  readonly confidence: number;
  /** The words that speak for it, the weightiest first. */
  readonly words: readonly string[];
}

export interface TextIndex {
  /** The best three, the best first. The same text is looked up once. */
  find(text: string): readonly Match[];
}

export interface Described {
  readonly capability: string;
  /** As each of the agents that offer it describes it. */
  readonly skills: readonly Pick<Skill, 'title' | 'description' | 'tags' | 'examples'>[];
}

const saturation = 1.2;
const lengthNormalisation = 0.4;
/** A word that nobody uses to describe a skill is often the name of a target: it says less against a match than a known one that does not fit. */
const unknownShare = 0.4;
/** One word in passing, such as an example's, is thin: by itself it is never enough. */
const thinShare = 0.35;
const mostRemembered = 1_000;
const longestText = 2_000;

interface Document {
  readonly capability: string;
  /** word -> how often, by weight of the fields it stands in */
  readonly words: ReadonlyMap<string, number>;
  /** Those of its name and tags, which were chosen to find it by. */
  readonly names: ReadonlySet<string>;
  readonly length: number;
}

export function textIndex(described: readonly Described[]): TextIndex {
  const documents = described.map(documentOf);
  const meanLength = documents.reduce((sum, { length }) => sum + length, 0) / Math.max(1, documents.length);
  const holders = new Map<string, number>();
  for (const { words } of documents) for (const word of words.keys()) holders.set(word, (holders.get(word) ?? 0) + 1);
  const rarity = (word: string): number => {
    const count = holders.get(word) ?? 0;
    return Math.log(1 + (documents.length - count + 0.5) / (count + 0.5));
  };
  const remembered = new Map<string, readonly Match[]>();

  const find = (text: string): readonly Match[] => {
    const asked = new Set(wordsOf(text.slice(0, longestText)));
    const known = [...asked].map((word) => (holders.has(word) ? word : (misspelt(word, holders) ?? word)));
    const wanted = known.reduce((sum, word) => sum + (holders.has(word) ? 1 : unknownShare) * rarity(word), 0);
    const scored = documents
      .map((document) => {
        const parts = known
          .map((word) => ({ word, part: partOf(word, document, rarity(word), meanLength) }))
          .filter(({ part }) => part > 0)
          .toSorted((a, b) => b.part - a.part);
        const score = parts.reduce((sum, { part }) => sum + part, 0);
        const covered = parts.reduce((sum, { word }) => sum + rarity(word), 0) / wanted;
        const [first] = parts;
        const isThin = parts.length === 1 && first !== undefined && !document.names.has(first.word);
        const words = parts.map(({ word }) => word);
        return { capability: document.capability, score, covered: isThin ? covered * thinShare : covered, words };
      })
      .filter(({ score }) => score > 0)
      .toSorted((a, b) => b.score - a.score || (a.capability < b.capability ? -1 : 1));
    return scored.slice(0, 3).map(({ capability, score, covered, words }, index) => {
      const rival = scored[index === 0 ? 1 : 0]?.score ?? 0;
      return { capability, words: words.slice(0, 5), confidence: confidenceOf(covered, score, rival) };
    });
  };

  return {
    find(text) {
      const known = remembered.get(text);
      if (known !== undefined) return known;
      if (remembered.size >= mostRemembered) remembered.clear();
      const matches = find(text);
      remembered.set(text, matches);
      return matches;
    },
  };
}

/**
 * How much of what was asked the best one covers, and how far it is ahead of the next. A text of which half is known and points one way is a match; one
 * that points two ways, or of which little is known, is none.
 */
function confidenceOf(covered: number, score: number, rival: number): number {
  const ahead = score <= 0 ? 0 : Math.max(0, (score - rival) / score);
  return covered * (0.4 + 0.6 * ahead ** 0.5);
}

function partOf(word: string, { words, length }: Document, rarity: number, meanLength: number): number {
  const often = words.get(word);
  if (often === undefined) return 0;
  const normal = 1 - lengthNormalisation + (lengthNormalisation * length) / meanLength;
  return (rarity * often * (saturation + 1)) / (often + saturation * normal);
}

function documentOf({ capability, skills }: Described): Document {
  const words = new Map<string, number>();
  const add = (text: string, weight: number): void => {
    for (const word of wordsOf(text)) words.set(word, (words.get(word) ?? 0) + weight);
  };
  add(capability.replaceAll(/[.-]/g, ' '), 2);
  for (const { title, tags } of skills) for (const name of [title, ...tags]) add(name, 1.5 / skills.length);
  const names = new Set(words.keys());
  for (const { description, examples } of skills) {
    add(description, 1 / skills.length);
    // Some give inputs as examples: names of targets in them say nothing of what the capability does.
    for (const example of examples) if (!/^\s*[[{]/.test(example)) add(example, 1 / skills.length);
  }
  return { capability, words, names, length: [...words.values()].reduce((sum, often) => sum + often, 0) };
}

/** A known word that differs by one character, where the word is long enough for that to be a slip. */
function misspelt(word: string, known: ReadonlyMap<string, unknown>): string | undefined {
  if (word.length < 5) return undefined;
  for (const each of known.keys())
    if (Math.abs(each.length - word.length) <= 1 && editDistance(each, word) === 1) return each;
  return undefined;
}
