/** What happens on the side thread: the agent's program runs there again, and offers its handlers instead of starting. */
import { receiveMessageOnPort, isMainThread, workerData } from 'node:worker_threads';
import { classifyFault, messageOf } from '@muster/resilience';
import type { AgentDefinition, Table } from './agent.ts';
import { newIdOf } from './key-step.ts';
import type { AnyContext } from './lane.ts';
import type { Outcome } from './outcome.ts';
import type { FromSide, SideBirth, SideFault, SideInput, ToSide } from './side-thread.ts';

/** What this thread was given, if it is a side thread. */
export function sideBirth(): SideBirth | undefined {
  const birth = workerData as Partial<SideBirth> | undefined;
  return !isMainThread && birth?.musterSideThread === true ? (birth as SideBirth) : undefined;
}

/** Handles what it is handed, one after the other, until the thread is ended. */
export function serveSideThread(definition: AgentDefinition, config: unknown, { port, answered }: SideBirth): void {
  const tell = (said: FromSide): void => port.postMessage(said);
  const look = (table: string, key?: string): ToSide => {
    Atomics.store(answered, 0, 0);
    tell({ kind: 'look', table, key });
    Atomics.wait(answered, 0, 0);
    return receiveMessageOnPort(port)?.message as ToSide;
  };
  const tables = Object.fromEntries(Object.keys(definition.tables).map((name) => [name, distantTable(name, look)]));
  port.on('message', (said: ToSide) => {
    if (said.kind !== 'work') return;
    for (const [name, version] of Object.entries(said.versions)) tables[name]?.renew(version);
    try {
      const began = performance.now();
      const outcome = handle(definition, config, tables as unknown as AnyContext['tables'], said.input);
      tell({ kind: 'done', done: { outcome, tookMs: performance.now() - began } });
    } catch (error) {
      tell({ kind: 'failed', fault: faultOf(error) });
    }
  });
  tell({ kind: 'ready' });
}

function handle(
  { name: agent, handlers }: AgentDefinition,
  config: unknown,
  tables: AnyContext['tables'],
  { hearer, message, inputId, key, state, now }: SideInput,
): Outcome {
  const handler = handlers[hearer];
  let ids = 0;
  const newId = (): string => newIdOf(inputId, agent, hearer, (ids += 1));
  const context: AnyContext = { key, state, now, config, tables, newId };
  const outcome = (message === undefined ? handler?.wake?.(context) : handler?.handle(message as never, context)) as
    | Outcome
    | undefined;
  return outcome ?? { kind: 'ignored', reason: 'no handler for it' };
}

interface DistantTable extends Table<unknown> {
  /** What is known of another version is forgotten. */
  renew(version: number): void;
}

/** A table of the main thread: what is looked up is fetched from there, and kept until the table changes. */
function distantTable(name: string, look: (table: string, key?: string) => ToSide): DistantTable {
  let version = -1;
  let all: readonly unknown[] | undefined;
  const known = new Map<string, unknown>();
  const rows = (): readonly unknown[] => {
    const answer = look(name);
    all ??= answer.kind === 'rows' ? answer.rows : [];
    return all;
  };
  return {
    get(key) {
      if (!known.has(key)) {
        const answer = look(name, key);
        known.set(key, answer.kind === 'row' ? answer.value : undefined);
      }
      return known.get(key);
    },
    values: () => all ?? rows(),
    get size() {
      return (all ?? rows()).length;
    },
    get version() {
      return version;
    },
    renew(now) {
      if (now === version) return;
      version = now;
      all = undefined;
      known.clear();
    },
  };
}

function faultOf(error: unknown): SideFault {
  const { name, stack } = error instanceof Error ? error : { name: 'Error', stack: undefined };
  return { name, message: messageOf(error), stack, faultClass: classifyFault(error) };
}
