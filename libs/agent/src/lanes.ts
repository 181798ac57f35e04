import { deadLetterOf, type LogRecord, type Message, type NewRecord } from '@muster/bus';
import { classifyFault, defaultBackoff, delayAfter, messageOf } from '@muster/resilience';
import { decodeKeyRecord, seenIds, type KeyRecord, type PartitionSnapshot } from '@muster/state';
import { commitsOf } from './commits.ts';
import { deriveId } from './derived-id.ts';
import {
  nameOf,
  newLane,
  type AnyContext,
  type Hearer,
  type KeyEntry,
  type Lane,
  type RuntimeOutcome,
  type Work,
} from './lane.ts';
import { recordsOf } from './publishing.ts';
import type { Tenure } from './tenure.ts';
import { wakesOf } from './wakes.ts';

/** The keys of a partition, each with its queue and its state: keys run side by side, one key in order. */
export interface Lanes {
  enqueue(hearer: Hearer, key: string, work: Work): void;
  /** Reads the states of keys met since the last call, in one go. */
  load(): void;
  /** A record that no handler will see: it becomes a dead letter. */
  setAside(record: LogRecord, fault: Error): void;
  /** A record was dealt with without a lane. */
  soon(): void;
  drain(): Promise<void>;
  stop(): void;
  readonly size: number;
}

const turnMs = 1;
const mostKeysInMemory = 50_000;
const transientFaults = { ...defaultBackoff, maxAttempts: 10 };
const unknownFaults = { initialMs: 50, factor: 4, maxMs: 1_000, maxAttempts: 3 };

