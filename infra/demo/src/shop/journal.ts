/** The number of the last order, on disk: it outlives a crash. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What the journal says makes no sense; whoever goes on would sell what was sold. */
export class JournalError extends Error {
  override readonly name = 'JournalError';
}

export interface Journal {
  /** Writes down the next order and gives its number. Throws a {@link JournalError} when the journal is damaged. */
  next(): number;
  /** Damages it, as a disk that is full would. */
  damage(): void;
  /** Begins a new one. */
  renew(): void;
}

export function journalIn(folder: string): Journal {
  const file = join(folder, 'orders.json');
  mkdirSync(folder, { recursive: true });
  return {
    next() {
      const number = (existsSync(file) ? lastIn(file) : 0) + 1;
      writeFileSync(file, JSON.stringify({ last: number }));
      return number;
    },
    damage: () => writeFileSync(file, '{"last":'),
    renew: () => writeFileSync(file, JSON.stringify({ last: 0 })),
  };
}

function lastIn(file: string): number {
  const text = readFileSync(file, 'utf8');
  try {
    return (JSON.parse(text) as { last: number }).last;
  } catch {
    throw new JournalError(`The journal ${file} ends in the middle of an order: ${text}`);
  }
}
