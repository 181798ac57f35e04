import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { clientOn } from '@muster/client';
import {
  allowListOf,
  blockListOf,
  followBlocks,
  nftablesBlock,
  nftablesLift,
  nftablesSetup,
  type AllowList,
  type Applied,
} from '@muster/containment';
import type { GlobalOptions } from '../addresses.ts';
import { Failure, misuse } from '../failure.ts';
import { interruption } from '../invocation.ts';
import { messageOf } from '@muster/resilience';
import { withBus } from '../session.ts';
import type { Terminal } from '../terminal.ts';
import { ownAddress } from './block-request.ts';

export interface EnforceOptions extends GlobalOptions {
  readonly allow: string;
  readonly dryRun: boolean;
}

/** Runs until it is interrupted. What it made stays: each element of the sets ends by itself. */
export async function enforceBlocks(options: EnforceOptions, terminal: Terminal): Promise<void> {
  const allowed = allowListFor(options.allow);
  let run = options.dryRun ? undefined : nft;
  try {
    await run?.(nftablesSetup);
  } catch (error) {
    terminal.say(
      `nft can't be used (${messageOf(error)}): this is a dry run. It takes root, or the capability CAP_NET_ADMIN.`,
    );
    run = undefined;
  }
  if (run === undefined) for (const line of nftablesSetup) await terminal.print(line);
  const enforce = async (applied: Applied): Promise<void> => {
    if (applied.kind === 'left') return terminal.say(applied.reason);
    const commands =
      applied.kind === 'blocked' ? nftablesBlock(applied.block, Date.now()) : nftablesLift(applied.address);
    if (run === undefined) for (const line of commands) await terminal.print(line);
    else await run(commands);
    const { address } = applied.kind === 'blocked' ? applied.block : applied;
    terminal.say(
      `${address} is ${applied.kind === 'blocked' ? 'kept out' : 'let in'}${run === undefined ? ' (dry run)' : ''}`,
    );
  };
  const stopping = interruption();
  try {
    await withBus(options, async (bus) => {
      const client = clientOn(bus, { source: 'muster-cli' });
      const following = await followBlocks(
        (...parts) => client.consume('muster.blocks.v1', ...parts),
        blockListOf(allowed),
        { onApplied: enforce },
      );
      await sleep(2 ** 31 - 1, undefined, { signal: stopping.signal }).catch(() => undefined);
      await following.stop();
    });
  } finally {
    stopping.release();
  }
}

function allowListFor(text: string): AllowList {
  const entries = [...text.split(',').map((entry) => entry.trim()), ...ownAddress(process.env)].filter(
    (entry) => entry !== '',
  );
  try {
    return allowListOf({ entries });
  } catch (error) {
    throw misuse(messageOf(error));
  }
}

/** Hands commands to nft as one transaction. Rejects with what it says when it refuses them. */
function nft(commands: readonly string[]): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const child = spawn('nft', ['-f', '-'], { stdio: ['pipe', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(0, 500)));
  child.once('error', reject);
  child.once('close', (code) =>
    code === 0 ? resolve() : reject(new Failure(said.split('\n', 1)[0] ?? `it ended with ${code}`)),
  );
  child.stdin.on('error', () => undefined);
  child.stdin.end(`${commands.join('\n')}\n`);
  return promise;
}
