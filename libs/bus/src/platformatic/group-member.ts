/** A member of a consumer group: tells its listener what is assigned, revoked and read, and nothing of a generation that is over. */
import type { Held } from '../kafka/co-partition.ts';
import { generationOf } from '../kafka/generation.ts';
import type { Generation } from '../kafka/generation.ts';
import { groupSettings } from '../kafka/group-settings.ts';
import { heartbeatPace } from '../kafka/heartbeat-pace.ts';
import { backoffMs, isDoneWithin, naps } from '../kafka/nap.ts';
import { rootCause } from '../kafka/root-cause.ts';
import { FencedError } from '../log.ts';
import type { Assignment, GroupOptions, Membership } from '../log.ts';
import { codeOf, CODES, isFencing, isOutage, reasonOf, toLogError } from './faults.ts';
import { fetcherOf } from './fetcher.ts';
import type { Fetcher, ReadingContext } from './fetcher.ts';
import { commitOffsets, committedOffsets, coordinatorOf, sendHeartbeat } from './group-coordinator.ts';
import { sessionOf } from './group-session.ts';
import { offsetLookUp } from './offset-look-up.ts';

const HEARTBEAT_RETRY_MS = 250;
/** Of the session timeout: so long heartbeats may fail before the generation counts as lost. */
const PATIENCE = 0.8;
const MAX_BACKOFF_MS = 5_000;
/** In a row, of a kind that waiting does not repair. */
const MAX_FAULTS = 3;

interface Owned {
  readonly generation: Generation;
  readonly fetcher: Fetcher;
}

/** Joins at once and for as long as it takes; brokers need not be there yet. */
export function groupMember(context: ReadingContext, options: GroupOptions): Membership {
  const { cluster, connection, topology } = context;
  const { logger } = connection;
  const { listener, group } = options;
  const { sessionTimeoutMs, heartbeatIntervalMs, maxBytesPerPartition } = groupSettings(options);
  const coordinator = coordinatorOf(cluster, group);
  const { requestTimeoutMs } = connection;
  const session = sessionOf(cluster, coordinator, { topics: options.topics, sessionTimeoutMs, requestTimeoutMs });
  const pace = heartbeatPace(heartbeatIntervalMs);
  const { nap, wake } = naps();
  let owned: Owned | undefined;
  let held: Held = { generation: -1, partitions: [] };
  let confirmedAt = Date.now();
  let isOver = false;

  const fail = (fault: Error) => {
    if (isOver) return;
    stop();
    void session
      .leave()
      .catch(() => undefined)
      .then(() => session.close());
    listener.lost(fault);
  };
  const stop = () => {
    isOver = true;
    owned?.generation.end();
    owned?.fetcher.stop();
    wake();
  };
  /** The listener must not throw; if it does, that is a bug, and going on would skip what it was told. */
  const tell = (call: () => void) => {
    if (isOver) return;
    try {
      call();
    } catch (error) {
      fail(rootCause(error));
    }
  };
  const begin = (assignment: Assignment): Owned => {
    const generation = generationOf({
      group,
      assignment,
      listener,
      logger,
      committed: (partitions) => committedOffsets(coordinator, partitions),
      offsets: offsetLookUp(cluster),
      place: (positions) => fetcher.start(positions),
    });
    const fetcher = fetcherOf(context, {
      maxBytesPerPartition,
      records(batch) {
        pace.recordsCame();
        tell(() => listener.records(batch));
      },
      read: (partition, at, answer) => generation.progress.read(partition, at, answer),
      failed: fail,
    });
    confirmedAt = Date.now();
    held = assignment;
    owned = { generation, fetcher };
    void generation.settle();
    return owned;
  };
  const end = (over: Owned | undefined = owned) => {
    if (!over || over !== owned) return;
    owned = undefined;
    over.generation.end();
    over.fetcher.stop();
    if (over.generation.isTold) tell(() => listener.revoked(over.generation.assignment.generation));
    wake();
  };
  /** What the broker says of a membership that is over. */
  const heedFencing = (error: unknown) => {
    if (codeOf(error) === CODES.unknownMember) session.forgetMember();
  };
  const beat = async ({ generation }: Owned) => {
    await sendHeartbeat(coordinator, generation.assignment);
    confirmedAt = Date.now();
  };
  const keepAlive = async (mine: Owned) => {
    let counts: string | undefined;
    /** A topic has got partitions that nobody reads yet. */
    const hasGrown = () => {
      const before = counts;
      counts = topology.counts(options.topics) ?? before;
      return before !== undefined && before !== counts;
    };
    const isOurs = () => owned === mine && !isOver;
    while (isOurs()) {
      const isLate = Date.now() - confirmedAt > heartbeatIntervalMs * 2;
      await nap(isLate ? Math.min(HEARTBEAT_RETRY_MS, heartbeatIntervalMs) : pace.intervalMs);
      if (!isOurs()) return;
      try {
        const heartbeat = beat(mine);
        const patienceMs = confirmedAt + PATIENCE * sessionTimeoutMs - Date.now();
        if (await isDoneWithin(patienceMs, heartbeat)) await heartbeat;
        else end(mine);
        if (hasGrown()) end(mine);
      } catch (error) {
        if (isFencing(error)) {
          heedFencing(error);
          end(mine);
        } else if (Date.now() - confirmedAt > PATIENCE * sessionTimeoutMs) {
          end(mine);
        } else {
          logger('debug', `A heartbeat failed: ${reasonOf(error)}. The membership lasts for now.`, { group });
          coordinator.forget();
        }
      }
    }
  };
  const live = async () => {
    let failures = 0;
    let faults = 0;
    for (;;) {
      if (isOver) return;
      try {
        const assignment = await session.join(held);
        if (isOver) return;
        failures = faults = 0;
        await keepAlive(begin(assignment));
      } catch (error) {
        if (isOver) return;
        heedFencing(error);
        if (!isOutage(error) && ++faults >= MAX_FAULTS) return fail(toLogError(error, `Joining group ${group}`));
        coordinator.forget();
        const delayMs = backoffMs(failures++, MAX_BACKOFF_MS);
        if (!isFencing(error))
          logger('warn', `Joining group ${group} failed: ${reasonOf(error)}. It is tried again.`, { group, delayMs });
        await nap(delayMs);
      }
    }
  };
  const living = live();

  return {
    pause(partitions) {
      owned?.fetcher.pause(partitions);
      owned?.generation.progress.changed();
    },
    resume(partitions) {
      owned?.fetcher.resume(partitions);
      owned?.generation.progress.changed();
    },
    async commit(of, offsets) {
      const fenced = (cause?: unknown) =>
        new FencedError(`Generation ${of} of group ${group} is over; stop handling what was assigned in it.`, {
          cause,
        });
      const mine = owned;
      if (!mine || mine.generation.assignment.generation !== of || isOver) throw fenced();
      try {
        await commitOffsets(coordinator, mine.generation.assignment, offsets);
        confirmedAt = Date.now();
      } catch (error) {
        if (!isFencing(error)) throw toLogError(error, `Committing offsets of group ${group}`);
        heedFencing(error);
        end(mine);
        throw fenced(error);
      }
      if (owned !== mine) throw fenced();
    },
    reassign: () => end(),
    async leave(deadlineMs) {
      stop();
      const goodbye = session.leave().then(() => living);
      await isDoneWithin(deadlineMs, goodbye);
      session.close();
    },
    get confirmedAt() {
      return confirmedAt;
    },
    get deliveredThrough() {
      if (!owned?.generation.isReady) return 0;
      return owned.generation.progress.through(owned.fetcher.paused) ?? confirmedAt;
    },
  };
}
