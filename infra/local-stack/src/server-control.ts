import { awaitEnd, awaitServing, deathSentence, type RunningServer, spawnServer } from './server-process.ts';
import type { ServerName, ServerRecord } from './stack-state.ts';

/** A server that this process started, to be taken away and brought back: what a test of faults needs. */
export type ServerControl = {
  readonly name: ServerName;
  /** Of the process that runs now, or ran last. */
  readonly pid: number;
  /** Ends it without a word, as a crash would; resolves when it is gone. `onServerDeath` is not told. */
  kill(): Promise<void>;
  /** Starts it again, on its port and with its data; resolves when it serves. Throws a `StackError`. */
  start(): Promise<void>;
};

export type ControlOptions = {
  readonly dataDir: string;
  readonly keep: boolean;
  /** Told the server's new record before anything can go wrong. */
  readonly onSpawn: (record: ServerRecord) => void;
  readonly isStopping: () => boolean;
  /** Told, in a sentence, when a server ends although nobody ended it. */
  readonly onDeath: (sentence: string) => void;
};

/** Watches a server that runs, and controls it. */
export function controlOf(first: RunningServer, options: ControlOptions): ServerControl {
  const { dataDir, keep, onSpawn, isStopping, onDeath } = options;
  let server = first;
  let isKilled = false;
  const watch = (watched: RunningServer) =>
    watched.child.once('exit', () => {
      if (!isKilled && !isStopping()) onDeath(deathSentence(watched, 'while the stack was running', dataDir));
    });
  watch(server);
  return {
    name: server.launch.name,
    get pid() {
      return server.record.pid;
    },
    async kill() {
      isKilled = true;
      server.child.kill('SIGKILL');
      await awaitEnd(server.record, Date.now() + 5_000);
    },
    async start() {
      server = spawnServer(server.launch, dataDir, keep);
      onSpawn(server.record);
      isKilled = false;
      watch(server);
      await awaitServing(server, dataDir);
    },
  };
}
