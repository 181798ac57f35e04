import { readFileSync } from 'node:fs';
import { clientOn, RequestError } from '@muster/client';
import type { RequestOptions } from '@muster/client';
import { messageOf } from '@muster/resilience';
import type { GlobalOptions } from './addresses.ts';
import type { RequestFlags } from './commands/request.ts';
import { Failure, misuse } from './failure.ts';
import { interruption } from './invocation.ts';
import { parseDuration } from './moment.ts';
import { withBus } from './session.ts';
import { harmless } from './terminal.ts';
import type { Terminal } from './terminal.ts';

/** Asks for a capability and prints what came of it. Throws a Failure when that is not its output. */
export async function requestCapability(
  capability: string,
  input: string,
  options: GlobalOptions & RequestFlags,
  terminal: Terminal,
): Promise<void> {
  const value = inputOf(input);
  const asked = requestOptionsOf(options);
  const { signal, release } = interruption();
  await withBus(options, async (bus) => {
    const client = clientOn(bus, { source: options.source });
    try {
      const output = await client.request(capability, value, {
        ...asked,
        signal,
        onProgress({ done, total, message }) {
          const share = total === null ? String(done) : `${done} of ${total}`;
          terminal.progress(harmless(`${capability}: ${share} ${message}`));
        },
      });
      await terminal.print(
        JSON.stringify(options.json ? { end: 'completed', output } : output, null, options.json ? 0 : 2),
      );
    } catch (error) {
      if (signal.aborted)
        throw new Failure('Interrupted: nobody waits for it any more, but it may still be done.', 130);
      if (!(error instanceof RequestError)) throw error;
      const { end, fault, result } = error;
      if (options.json)
        await terminal.print(JSON.stringify({ end, output: JSON.parse(result?.output ?? 'null') as unknown, fault }));
      else if (end === 'partial') await terminal.print(result?.output ?? '');
      throw new Failure(harmless(error.message));
    } finally {
      release();
      await client.close(2_000);
    }
  });
}

const priorities = ['LOW', 'NORMAL', 'HIGH', 'URGENT'] as const;

/** @throws Failure on what can't be meant */
export function requestOptionsOf(flags: RequestFlags): RequestOptions {
  const { range, timeout, target, scope, change, reason, retries } = flags;
  const timeoutMs = parseDuration(timeout);
  if (timeoutMs === undefined || timeoutMs <= 0)
    throw misuse(`--timeout ${timeout} is not understood: give a duration, e.g. 500ms, 30s or 5m.`);
  const priority = priorities.find((each) => each === flags.priority.toUpperCase());
  if (priority === undefined) throw misuse(`There is no priority ${flags.priority}: take ${priorities.join(', ')}.`);
  return {
    timeoutMs,
    priority,
    retries: retries ? 'mesh' : 'none',
    ...(range !== undefined && { version: range }),
    ...(target !== undefined && { target }),
    ...(scope !== undefined && { scopes: scope }),
    ...(change !== undefined && { changeId: change }),
    ...(reason !== undefined && { reason }),
  };
}

function inputOf(text: string): unknown {
  const json = text.startsWith('@') ? fileOf(text.slice(1)) : text;
  try {
    return JSON.parse(json) as unknown;
  } catch (error) {
    throw misuse(
      `The input is no JSON (${messageOf(error)}): write e.g. '{"target": "shop"}', or @ and the name of a file.`,
    );
  }
}

function fileOf(name: string): string {
  try {
    return readFileSync(name, 'utf8');
  } catch (error) {
    throw misuse(`The file ${name} can't be read: ${messageOf(error)}.`);
  }
}
