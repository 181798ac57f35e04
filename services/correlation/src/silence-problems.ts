import type { HandlerContext, Outcome } from '@muster/agent';
import type { Message } from '@muster/bus';
import { compileSilence } from '@muster/policy';
import type { Silence } from '@muster/schemas';
import { tellProblems, type Problem, type Problems } from './problems.ts';

type SilenceContext = HandlerContext<Problems, unknown, { silences: 'muster.silences.v1' }>;
type SilenceOutcome = Outcome<Problems, 'muster.alerts.v1'>;

const dayMs = 24 * 3_600_000;

/** A silence was made or changed: says at once when it cannot be in force. */
export function readSilence(
  { value: silence }: Message<'muster.silences.v1'>,
  context: SilenceContext,
): SilenceOutcome {
  return tellProblems(problemsOf(silence, context.now), context, () => silence.envelope.correlationId);
}

export function lookAtSilenceAgain(context: SilenceContext): SilenceOutcome {
  const silence = context.tables.silences.get(context.key);
  const found = silence === undefined ? [] : problemsOf(silence, context.now);
  return tellProblems(found, context, () => context.newId());
}

function problemsOf(silence: Silence, now: number): Problem[] {
  const { silenceId, startsAt, endsAt, createdBy } = silence;
  // One that ends before it starts was meant to do something: whoever made it has a day to hear of it.
  const isOver = endsAt < startsAt ? startsAt + dayMs <= now : endsAt <= now;
  const problem = isOver ? undefined : compileSilence(silence);
  if (typeof problem !== 'string') return [];
  const name = `silence ${silenceId}`;
  const description = `It ${problem}. It mutes nothing. Made by ${createdBy || 'nobody who said so'}.`;
  return [{ of: `silence/${silenceId}`, name, description }];
}
