import { deadLetterOf, type LogRecord, type NewRecord } from '@muster/bus';
import { classifyFault, defaultBackoff, delayAfter, messageOf } from '@muster/resilience';
import { seenIds } from '@muster/state';
import type { Commits } from './commits.ts';
import { deriveId } from './derived-id.ts';
import type { AnyContext, Hearer, KeyEntry, Lane, MessageWork, RuntimeOutcome, Work } from './lane.ts';
import { recordsOf } from './publishing.ts';
import type { Tenure } from './tenure.ts';
import type { Wakes } from './wakes.ts';

/** Does the work of lanes: calls the handler, and makes what it answers true, or deals with its fault. */
export interface Performer {
  /** Does one piece of work; `false` when it holds the lane. */
  perform(lane: Lane, entry: KeyEntry, work: Work): boolean;
  /** A record that no handler can deal with becomes a dead letter. */
  setAside(record: LogRecord, fault: Error): void;
}

export interface PerformerOptions {
  readonly tenure: Tenure;
  readonly wakes: Wakes;
  readonly commits: Commits;
  /** A held lane goes on, once the work that held it is concluded (`true`) or is to be tried again. */
  resume(lane: Lane, conclusion: () => boolean): void;
  dealtWith(work: MessageWork, isDeadLetter: boolean): void;
}

const transientFaults = { ...defaultBackoff, maxAttempts: 10 };
const unknownFaults = { initialMs: 50, factor: 4, maxMs: 1_000, maxAttempts: 3 };

export function performer({ tenure, wakes, commits, resume, dealtWith }: PerformerOptions): Performer {
  const { host } = tenure;
  const { clock, tally } = host;

  const timeOf = (work: Work): number => {
    if (work.kind === 'message') return work.message.timestamp;
    return (work.kind === 'wake' ? work.at : undefined) ?? tenure.now();
  };

  const perform = (lane: Lane, entry: KeyEntry, work: Work): boolean => {
    const { hearer } = lane;
    if (work.kind === 'message') {
      const { message, taken } = work;
      if (taken.record.offset < (entry.applied[message.topic] ?? 0) || seenIds.has(entry.seen, message.id))
        return settle(lane, entry, work, 'repeated');
    }
    if (work.kind === 'wake' && (entry.wakeAt === null || entry.wakeAt > tenure.now())) return true;
    const inputId = inputIdOf(lane, work, entry);
    let ids = 0;
    const context: AnyContext = {
      key: lane.key,
      state: entry.state,
      now: timeOf(work),
      config: host.config,
      tables: host.tables,
      newId: () => deriveId(inputId, host.agent, hearer.name, 'new', (ids += 1)),
    };
    return guarded(lane, entry, work, () => {
      const outcome = call(hearer, work, context);
      if (!(outcome instanceof Promise)) return conclude(lane, entry, work, outcome, inputId);
      lane.status = 'held';
      outcome.then(
        (value) => resume(lane, () => guarded(lane, entry, work, () => conclude(lane, entry, work, value, inputId))),
        (error: unknown) => resume(lane, () => fail(lane, entry, work, error)),
      );
      return false;
    });
  };

  const guarded = (lane: Lane, entry: KeyEntry, work: Work, attempt: () => boolean): boolean => {
    try {
      return attempt();
    } catch (error) {
      return fail(lane, entry, work, error);
    }
  };

  const conclude = (lane: Lane, entry: KeyEntry, work: Work, outcome: RuntimeOutcome, inputId: string): boolean => {
    if (tenure.isOver) return true;
    const isMuted = work.kind === 'message' ? work.isMuted : work.kind === 'wake' && tenure.isRebuilding();
    if (outcome.kind === 'rejected' && work.kind === 'message' && !isMuted) {
      setAside(work.taken.record, Object.assign(new Error(outcome.reason), { name: 'Rejected' }));
    }
    if (outcome.kind === 'handled') {
      const { publish = [], state, wakeAt } = outcome;
      // Making the records may fail; until then nothing has changed.
      const cause = work.kind === 'message' ? work.message : undefined;
      const records = recordsOf(host.bus, publish, {
        agent: host.agent,
        hearer: lane.hearer.name,
        inputId,
        cause,
        time: clock.now(),
      });
      if (!isMuted) send(work, records);
      if (state !== undefined) entry.state = state ?? undefined;
      // Asked to be woken at once, a key would be woken for ever.
      if (work.kind === 'wake')
        entry.wakeAt = wakeAt === undefined || wakeAt === null ? null : Math.max(wakeAt, timeOf(work) + 1);
      else if (wakeAt !== undefined) entry.wakeAt = wakeAt;
      if (entry.wakeAt !== null) wakes.schedule(lane);
    } else if (work.kind === 'wake') entry.wakeAt = null;
    if (outcome.afterCommit !== undefined && !isMuted) commits.afterNext(outcome.afterCommit);
    return settle(lane, entry, work, outcome.kind);
  };

  const send = (work: Work, records: readonly NewRecord[]): void => {
    if (records.length === 0) return;
    tally.published += records.length;
    host.outbox.put(tenure, records, (fault) => {
      host.log.error({ fault: fault.message }, 'an output was refused for good; its input becomes a dead letter');
      tally.deadLettered += 1;
      return work.kind === 'message' ? [deadLetter(work.taken.record, fault)] : [];
    });
  };

  const settle = (
    lane: Lane,
    entry: KeyEntry,
    work: Work,
    how: RuntimeOutcome['kind'] | 'repeated' | 'failed',
  ): boolean => {
    lane.attempt = 1;
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

  const fail = (lane: Lane, entry: KeyEntry, work: Work, error: unknown): boolean => {
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
      if (work.kind === 'wake') entry.wakeAt = null;
    }
    return settle(lane, entry, work, 'failed');
  };

  const deadLetter = (record: LogRecord, fault: Error): NewRecord =>
    deadLetterOf(record, { group: host.group, fault, at: clock.now() });

  const setAside = (record: LogRecord, fault: Error): void => {
    tally.deadLettered += 1;
    const { topic, partition, offset } = record;
    host.log.warn({ topic, partition, offset, reason: fault.message }, 'dead letter');
    const letter = deadLetter(record, fault);
    // With its reason it may be too large for the log. Then the reason stays, and says where the value is still to be found.
    const withoutValue = {
      ...letter,
      value: null,
      headers: { ...letter.headers, 'muster_dlt-value': Buffer.from('left out: too large together with its reason') },
    };
    host.outbox.put(tenure, [letter], (reason) => (/large|size/i.test(reason.message) ? [withoutValue] : undefined));
  };

  return { perform, setAside };
}

function inputIdOf(lane: Lane, work: Work, entry: KeyEntry): string {
  if (work.kind === 'message') return work.message.id;
  return work.kind === 'notice' ? work.id : deriveId('wake', lane.hearer.name, lane.key, entry.wakeAt ?? 0);
}

function call(hearer: Hearer, work: Work, context: AnyContext): RuntimeOutcome | Promise<RuntimeOutcome> {
  if (work.kind === 'message') return hearer.handle(work.message, context);
  const outcome = work.kind === 'wake' ? hearer.wake?.(context) : hearer.notice?.(work.notice, context);
  return outcome ?? { kind: 'ignored', reason: `no handler for a ${work.kind}` };
}
