/** A process that the demo needs beside the mesh: the shop, and its customers. */
import { fork, type ChildProcess } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Told } from './companion-side.ts';

export interface Companion {
  readonly name: string;
  readonly pid: number;
  readonly urls: Readonly<Record<string, string>>;
  /** Tells it something, as its program understands it. */
  tell(message: Readonly<Record<string, string>>): void;
  /** Asks it to end and waits; ends it when it does not. */
  stop(): Promise<void>;
  /** Ends it at once. */
  kill(): void;
}

export interface Companionship {
  readonly name: string;
  readonly file: string;
  readonly logFile: string;
  readonly env: Readonly<Record<string, string>>;
  readonly told: (told: Told) => void;
  /** Gives up the start. */
  readonly signal: AbortSignal;
  /** Told, in a sentence, when it ends although nobody stopped it. */
  readonly onDeath: (sentence: string) => void;
}

const readyWithinMs = 60_000;
const stopWithinMs = 5_000;

/** Starts a companion and waits until it is ready. Throws a sentence, and then leaves nothing running. */
export async function startCompanion({
  name,
  file,
  logFile,
  env,
  told,
  signal,
  onDeath,
}: Companionship): Promise<Companion> {
  mkdirSync(dirname(logFile), { recursive: true });
  const output = openSync(logFile, 'w');
  // A process group of its own: a terminal's Ctrl-C reaches us alone. The channel tells it when we are gone, however we ended.
  const child = fork(file, [], {
    detached: true,
    stdio: ['ignore', output, output, 'ipc'],
    env: { ...process.env, ...env },
  });
  closeSync(output);
  let isStopping = false;
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
  });
  const deathSentence = () =>
    `The ${name} ended by itself (${endOf(child)}); its log is ${logFile}${lastWords(logFile)}`;
  const { promise: ready, resolve, reject } = Promise.withResolvers<Readonly<Record<string, string>>>();
  child.on('message', (message) => {
    const said = message as Told;
    if (said.kind === 'ready') resolve(said.urls);
    told(said);
  });
  void report();
  async function report(): Promise<void> {
    await ended;
    const sentence = deathSentence();
    reject(new Error(sentence));
    if (!isStopping) onDeath(sentence);
  }
  const stop = async (): Promise<void> => {
    isStopping = true;
    child.kill('SIGTERM');
    const limit = setTimeout(() => child.kill('SIGKILL'), stopWithinMs);
    await ended.finally(() => clearTimeout(limit));
  };
  signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  const limit = setTimeout(
    () => reject(new Error(`The ${name} isn't ready after ${readyWithinMs / 1_000} s; its log is ${logFile}.`)),
    readyWithinMs,
  );
  try {
    const urls = await ready.finally(() => clearTimeout(limit));
    return {
      name,
      pid: child.pid!,
      urls,
      tell: (message) => void child.send(message),
      stop,
      kill() {
        isStopping = true;
        child.kill('SIGKILL');
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

const endOf = ({ exitCode, signalCode }: ChildProcess): string => signalCode ?? `exit code ${exitCode}`;

function lastWords(logFile: string): string {
  const lines = readFileSync(logFile, 'utf8').trimEnd().split('\n').slice(-5);
  return lines.join('') === '' ? '.' : `:\n${lines.join('\n')}`;
}
