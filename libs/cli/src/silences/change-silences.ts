/** Makes silences and ends them. */
import { randomUUID } from 'node:crypto';
import { userInfo } from 'node:os';
import { clientOn } from '@muster/client';
import type { GlobalOptions } from '../addresses.ts';
import { Failure } from '../failure.ts';
import { formatTime } from '../moment.ts';
import { withBus } from '../session.ts';
import type { Terminal } from '../terminal.ts';
import { newestRecords } from '../topic-history.ts';
import { matchersText, silenceOf, type SilenceRequest } from './silence-request.ts';

const topic = 'muster.silences.v1';
const publishWithin = { source: 'muster-cli', publishTimeoutMs: 10_000 };

/** Publishes a silence. Throws a Failure when it makes no sense. */
export async function addSilence(
  matchers: readonly string[],
  options: GlobalOptions & SilenceRequest,
  terminal: Terminal,
): Promise<void> {
  const now = Date.now();
  const newId = (): string => `s-${randomUUID().slice(0, 8)}`;
  const silence = silenceOf(matchers, options, { now, user: userInfo().username, newId });
  await withBus(options, async (bus) => clientOn(bus, publishWithin).publish(topic, silence));
  if (options.json) return terminal.print(JSON.stringify(silence));
  const { silenceId, startsAt, endsAt } = silence;
  const from = startsAt > now ? `from ${formatTime(startsAt, now)} ` : '';
  terminal.say(`${silenceId} mutes ${matchersText(silence.matchers)} ${from}until ${formatTime(endsAt, now)}.`);
  terminal.say(terminal.colours.dim(`End it earlier with \`muster silence end ${silenceId}\`.`));
}

/** Ends a silence now. Throws a Failure when there is none of that id, or it is over. */
export async function endSilence(silenceId: string, options: GlobalOptions, terminal: Terminal): Promise<void> {
  const now = Date.now();
  await withBus(options, async (bus) => {
    const known = await newestRecords(bus, topic);
    const former = known.get(silenceId);
    if (former === undefined)
      throw new Failure(`There is no silence ${silenceId}: \`muster silence list --all\` shows those there are.`);
    if (former.endsAt <= now) throw new Failure(`Silence ${silenceId} ended at ${formatTime(former.endsAt, now)}.`);
    const { envelope: _, ...silence } = former;
    const ended = { ...silence, startsAt: Math.min(silence.startsAt, now), endsAt: now };
    await clientOn(bus, publishWithin).publish(topic, ended);
  });
  if (options.json) await terminal.print(JSON.stringify({ silenceId, endsAt: now }));
  else terminal.say(`${silenceId} is over. What still fires is told within minutes.`);
}
