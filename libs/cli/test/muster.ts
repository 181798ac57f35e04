import { spawn } from 'node:child_process';
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

const main = join(import.meta.dirname, '..', 'src', 'main.ts');

/** What a command line came to. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunningCommand {
  readonly child: ChildProcessWithoutNullStreams;
  /** What it wrote so far, both streams. */
  output(): string;
  readonly ended: Promise<Ended>;
}

/** Starts the command as a person would. */
export function startMuster(args: readonly string[], env: NodeJS.ProcessEnv = {}): RunningCommand {
  const child = spawn(process.execPath, [main, ...args], { env: { ...process.env, ...env } });
  let [stdout, stderr, output] = ['', '', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    output += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
    output += text;
  });
  const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, stdout, stderr }));
  return { child, ended, output: () => output };
}

/** Runs the command to its end. */
export function muster(args: readonly string[], { input = '', env = {} } = {}): Promise<Ended> {
  const { child, ended } = startMuster(args, env);
  child.stdin.end(input);
  return ended;
}

export const jsonLines = ({ stdout }: Ended): unknown[] =>
  stdout.split('\n').filter(Boolean).map((line) => JSON.parse(line) as unknown); // prettier-ignore
