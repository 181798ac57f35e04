/** The companion's side of the talk with the process that started it. */
import { messageOf } from '@muster/resilience';
import type { Visitor } from './sights.ts';

/** What a companion tells the process that started it. */
export type Told =
  | { readonly kind: 'ready'; readonly urls: Readonly<Record<string, string>> }
  | { readonly kind: 'open' }
  | { readonly kind: 'fault'; readonly isOn: boolean; readonly at: number }
  | Visits;

/** How many requests were answered and how many refused with 403, since the visitors came. */
export interface Visits {
  readonly kind: 'visits';
  readonly who: Visitor;
  readonly served: number;
  readonly refused: number;
  readonly at: number;
}

export interface Begun {
  readonly urls: Readonly<Record<string, string>>;
  end(): Promise<void>;
}

export function tellStarter(told: Told): void {
  process.send?.(told);
}

/**
 * Runs this process as a companion: it says when it has begun, and ends when asked to or when whoever started it is gone. What prevents it from
 * beginning is its last word.
 */
export async function asCompanion(begin: () => Promise<Begun>): Promise<void> {
  try {
    const { urls, end } = await begin();
    endWithStarter(end);
    tellStarter({ kind: 'ready', urls });
  } catch (error) {
    console.error(messageOf(error));
    process.exit(1);
  }
}

function endWithStarter(end: () => Promise<void>): void {
  let isEnding = false;
  const begin = () => {
    if (isEnding) return;
    isEnding = true;
    void end().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  for (const name of ['SIGTERM', 'SIGINT'] as const) process.on(name, begin);
  if (process.connected) process.once('disconnect', begin);
}
