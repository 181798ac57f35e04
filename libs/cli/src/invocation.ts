import type { Command } from 'commander';
import type { GlobalOptions } from './addresses.ts';
import { processTerminal } from './terminal.ts';
import type { Terminal } from './terminal.ts';

/** What a command was called with, global options included. */
export interface Invocation<O> {
  readonly options: GlobalOptions & O;
  readonly terminal: Terminal;
}

export function invocationOf<O = object>(command: Command): Invocation<O> {
  const options = command.optsWithGlobals<GlobalOptions & O>();
  return { options, terminal: processTerminal(options.json === true) };
}

/** Aborts on Ctrl-C or a request to end; `release` gives the signals back. */
export function interruption(): { readonly signal: AbortSignal; release(): void } {
  const controller = new AbortController();
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  const interrupt = () => controller.abort(new Error('Interrupted.'));
  for (const name of signals) process.once(name, interrupt);
  return {
    signal: controller.signal,
    release() {
      for (const name of signals) process.off(name, interrupt);
    },
  };
}
