/** What happens to the shop: it is learned, something happens to it, and the mesh is watched until that is over. */
import { join } from 'node:path';
import { dataDir } from './demo-mesh.ts';
import { expectationsOf, inconsistencies, isCancelled, question, uncalledFor } from './expectations.ts';
import { duration } from './layout.ts';
import { commandsFor, musterSays, typed } from './person.ts';
import { falseAlarms, learned, stillFiring, type Story } from './story.ts';
import type { Teller } from './teller.ts';

const quietMs = 5_000;
const healthyMs = 20_000;
const learnWithinMs = 150_000;
const answerWithinMs = 60_000;
const logsDir = join(dataDir, 'logs');

/**
 * From learning to the end of what happens. Throws a sentence when something does not come in its time; when strict, also as soon as something is
 * reported or done that nothing calls for.
 */
export async function play(teller: Teller, faultUrl: string, isStrict: boolean): Promise<void> {
  const { happened, until, story } = teller;
  await learn(teller, isStrict);
  const { scenario } = story;
  if (scenario.fault !== undefined) {
    happened({ kind: 'phase', phase: 'broken' });
    await switchOn(faultUrl);
  }
  for (const { missing, agent, withinMs, isMet } of expectationsOf(scenario)) {
    const log = join(logsDir, `${agent}.log`);
    await until(isMet, {
      withinMs,
      sentence: (last) =>
        `Within ${withinMs / 1_000} s ${missing}${firing(last)}. See ${log}, and \`npm run muster -- dead-letters list\`.`,
    });
  }
  if (isStrict) await answerReview(teller);
  const wrong = inconsistencies(teller.story);
  if (wrong.length > 0) throw new Error(wrong.join(' '));
  happened({ kind: 'phase', phase: 'calm' });
}

async function learn({ happened, until, story: { scenario } }: Teller, isStrict: boolean): Promise<void> {
  const note = (text: string) => happened({ kind: 'note', text });
  happened({ kind: 'phase', phase: 'learning' });
  await until((story) => isCalm(story, isStrict) && learned(story) === 1, {
    withinMs: learnWithinMs,
    sentence: (story) =>
      `After ${learnWithinMs / 1_000} s the shop has published ${Math.floor(100 * learned(story))} % of the values to learn from: see ${logsDir}.`,
  });
  happened({ kind: 'phase', phase: 'healthy' });
  const forMs = scenario.fault === undefined ? healthyMs : quietMs;
  const quietUntil = Date.now() + forMs;
  note(`What is usual is learned. For ${duration(forMs)} nothing happens, and nothing should be reported or done.`);
  await until((story) => isCalm(story, isStrict) && story.now >= quietUntil);
}

/** Throws a sentence on the first false alarm, where that matters. */
function isCalm(story: Story, isStrict: boolean): boolean {
  const alarms = falseAlarms(story);
  const done = uncalledFor(story);
  if (!isStrict || alarms.length + done.length === 0) return true;
  const what = alarms.length > 0 ? `${titlesOf(alarms)} fired` : done.join('; ');
  throw new Error(`A false alarm: ${what} although nothing was the matter. See ${logsDir}.`);
}

const firing = (story: Story): string => {
  const fired = stillFiring(story);
  return fired.length === 0 ? '' : ` (still firing: ${titlesOf(fired)})`;
};

const titlesOf = (fired: ReturnType<typeof stillFiring>): string =>
  fired.map(({ alert }) => `"${alert.title}"`).join(', ');

/** A person denies what is put to people: the run is over then, which is no failure of it, and nobody is asked for the same again. */
async function answerReview({ happened, until, story }: Teller): Promise<void> {
  const asked = question(story);
  if (asked?.kind !== 'review') return;
  const { look, answer } = commandsFor(asked);
  for (const text of [`A person looks: ${typed(look)}`, ...(await musterSays(look)).map((line) => `  ${line}`)])
    if (text.trim() !== '') happened({ kind: 'note', text });
  happened({ kind: 'note', text: `A person answers: ${typed(answer)}` });
  await musterSays(answer);
  await until((last) => isCancelled(last), {
    withinMs: answerWithinMs,
    sentence: () =>
      `Within ${answerWithinMs / 1_000} s the run did not end after its change was denied. See ${join(logsDir, 'coordinator.log')}.`,
  });
}

async function switchOn(faultUrl: string): Promise<void> {
  const response = await fetch(faultUrl, { method: 'POST', signal: AbortSignal.timeout(10_000) });
  if (!response.ok) throw new Error(`The shop answers ${response.status} at ${faultUrl}.`);
}
