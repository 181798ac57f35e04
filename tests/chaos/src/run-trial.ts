/** One trial: servers, agents and load from nothing, one fault, and a verdict over everything that is there at the end. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createBus, kafkaLog, registrySource, type LogAdmin } from '@muster/bus';
import type { BrokerCount } from '@muster/local-stack';
import { checkTrial, type Verdict } from '@muster/testkit';
import { startCluster, type Cluster } from './cluster.ts';
import { agentNames, fleetOf } from './fleet.ts';
import { startLoad, type Load } from './load.ts';
import { awaitQuiet, backlogOf } from './quiet.ts';
import { readOutcome } from './read-trial.ts';
import { passagesOf, recoveryOf, type Recovery } from './recovery.ts';
import type { Fault, Scene } from './scene.ts';
import { silentProxy, type SilentProxy } from './silent-proxy.ts';
import { slowMs, slowSample } from './subject-settings.ts';

export interface TrialOptions {
  /** Holds everything of the trial; dropped at the end unless `keep`. */
  readonly dataDir: string;
  readonly brokers: BrokerCount;
  /** Samples a second. */
  readonly rate: number;
  readonly keys: number;
  readonly seed: number;
  /** How long the load lasts at least. */
  readonly seconds: number;
  /** Before the fault. */
  readonly steadyMs: number;
  /** After the fault is over. */
  readonly afterMs: number;
  readonly keep: boolean;
  readonly signal: AbortSignal;
  readonly log: (line: string) => void;
}

export interface TrialResult {
  readonly fault: Fault;
  readonly verdict: Verdict;
  readonly recovery: Recovery;
  readonly countedFrom: string;
  /** Broken promises that no message shows: instances that ended by themselves, work that was never through. */
  readonly troubles: readonly string[];
}

const throughWithinMs = 60_000;
/** Longer than any timer, lease or overdue task of the subject agents keeps still. */
const stillForMs = 6_000;
const tellEveryMs = 10_000;

/** How long a busy machine's replicas were seen to take to show a record that was stamped. */
const unseenMs = 2_000;

export async function runTrial(fault: Fault, options: TrialOptions): Promise<TrialResult> {
  const { dataDir, brokers, signal, log, keep } = options;
  const ends: (() => unknown)[] = [];
  try {
    log('starting servers and agents');
    // An earlier run may have been told to keep it.
    rmSync(dataDir, { recursive: true, force: true });
    const cluster = await startCluster(dataDir, brokers, signal);
    ends.push(() => cluster.stack.stop());
    return await tryOut(fault, cluster, options, (end) => ends.push(end));
  } finally {
    for (const end of ends.toReversed()) await end();
    if (!keep) rmSync(dataDir, { recursive: true, force: true });
  }
}

