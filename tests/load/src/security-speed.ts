/** Lines a second: the bare parser, and from the line to the decision in the agent's handlers, on the same lines in the same run. */
import { logReader } from '@muster/ingest';
import { securityRun } from './security-run.ts';
import { textOf } from './security-data.ts';

const atLeastMs = 2_000;
const rounds = 3;

/** Prints both rates for access logs; rounds alternate, and the best of each counts, so that a busy machine shows less. */
export async function measureParsing(files: readonly string[], print: (line?: string) => void): Promise<void> {
  const texts = await Promise.all(files.map(textOf));
  const lines = texts.flatMap((text) => text.split('\n')).filter((line) => line !== '');
  if (lines.length === 0) return;
  const best = { bare: 0, decided: 0 };
  for (let round = 0; round < rounds; round += 1) {
    best.bare = Math.max(
      best.bare,
      rateOf(lines, () => () => undefined),
    );
    best.decided = Math.max(
      best.decided,
      rateOf(lines, () => securityRun().hear),
    );
  }
  print('Lines a second, one core');
  print(`  parser alone             ${Math.round(best.bare).toLocaleString('en')}`);
  print(
    `  line to decision         ${Math.round(best.decided).toLocaleString('en')} in the handlers (${((best.decided / best.bare) * 100).toFixed(0)} % of the parser alone)`,
  );
  print();
}

function rateOf(
  lines: readonly string[],
  begin: () => (event: Parameters<ReturnType<typeof securityRun>['hear']>[0]) => void,
): number {
  let read = 0;
  const beganAt = performance.now();
  while (performance.now() - beganAt < atLeastMs) {
    const reader = logReader('web');
    const take = begin();
    for (const line of lines) {
      const reading = reader(line, { now: 0, target: 'site' });
      if (reading.kind === 'sightings') for (const sighting of reading.sightings) take(sighting);
    }
    read += lines.length;
  }
  return (read / (performance.now() - beganAt)) * 1_000;
}
