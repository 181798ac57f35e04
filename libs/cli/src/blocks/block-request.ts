import { allowListOf, readAddress } from '@muster/containment';
import type { BlockInput } from '@muster/schemas';
import { misuse } from '../failure.ts';
import { parseDuration } from '../moment.ts';

/** What the options of `muster blocks add` and `release` say. */
export interface BlockRequest {
  readonly for: string;
  readonly comment?: string;
  readonly by?: string;
}

/** Where the person sits, as far as that is known: `SSH_CLIENT` of the shell. */
export function ownAddress({ SSH_CLIENT: client = '' }: NodeJS.ProcessEnv): readonly string[] {
  const [address = ''] = client.split(' ');
  return readAddress(address).kind === 'address' ? [address] : [];
}

/** The block or the release that is asked for. Throws a Failure that says what is wrong with it. */
export function blockOf(
  text: string,
  status: 'ACTIVE' | 'RELEASED',
  request: BlockRequest,
  { now, user, own }: { readonly now: number; readonly user: string; readonly own: readonly string[] },
): BlockInput {
  const reading = readAddress(text);
  if (reading.kind !== 'address') throw misuse(`${reading.reason}: give one IP address.`);
  const { comment = '', by = user } = request;
  if (comment.trim() === '') throw misuse('Others will ask why: give --comment.');
  const lastsMs = parseDuration(request.for);
  if (lastsMs === undefined || lastsMs < 10_000)
    throw misuse(`--for ${request.for} is not understood: say how long, such as 30m, 2h or 7d; ten seconds at least.`);
  const allowed = status === 'ACTIVE' ? allowListOf({ entries: own })(reading.address) : undefined;
  if (allowed !== undefined) throw misuse(`${allowed}: it is not blocked.`);
  return { address: reading.address, status, startsAt: now, endsAt: now + lastsMs, reason: comment, decidedBy: by };
}
