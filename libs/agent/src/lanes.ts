import type { LogRecord } from '@muster/bus';
import { decodeKeyRecord, type KeyRecord, type PartitionSnapshot } from '@muster/state';
import { commitsOf } from './commits.ts';
import { freshEntry } from './key-step.ts';
import {
  nameOf,
  newLane,
  type Hearer,
  type KeyEntry,
  type Lane,
  type MessageWork,
  type Queued,
  type Work,
} from './lane.ts';
import { performer } from './performing.ts';
import type { Tenure } from './tenure.ts';
import { wakesOf } from './wakes.ts';

/** The keys of a partition, each with its queue and its state: keys run side by side, one key in order. */
export interface Lanes {
  enqueue(hearer: Hearer, key: string, work: Queued): void;
  /** Reads the states of keys met since the last call, in one go. */
  load(): void;
  /** A record that no handler will see: it becomes a dead letter. */
  setAside(record: LogRecord, fault: Error): void;
  /** A record was dealt with without a lane. */
  soon(): void;
  drain(): Promise<void>;
  stop(): void;
  readonly size: number;
  /** Outputs that are decided and not stored yet. */
  readonly leaving: number;
}

const turnMs = 1;
const lateAfterMs = 5_000;
/** Of the process; its partitions share it. */
const mostKeysInMemory = 200_000;

/** `dealtWith` is called once a record needs no more of us, `stored` after each commit. */
export function lanesOf(
  tenure: Tenure,
  snapshot: PartitionSnapshot,
  dealtWith: (work: MessageWork, isDeadLetter: boolean) => void,
  stored: () => void,
): Lanes {
  const { host } = tenure;
  const lanes = new Map<string, Lane>();
  let unread: Lane[] = [];
  let isReading = false;
  /** Nothing is stored but what this tenure stored, and that is still in memory. */
  let isAllInMemory = snapshot.sequence === 0;

  const wakes = wakesOf(tenure, snapshot.timers, (names) => {
    for (const name of names) {
      const slash = name.indexOf('/');
      const hearer = host.hearers.find((each) => each.name === name.slice(0, slash));
      // Whether it is woken, and when, the lane sees for itself.
      if (hearer !== undefined) makeReady(laneOf(hearer, name.slice(slash + 1)));
    }
    load();
  });

  const commits = commitsOf(tenure, snapshot, () => {
    stored();
    const most = mostKeysInMemory / Math.max(1, host.partitions());
    if (lanes.size <= most) return;
    isAllInMemory = false;
    for (const [name, lane] of lanes) {
      if (lane.isDirty || lane.status !== 'idle' || lane.queue.length > 0 || lane.entry === undefined) continue;
      lanes.delete(name);
      wakes.sleep(lane);
      if (lanes.size <= most * 0.9) return;
    }
  });

  const { perform, setAside } = performer({
    tenure,
    wakes,
    commits,
    dealtWith,
    resume(lane, conclusion) {
      if (tenure.isOver) return;
      lane.status = 'idle';
      if (conclusion() && lane.queue[0] === lane.current) lane.queue.shift();
      if (lane.status === 'idle') lane.current = undefined;
      makeReady(lane);
    },
  });

  const laneOf = (hearer: Hearer, key: string): Lane => {
    const name = nameOf(hearer, key);
    const known = lanes.get(name);
    if (known !== undefined) return known;
    const lane = newLane(hearer, key);
    lanes.set(name, lane);
    if (isAllInMemory) lane.entry = freshEntry();
    else {
      lane.status = 'held';
      unread.push(lane);
    }
    return lane;
  };

  const enqueue = (hearer: Hearer, key: string, work: Queued): void => {
    const lane = laneOf(hearer, key);
    lane.queue.push(work);
    // Most lanes are empty and quick: theirs is done at once. One that was slow waits for its turn, so that it delays nobody behind it.
    if (lane.status !== 'idle' || lane.isSlow || lane.queue.length > 1) makeReady(lane);
    else {
      lane.status = 'ready';
      if (turn(lane)) host.turns.add(() => turn(lane));
    }
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
    if (lane.status !== 'idle') return;
    lane.status = 'ready';
    host.turns.add(() => turn(lane));
  };

  const turn = (lane: Lane): boolean => {
    const began = host.clock.worked();
    for (let work = nextOf(lane); work !== undefined && lane.entry !== undefined; work = nextOf(lane)) {
      lane.current = work;
      if (!perform(lane, lane.entry, work)) return false;
      if (lane.queue[0] === work) lane.queue.shift();
      // A message remembered is a whole answer of the broker remembered, since its bytes are a part of that.
      lane.current = undefined;
      lane.isSlow = host.clock.worked() - began > turnMs;
      if (lane.isSlow && lane.queue.length > 0 && !tenure.isOver) return true;
    }
    lane.status = 'idle';
    return false;
  };

  /** The key's own time goes before a message that the log took in at that time or later, and after what was there before. */
  const nextOf = (lane: Lane): Work | undefined => {
    if (tenure.isDraining) lane.queue = lane.queue.filter(({ kind }) => kind === 'notice');
    const { entry, queue, hearer } = lane;
    const [first] = queue;
    if (entry === undefined || tenure.isOver) return undefined;
    const { wakeAt } = entry;
    if (wakeAt === null || tenure.isDraining || first?.kind === 'notice') return first;
    if (hearer.isOfPresent === true) {
      if (first !== undefined) return first;
      if (tenure.now() < tenure.beganAt) return later(lane);
    }
    if (first === undefined) {
      const now = tenure.now();
      // On time, it is what was asked for, to the ms, and so the same in a rebuild; late, the handler is to know how late.
      if (wakeAt > now) return undefined;
      // In a rebuild nothing tells whether it came before: said again under the same id is better than never said.
      return { kind: 'wake', at: now - wakeAt < lateAfterMs ? wakeAt : now, isMuted: false };
    }
    // Between topics the queue is in the order of delivery: what was there first may stand behind.
    if (queue.some((each) => each.kind === 'message' && each.message.timestamp < wakeAt)) return first;
    if (hearer.topics.length > 1 && wakeAt > tenure.now()) {
      // Another topic may still bring what was there before.
      return later(lane);
    }
    // Published before, where what came after it was.
    return { kind: 'wake', at: wakeAt, isMuted: first.isMuted };
  };

  /** It is woken when the log's time is sure to have come so far. */
  const later = (lane: Lane): undefined => {
    wakes.schedule(lane);
    wakes.lookAgain();
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
    get leaving() {
      return commits.leaving;
    },
  };
}

function entryOf({ state, applied, seen, wakeAt }: KeyRecord): KeyEntry {
  return { state, applied: { ...applied }, seen, wakeAt };
}
