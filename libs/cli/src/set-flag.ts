/** Switches flags of the mesh on and off. */
import { userInfo } from 'node:os';
import { clientOn } from '@muster/client';
import type { FlagInput } from '@muster/schemas';
import type { GlobalOptions } from './addresses.ts';
import { Failure, misuse } from './failure.ts';
import { formatTime, parseMoment } from './moment.ts';
import { withBus } from './session.ts';
import type { Terminal } from './terminal.ts';
import { newestRecords } from './topic-history.ts';

/** What the options of a command say of a flag. */
export interface FlagRequest {
  readonly targets?: string;
  readonly from?: string;
  readonly until?: string;
  readonly reason?: string;
  readonly by?: string;
}

const topic = 'muster.flags.v1';
const PUBLISH_WITHIN_MS = 10_000;

/** Publishes a flag. Throws a Failure when the request makes no sense, or the flag to switch off is not known. */
export async function setFlag(
  name: string,
  isOn: boolean,
  options: GlobalOptions & FlagRequest,
  terminal: Terminal,
): Promise<void> {
  const now = Date.now();
  const flag = flagOf(name, isOn, options, now);
  await withBus(options, async (bus) => {
    // Whoever mistypes a name must not believe that the switch is off.
    if (!isOn) {
      const known = await knownFlags(bus);
      const former = known.get(name);
      if (former === undefined) throw new Failure(unknownFlag(name, [...known.keys()]));
      flag.targets = former.targets;
    }
    await clientOn(bus, { source: 'muster-cli', publishTimeoutMs: PUBLISH_WITHIN_MS }).publish(topic, flag);
  });
  if (options.json) return terminal.print(JSON.stringify(flag));
  const { startsAt, endsAt, targets } = flag;
  const window = [
    ...(startsAt === null ? [] : [`from ${formatTime(startsAt, now)}`]),
    ...(endsAt === null ? [] : [`until ${formatTime(endsAt, now)}`]),
    ...(targets.length === 0 ? [] : [`for ${targets.join(', ')}`]),
  ].join(' ');
  terminal.say(`${name} is ${isOn ? 'on' : 'off'}${isOn && window !== '' ? ` ${window}` : ''}.`);
}

/** Takes a flag away. Throws a Failure when there is none of that name. */
export async function clearFlag(name: string, options: GlobalOptions, terminal: Terminal): Promise<void> {
  await withBus(options, async (bus) => {
    const known = await knownFlags(bus);
    if (!known.has(name)) throw new Failure(unknownFlag(name, [...known.keys()]));
    await clientOn(bus, { source: 'muster-cli', publishTimeoutMs: PUBLISH_WITHIN_MS }).remove(topic, name);
  });
  if (options.json) await terminal.print(JSON.stringify({ flag: name, cleared: true }));
  else terminal.say(`${name} is taken away.`);
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** The flag that is asked for. Throws a Failure that names the option that is wrong. */
export function flagOf(
  name: string,
  isOn: boolean,
  { targets = '', from, until, reason = '', by }: FlagRequest,
  now: number,
): Mutable<Required<FlagInput>> {
  if (!/^[a-z0-9][a-z0-9-]*(\/[A-Za-z0-9][A-Za-z0-9._-]*)?$/.test(name))
    throw misuse(
      `"${name}" can't be the name of a flag: lower case with hyphens, and a part after a slash, e.g. freeze/sale.`,
    );
  if (isOn && reason.trim() === '' && /^(kill-switch|freeze)(\/|$)/.test(name))
    throw misuse(`Others will ask why: give --reason.`);
  const startsAt = from === undefined ? null : parseMoment('--from', from, now);
  const endsAt = until === undefined ? null : parseMoment('--until', until, now);
  if (endsAt !== null && endsAt <= Math.max(now, startsAt ?? now))
    throw misuse(`--until ${until} is over before it begins: give a later time.`);
  return {
    flag: name,
    isOn,
    startsAt,
    endsAt,
    targets: targets.split(',').flatMap((each) => each.trim() || []),
    reason,
    setBy: by ?? userInfo().username,
  };
}

const knownFlags = (bus: Parameters<typeof newestRecords>[0]) => newestRecords(bus, topic);

function unknownFlag(name: string, known: readonly string[]): string {
  return `There is no flag ${name}: ${known.length === 0 ? 'none was ever set' : `there are ${known.toSorted().join(', ')}`}.`;
}
