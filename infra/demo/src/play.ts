/** What happens: the shop is learned, and then a scenario goes step by step until it is over. */
import { join } from 'node:path';
import { inconsistencies, uncalledFor } from './contradictions.ts';
import { duration } from './layout.ts';
import { dataDir, logOf } from './places.ts';
import type { Stage } from './running.ts';
import { isDeed } from './steps.ts';
import { falseAlarms, learned, stillFiring, type Story } from './story.ts';
import type { Teller } from './teller.ts';

const quietMs = 5_000;
const healthyMs = 20_000;
const learnWithinMs = 150_000;
const logsDir = join(dataDir, 'logs');

/**
 * From learning to the end of what happens. Throws a sentence when something does not come in its time; when strict, also as soon as something is
 * reported or done that nothing calls for.
 */
export async function play(stage: Stage, isStrict: boolean): Promise<void> {
  const { teller } = stage;
  const { happened, until, story } = teller;
  const { steps, isLearned, contradictions = () => [] } = story.scenario;
  if (isLearned) await learn(teller, isStrict);
  if (steps.length > 0) happened({ kind: 'phase', phase: 'broken' });
  for (const step of steps) {
    if (step.isForPerson === true && !isStrict) continue;
    if (isDeed(step)) {
      await step.act(stage);
      continue;
    }
    const { missing, agent, withinMs, isMet } = step;
    await until(isMet, {
      withinMs,
      sentence: (last) =>
        `Within ${withinMs / 1_000} s ${missing}${firing(last)}. See ${logOf(agent)}, and \`npm run muster -- dead-letters list\`.`,
    });
  }
  const wrong = [...inconsistencies(teller.story), ...contradictions(teller.story)];
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
  const forMs = scenario.steps.length === 0 ? healthyMs : quietMs;
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
