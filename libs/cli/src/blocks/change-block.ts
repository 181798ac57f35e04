import { userInfo } from 'node:os';
import { clientOn } from '@muster/client';
import type { GlobalOptions } from '../addresses.ts';
import { formatTime } from '../moment.ts';
import { withBus } from '../session.ts';
import type { Terminal } from '../terminal.ts';
import { blockOf, ownAddress, type BlockRequest } from './block-request.ts';

/** Keeps an address out, or lets it in. Throws a Failure when that makes no sense. */
export async function changeBlock(
  address: string,
  status: 'ACTIVE' | 'RELEASED',
  options: GlobalOptions & BlockRequest,
  terminal: Terminal,
): Promise<void> {
  const now = Date.now();
  const block = blockOf(address, status, options, { now, user: userInfo().username, own: ownAddress(process.env) });
  await withBus(options, async (bus) =>
    clientOn(bus, { source: 'muster-cli', publishTimeoutMs: 10_000 }).publish('muster.blocks.v1', block),
  );
  if (options.json) return terminal.print(JSON.stringify(block));
  const until = formatTime(block.endsAt, now);
  terminal.say(
    status === 'ACTIVE'
      ? `${block.address} is kept out until ${until}.`
      : `${block.address} is let in, and not blocked again until ${until}.`,
  );
}
