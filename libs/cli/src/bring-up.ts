import { dataDirOf } from './addresses.ts';
import type { GlobalOptions } from './addresses.ts';
import { Failure } from './failure.ts';
import { interruption } from './invocation.ts';
import { startMesh, stopMesh } from './mesh.ts';
import type { Mesh } from './mesh.ts';
import { formatDuration } from './moment.ts';
import { tableLines } from './table.ts';
import type { Column } from './table.ts';
import type { Terminal } from './terminal.ts';

export interface UpOptions extends GlobalOptions {
  readonly detach: boolean;
  readonly agents?: string;
  readonly fresh: boolean;
}

const columns: readonly Column<Mesh['agents'][0]>[] = [
  { title: 'AGENT', text: ({ name }) => name },
  { title: 'PID', text: ({ pid }) => String(pid), align: 'right' },
  { title: 'URL', text: ({ url }) => url },
  { title: 'LOG', text: ({ logFile }) => logFile },
];

/** Starts a mesh and stays with it until it is interrupted; or leaves it running. */
export async function bringUp(options: UpOptions, terminal: Terminal): Promise<void> {
  const startedAt = Date.now();
  const { detach: isDetached, fresh, agents } = options;
  const { signal, release } = interruption();
  const say = (line: string) => terminal.say(terminal.colours.dim(line));
  const mesh = await startMesh({
    dataDir: dataDirOf(options),
    isDetached,
    fresh,
    signal,
    log: say,
    onDeath: (sentence) => terminal.say(terminal.colours.red(sentence)),
    ...(agents !== undefined && { agents: agents.split(',').map((name) => name.trim()) }),
  }).catch((error: unknown) => {
    throw signal.aborted ? new Failure('Interrupted: what was started has been ended.', 130) : error;
  });
  await printMesh(mesh, options, terminal);
  terminal.say(terminal.colours.green(`The mesh is up (${formatDuration(Date.now() - startedAt)}).`));
  if (isDetached) {
    release();
    return terminal.say('End it with `muster down`.');
  }
  terminal.say('See what it finds with `muster tail alerts` in another terminal. Ctrl-C ends it.');
  await interrupted(signal);
  terminal.say('Ending the agents, then the servers; Ctrl-C again leaves at once.');
  const impatience = interruption();
  impatience.signal.addEventListener('abort', () => {
    terminal.say('Something may be left running: end it with `muster down`.');
    process.exit(130);
  });
  await mesh.stop();
  impatience.release();
}

/** Ends what `muster up` started. */
export async function bringDown(options: GlobalOptions, terminal: Terminal): Promise<void> {
  const wasRunning = await stopMesh(dataDirOf(options));
  if (options.json) await terminal.print(JSON.stringify({ stopped: wasRunning }));
  else terminal.say(wasRunning ? 'The mesh is down.' : `No mesh runs from ${dataDirOf(options)}.`);
}

async function printMesh({ urls, agents }: Mesh, options: UpOptions, terminal: Terminal): Promise<void> {
  if (options.json) return terminal.print(JSON.stringify({ urls, agents }));
  const { kafkaBrokers, schemaRegistryUrl, redisUrl } = urls;
  const servers = [
    `Kafka            ${kafkaBrokers}`,
    `Schema registry  ${schemaRegistryUrl}`,
    `Redis            ${redisUrl}`,
  ];
  for (const line of [...servers, '', ...tableLines(agents, columns, terminal)]) await terminal.print(line);
}

const interrupted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    // Keeps the process alive while nothing else does.
    const alive = setInterval(() => {}, 60_000);
    const end = () => {
      clearInterval(alive);
      resolve();
    };
    if (signal.aborted) end();
    else signal.addEventListener('abort', end);
  });