/** `dealtWith` is called once a record needs no more of us. */
export function lanesOf(
  tenure: Tenure,
  snapshot: PartitionSnapshot,
  dealtWith: (work: Work & { kind: 'message' }, isDeadLetter: boolean) => void,
): Lanes {
  const { host } = tenure;
  const { clock, tally } = host;
  const lanes = new Map<string, Lane>();
  let unread: Lane[] = [];
  let isReading = false;
  /** Nothing is stored but what this tenure stored, and that is still in memory. */
  let isAllInMemory = snapshot.sequence === 0;

  const wakes = wakesOf(tenure, snapshot.timers, (names) => {
    for (const name of names) {
      const slash = name.indexOf('/');
      const hearer = host.hearers.find((each) => each.name === name.slice(0, slash));
      if (hearer !== undefined) enqueue(hearer, name.slice(slash + 1), { kind: 'wake' });
    }
    load();
  });

  const commits = commitsOf(tenure, snapshot, () => {
    if (lanes.size <= mostKeysInMemory) return;
    isAllInMemory = false;
    for (const [name, lane] of lanes) {
      if (lane.isDirty || lane.status !== 'idle' || lane.entry === undefined) continue;
      lanes.delete(name);
      wakes.sleep(lane);
      if (lanes.size <= mostKeysInMemory * 0.9) return;
    }
  });

  const enqueue = (hearer: Hearer, key: string, work: Work): void => {
    const name = nameOf(hearer, key);
    let lane = lanes.get(name);
    if (lane === undefined) {
      lane = newLane(hearer, key);
      lanes.set(name, lane);
      if (isAllInMemory) lane.entry = freshEntry();
      else {
        lane.status = 'held';
        unread.push(lane);
      }
    }
    lane.queue.push(work);
    makeReady(lane);
  };

  const load = (): void => {
    if (!isReading && unread.length > 0) void read();
  };

  const read = async (): Promise<void> => {
    isReading = true;
    while (unread.length > 0) {
      const wanted = unread;
      unread = [];
      const names = wanted.map((lane) => nameOf(lane.hearer, lane.key));
      const entries = await tenure.insist('read state', async () => {
        const stored = await host.store.load(tenure.ownership, commits.sequence, names);
        if (stored.kind === 'loaded')
          return stored.entries.map((bytes) => (bytes === null ? freshEntry() : entryOf(decodeKeyRecord(bytes))));
        tenure.end(stored.kind);
        return [];
      });
      if (entries === undefined || tenure.isOver) return;
      for (const [index, lane] of wanted.entries()) {
        lane.entry = entries[index] ?? freshEntry();
        lane.storedWakeAt = lane.entry.wakeAt;
        lane.status = 'idle';
        wakes.rise(lane);
        makeReady(lane);
      }
    }
    isReading = false;
  };

  const makeReady = (lane: Lane): void => {
    if (lane.status !== 'idle' || lane.queue.length === 0) return;
    lane.status = 'ready';
    host.turns.add(() => turn(lane));
  };

  const turn = (lane: Lane): boolean => {
    const until = performance.now() + turnMs;
    for (let work = nextOf(lane); work !== undefined; work = nextOf(lane)) {
      lane.current = work;
      const isDone = perform(lane, work);
      if (!isDone) return false;
      if (lane.queue[0] === work) lane.queue.shift();
      if (performance.now() > until && lane.queue.length > 0 && !tenure.isOver) return true;
    }
    lane.status = 'idle';
    return false;
  };

  /** The key's own time goes before a message that the log took in later. */
  const nextOf = (lane: Lane): Work | undefined => {
    if (tenure.isDraining) lane.queue = lane.queue.filter(({ kind }) => kind === 'notice');
    const { entry, queue } = lane;
    const [first] = queue;
    if (first === undefined || entry === undefined || tenure.isOver) return undefined;
    if (
      first.kind === 'message' &&
      entry.wakeAt !== null &&
      entry.wakeAt <= first.message.timestamp &&
      entry.wakeAt <= tenure.now()
    )
      return { kind: 'wake' };
    return first;
  };

  /** Does one piece of work; `false` when it holds the lane. */
  const perform = (lane: Lane, work: Work): boolean => {
    const { hearer, entry = freshEntry() } = lane;
    if (work.kind === 'message') {
      const { message, taken } = work;
      if (taken.record.offset < (entry.applied[message.topic] ?? 0) || seenIds.has(entry.seen, message.id))
        return settle(lane, work, 'repeated');
    }
    if (work.kind === 'wake' && (entry.wakeAt === null || entry.wakeAt > tenure.now())) return true;
    const inputId = inputIdOf(lane, work, entry);
    let ids = 0;
    const context: AnyContext = {
      key: lane.key,
      state: entry.state,
      now: work.kind === 'message' ? work.message.timestamp : tenure.now(),
      config: host.config,
      tables: host.tables,
      newId: () => deriveId(inputId, host.agent, hearer.name, 'new', (ids += 1)),
    };
    try {
      const outcome = call(hearer, work, context);
      if (!(outcome instanceof Promise)) return conclude(lane, work, outcome, inputId);
      lane.status = 'held';
      outcome.then(
        (value) => resume(lane, () => conclude(lane, work, value, inputId)),
        (error: unknown) => resume(lane, () => fail(lane, work, error)),
      );
      return false;
    } catch (error) {
      return fail(lane, work, error);
    }
  };

  /** A held lane goes on, once what held it is concluded. */
  const resume = (lane: Lane, conclusion: () => boolean): void => {
    if (tenure.isOver) return;
    lane.status = 'idle';
    let isDone: boolean;
    try {
      isDone = conclusion();
    } catch (error) {
      isDone = lane.current === undefined || fail(lane, lane.current, error);
    }
    if (isDone && lane.queue[0] === lane.current) lane.queue.shift();
    makeReady(lane);
  };

  const conclude = (lane: Lane, work: Work, outcome: RuntimeOutcome, inputId: string): boolean => {
    const { entry, hearer } = lane;
    if (entry === undefined || tenure.isOver) return true;
    const isMuted = work.kind === 'message' ? work.isMuted : work.kind === 'wake' && tenure.isRebuilding();
    if (outcome.kind === 'rejected' && work.kind === 'message') {
      setAside(work.taken.record, Object.assign(new Error(outcome.reason), { name: 'Rejected' }));
    }
    if (outcome.kind === 'handled') {
      const { publish = [], state, wakeAt } = outcome;
      // Making the records may fail; until then nothing has changed.
      const cause = work.kind === 'message' ? work.message : undefined;
      const records = recordsOf(host.bus, publish, {
        agent: host.agent,
        hearer: hearer.name,
        inputId,
        cause,
        time: clock.now(),
      });
      if (!isMuted) send(work, records);
      if (state !== undefined) entry.state = state ?? undefined;
      if (work.kind === 'wake') entry.wakeAt = null;
      if (wakeAt !== undefined) entry.wakeAt = wakeAt;
      if (entry.wakeAt !== null) wakes.schedule(lane);
    } else if (work.kind === 'wake') entry.wakeAt = null;
    if (outcome.afterCommit !== undefined && !isMuted) commits.afterNext(outcome.afterCommit);
    return settle(lane, work, outcome.kind);
  };

  const send = (work: Work, records: readonly NewRecord[]): void => {
    if (records.length === 0) return;
    tally.published += records.length;
    host.outbox.put(tenure, records, (fault) => {
      host.log.error({ fault: fault.message }, 'an output was refused for good; its input becomes a dead letter');
      tally.deadLettered += 1;
      return work.kind === 'message'
        ? [deadLetterOf(work.taken.record, { group: host.group, fault, at: clock.now() })]
        : [];
    });
  };

  const settle = (lane: Lane, work: Work, how: RuntimeOutcome['kind'] | 'repeated' | 'failed'): boolean => {
    const { entry } = lane;
    lane.attempt = 1;
    if (entry === undefined) return true;
    if (work.kind === 'message') {
      const { message, taken } = work;
      const after = taken.record.offset + 1;
      if (after > (entry.applied[message.topic] ?? 0)) {
        entry.applied[message.topic] = after;
        entry.seen = seenIds.add(entry.seen, message.id, lane.hearer.seenIds);
      }
      tally.hop(clock.now() - message.timestamp);
      dealtWith(work, how === 'rejected' || how === 'failed');
    }
    tally[how] += 1;
    commits.touched(lane);
    commits.soon();
    return true;
  };

  const fail = (lane: Lane, work: Work, error: unknown): boolean => {
    const faultClass = classifyFault(error);
    const delayMs =
      faultClass === 'permanent'
        ? undefined
        : delayAfter(faultClass === 'transient' ? transientFaults : unknownFaults, lane.attempt);
    if (delayMs !== undefined) {
      tally.retried += 1;
      lane.attempt += 1;
      lane.status = 'held';
      clock.after(delayMs, () => resume(lane, () => false));
      return false;
    }
    const fault = error instanceof Error ? error : new Error(messageOf(error));
    const facts = {
      handler: lane.hearer.name,
      key: lane.key,
      faultClass,
      fault: fault.message,
      attempt: lane.attempt,
      stack: fault.stack,
    };
    if (work.kind === 'message') {
      host.log.error(
        { ...facts, correlationId: work.message.value.envelope.correlationId },
        'a message can not be handled',
      );
      if (!work.isMuted) setAside(work.taken.record, fault);
    } else {
      host.log.error(facts, `a ${work.kind} was given up`);
      if (lane.entry !== undefined && work.kind === 'wake') lane.entry.wakeAt = null;
    }
    return settle(lane, work, 'failed');
  };

  const setAside = (record: LogRecord, fault: Error): void => {
    tally.deadLettered += 1;
    const { topic, partition, offset } = record;
    host.log.warn({ topic, partition, offset, reason: fault.message }, 'dead letter');
    host.outbox.put(tenure, [deadLetterOf(record, { group: host.group, fault, at: clock.now() })], () => []);
  };

  return {
    enqueue,
    load,
    setAside,
    soon: commits.soon,
    async drain() {
      wakes.stop();
      await commits.finish();
    },
    stop() {
      wakes.stop();
      commits.stop();
    },
    get size() {
      return lanes.size;
    },
  };
}

function freshEntry(): KeyEntry {
  return { state: undefined, applied: {}, seen: seenIds.empty, wakeAt: null };
}

function entryOf({ state, applied, seen, wakeAt }: KeyRecord): KeyEntry {
  return { state, applied: { ...applied }, seen, wakeAt };
}

function inputIdOf(lane: Lane, work: Work, entry: KeyEntry): string {
  if (work.kind === 'message') return work.message.id;
  return work.kind === 'notice' ? work.id : deriveId('wake', lane.hearer.name, lane.key, entry.wakeAt ?? 0);
}

function call(hearer: Hearer, work: Work, context: AnyContext): RuntimeOutcome | Promise<RuntimeOutcome> {
  if (work.kind === 'message') return hearer.handle(work.message as Message, context);
  const outcome = work.kind === 'wake' ? hearer.wake?.(context) : hearer.notice?.(work.notice, context);
  return outcome ?? { kind: 'ignored', reason: `no handler for a ${work.kind}` };
}
