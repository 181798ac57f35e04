/** What stands in a folder that a job loaded, counted without the agent's help. */
import { createReadStream, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export interface Loaded {
  readonly rows: number;
  /** Rows whose order stands there already. */
  readonly repeated: number;
}

/** Counts the rows of all parts, by the order that each begins with; orders are numbered up to `mostOrders`. */
export async function loadedIn(folder: string, mostOrders: number): Promise<Loaded> {
  const seen = new Uint8Array(mostOrders + 1);
  let rows = 0;
  let repeated = 0;
  for (const part of readdirSync(folder).filter((name) => /^part-.*\.csv$/.test(name))) {
    let isHeading = true;
    for await (const line of createInterface({ input: createReadStream(join(folder, part)) })) {
      if (!isHeading) {
        const order = Number.parseInt(line, 10);
        rows += 1;
        if (seen[order] === 1) repeated += 1;
        seen[order] = 1;
      }
      isHeading = false;
    }
  }
  return { rows, repeated };
}
