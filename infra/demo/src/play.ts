/** What happens to the shop: it is learned, broken and repaired. */
import { join } from 'node:path';
import { dataDir, holdMs } from './demo-mesh.ts';
import { duration } from './layout.ts';
import { falseAlarms, firedSinceFault, learned, stillFiring, type Story } from './story.ts';
import type { Teller } from './teller.ts';

const quietMs = 6_000;
const showFaultMs = 6_000;
const learnWithinMs = 150_000;
const fireWithinMs = 60_000;
const resolveWithinMs = 120_000 + holdMs;
const logsDir = join(dataDir, 'logs');

/**
 * From learning to the end of the last alert. Throws a sentence when something does not come in its time; when strict, also as soon as an alert
 * fires that nobody caused.
 */
export async function play({ happened, until, pass }: Teller, faultUrl: string, isStrict: boolean): Promise<void> {
  const note = (text: string) => happened({ kind: 'note', text });
  happened({ kind: 'phase', phase: 'learning' });
  await until((story) => isCalm(story, isStrict) && learned(story) === 1, {
    withinMs: learnWithinMs,
    sentence: (story) =>
      `After ${learnWithinMs / 1_000} s the shop has published ${Math.floor(100 * learned(story))} % of the values to learn from: see ${logsDir}.`,
  });
  happened({ kind: 'phase', phase: 'healthy' });
  const quietUntil = Date.now() + quietMs;
  note(`What is usual is learned. For ${duration(quietMs)} nothing happens, and nothing should be reported.`);
  await until((story) => isCalm(story, isStrict) && story.now >= quietUntil);

  happened({ kind: 'phase', phase: 'broken' });
  await setFault(faultUrl, true);
  await until((story) => firedSinceFault(story).length > 0, {
    withinMs: fireWithinMs,
    sentence: () => `No alert fired within ${fireWithinMs / 1_000} s after the fault: see ${logsDir}.`,
  });
  await pass(showFaultMs);
  await setFault(faultUrl, false);
  happened({ kind: 'phase', phase: 'recovering' });
  note(`The orders that waited get through. An alert ends when values have been usual for ${duration(holdMs)}.`);
  await until((story) => stillFiring(story).length === 0, {
    withinMs: resolveWithinMs,
    sentence: (story) =>
      `Not resolved within ${resolveWithinMs / 1_000} s after the repair: ${titlesOf(stillFiring(story))}. See ${logsDir}.`,
  });
  happened({ kind: 'phase', phase: 'calm' });
}

/** Throws a sentence on the first false alarm, where that matters. */
function isCalm(story: Story, isStrict: boolean): boolean {
  const alarms = falseAlarms(story);
  if (!isStrict || alarms.length === 0) return true;
  throw new Error(`A false alarm: ${titlesOf(alarms)} fired although nothing was the matter. See ${logsDir}.`);
}

const titlesOf = (fired: ReturnType<typeof stillFiring>): string =>
  fired.map(({ alert }) => `"${alert.title}"`).join(', ');

async function setFault(url: string, isOn: boolean): Promise<void> {
  const response = await fetch(url, { method: isOn ? 'POST' : 'DELETE', signal: AbortSignal.timeout(10_000) });
  if (!response.ok) throw new Error(`The shop answers ${response.status} at ${url}.`);
}