async function tryOut(
  fault: Fault,
  cluster: Cluster,
  options: TrialOptions,
  atEnd: (end: () => unknown) => void,
): Promise<TrialResult> {
  const { dataDir, rate, keys, seed, seconds, steadyMs, afterMs, signal, log } = options;
  const { stack } = cluster;
  const notes: { at: number; text: string }[] = [];
  const note = (text: string): number => {
    notes.push({ at: Date.now(), text });
    log(text);
    return Date.now();
  };
  const pause = (ms: number): Promise<void> => sleep(ms, undefined, { signal });
  await fault.prepare?.({ cluster, note, sleep: pause });

  const proxies = new Map<string, SilentProxy>();
  if (fault.isProxied) for (const broker of cluster.brokers) proxies.set(broker, await silentProxy(broker));
  atEnd(() => proxies.forEach((proxy) => proxy.close()));
  const routes = Object.fromEntries([...proxies].map(([broker, { port }]) => [broker, port]));

  const effectsFile = join(dataDir, 'effects');
  const fleet = fleetOf(
    dataDir,
    {
      KAFKA_BROKERS: stack.kafkaBrokers,
      SCHEMA_REGISTRY_URL: stack.schemaRegistryUrl,
      REDIS_URL: stack.redisUrl,
      CHAOS_EFFECTS: effectsFile,
      ...(fault.slow && { CHAOS_SLOW: fault.slow }),
    },
    signal,
  );
  atEnd(() => fleet.killAll());
  for (const copy of [1, 2])
    for (const agent of agentNames) {
      const isProxied = fault.isProxied === true && copy === 1 && agent === 'teller';
      fleet.start(agent, isProxied ? { CHAOS_ROUTES: JSON.stringify(routes) } : {});
    }
  await Promise.all(fleet.all.map((instance) => instance.ready()));

  const bus = createBus({
    log: kafkaLog({ brokers: cluster.brokers, clientId: 'chaos-load' }),
    schemas: registrySource(stack.schemaRegistryUrl),
  });
  atEnd(() => bus.close(2_000));
  await bus.warm({ reads: [], writes: ['muster.metrics.v1'] });
  log(`load: ${rate}/s over ${keys} keys`);
  const load = startLoad({ bus, rate, keys, seed, poison: fault.poison ?? 0 });
  atEnd(() => load.stop(0));
  const beganAt = Date.now();
  const telling = setInterval(() => void tellProgress(load, bus.log.admin, log), tellEveryMs);
  atEnd(() => clearInterval(telling));
  await pause(steadyMs);

  const silence: Scene['silence'] = (is) => proxies.forEach((proxy) => proxy.silence(is));
  const faultAt = Date.now();
  const { at, what } = await fault.happen({ cluster, bus, fleet, load, silence, note, sleep: pause });
  await pause(Math.max(afterMs, beganAt + 1_000 * seconds - Date.now()));

  const untold = await load.stop(throughWithinMs);
  log(`${load.inputs.length} samples were made; waiting until all is through`);
  const left = await awaitQuiet(bus.log.admin, {
    stillForMs: stillForMs + (fault.slow === 'actions' ? slowMs : 0),
    withinMs: throughWithinMs + (fault.slow === undefined ? 0 : 2 * slowMs),
    signal,
  });
  clearInterval(telling);
  await fleet.stopAll();
  return judge({ fault, load, notes, faultAt, at, what }, await readOutcome(stack, effectsFile), [
    ...(left === undefined ? [] : [`the mesh was not through ${left}`]),
    ...(untold === 0 ? [] : [`the log did not take in ${untold} samples`]),
    ...fleet.deaths,
  ]);
}

async function tellProgress({ inputs }: Load, admin: LogAdmin, log: TrialOptions['log']): Promise<void> {
  const backlog = await backlogOf(admin).catch(() => undefined);
  if (backlog !== undefined) log(`${inputs.length} samples; ${backlog.sum} records, ${backlog.lag} not yet handled`);
}

function judge(
  run: {
    readonly fault: Fault;
    readonly load: Load;
    readonly notes: readonly { at: number; text: string }[];
    readonly faultAt: number;
    readonly at: number;
    readonly what: string;
  },
  outcome: Awaited<ReturnType<typeof readOutcome>>,
  troubles: readonly string[],
): TrialResult {
  const { fault, load, notes, faultAt, at, what } = run;
  const trial = { ...outcome, inputs: load.inputs, isStoreLossy: fault.isStoreLossy === true, unseenMs, notes };
  // What is slow on purpose says nothing about recovery.
  const records = trial.records.filter(
    (each) => fault.slow !== 'handler' || each.kind !== 'message' || !each.message.key.endsWith(`/${slowSample}`),
  );
  const passages = passagesOf({ ...trial, records }, load.wantedAt).filter(
    ({ hop }) => fault.slow !== 'actions' || !hop.startsWith('muster.inbox'),
  );
  return {
    fault,
    verdict: checkTrial(trial),
    recovery: recoveryOf(passages, faultAt, at),
    countedFrom: what,
    troubles,
  };
}
