import type { Task } from '@muster/schemas';
import type { Directory, Offer } from './directory.ts';
import { nearestNames } from './edit-distance.ts';
import { listed, unroutable, type Refusal } from './refusal.ts';

/** What a task turns out to ask for. */
export interface Wish {
  /** Names the capability, and has its input. */
  readonly task: Task;
  readonly offers: readonly Offer[];
  /** How that was found out, where the task did not say; else empty. */
  readonly reason: string;
}

/**
 * The capability that a task names; or, where it names none ('' or 'any') or an unknown one, that which is meant by the `ask` of its input:
 * `{"ask": "restart the shop", "with": {"target": "shop"}}`, where `with` becomes the input. A task that names no capability is also understood by its `reason`.
 * One that names an unknown capability never is: a slip of the pen must not become another action.
 */
export function wishOf(task: Task, directory: Directory, confidence: number): Wish | Refusal {
  const offers = directory.offers.get(task.capability);
  if (offers !== undefined) return { task, offers, reason: '' };
  const isOpen = task.capability === '' || task.capability === 'any';
  const { ask, input } = askOf(task);
  const text = ask ?? (isOpen ? task.reason : '');
  if (text.trim() !== '') return meant(task, text, input, directory, confidence);
  const known = [...directory.offers.keys()];
  if (isOpen)
    return unroutable('NothingAsked', 'the task names no capability and does not say what is wanted', {
      nearest: [],
    });
  const nearest = nearestNames(task.capability, known);
  const hint = nearest.length > 0 ? `the nearest are ${nearest.join(', ')}` : `there are ${listed(known.toSorted())}`;
  return unroutable(
    'UnknownCapability',
    `nobody offers ${task.capability}; ${known.length === 0 ? 'no agent offers anything' : hint}`,
    { nearest },
  );
}

function meant(
  task: Task,
  text: string,
  input: string | undefined,
  { texts, offers }: Directory,
  confidence: number,
): Wish | Refusal {
  const matches = texts.find(text);
  const [best] = matches;
  const found = best === undefined ? undefined : offers.get(best.capability);
  const likely = matches.map((match) => `${match.capability} (${match.confidence.toFixed(2)})`);
  if (best === undefined || found === undefined || best.confidence < confidence)
    return unroutable(
      'NoneOfThese',
      `no capability is meant by "${short(text)}"${likely.length === 0 ? '' : `; the nearest are ${likely.join(', ')}`}`,
      { nearest: matches.map(({ capability }) => capability), confidence: best?.confidence ?? 0 },
    );
  return {
    task: { ...task, capability: best.capability, ...(input === undefined ? {} : { input }) },
    offers: found,
    reason: `understood as ${best.capability} with confidence ${best.confidence.toFixed(2)} by ${best.words.join(', ')}`,
  };
}

/** The words and the input of `{"ask": ..., "with": ...}`. */
function askOf({ input }: Task): { readonly ask?: string; readonly input?: string } {
  if (!input.includes('"ask"')) return {};
  try {
    const parsed: unknown = JSON.parse(input);
    if (typeof parsed !== 'object' || parsed === null || !('ask' in parsed) || typeof parsed.ask !== 'string')
      return {};
    return { ask: parsed.ask, ...('with' in parsed ? { input: JSON.stringify(parsed.with) } : {}) };
  } catch {
    return {};
  }
}

const short = (text: string): string => (text.length > 200 ? `${text.slice(0, 200)}…` : text);
