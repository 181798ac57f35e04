import { deadLetterOf, type LogRecord, type NewRecord } from '@muster/bus';
import { classifyFault, defaultBackoff, delayAfter, messageOf } from '@muster/resilience';
import type { Commits } from './commits.ts';
import { mostOutputs } from './departures.ts';
import { applyOutcome, isRepeated, newIdOf, noteMessage, wakeIdOf } from './key-step.ts';
import type { AnyContext, Hearer, KeyEntry, Lane, MessageWork, RuntimeOutcome, Work } from './lane.ts';
import { recordsOf } from './publishing.ts';
import { withoutValue } from './refused-record.ts';
import type { SideWork } from './side-thread.ts';
import type { Tenure } from './tenure.ts';
import type { Wakes } from './wakes.ts';

/** Does the work of lanes: calls the handler, and makes what it answers true, or deals with its fault. */
export interface Performer {
  /** Does one piece of work; `false` when it holds the lane. */
  perform(lane: Lane, entry: KeyEntry, work: Work): boolean;
  /** A record that no handler can deal with becomes a dead letter. */
  setAside(record: LogRecord, fault: Error, lane?: Lane): void;
}

export interface PerformerOptions {
  readonly tenure: Tenure;
  readonly wakes: Wakes;
  readonly commits: Commits;
  /** A held lane goes on, once the work that held it is concluded (`true`) or is to be tried again. */
  resume(lane: Lane, conclusion: () => boolean): void;
  dealtWith(work: MessageWork, isDeadLetter: boolean): void;
}

/** Of CPU time, as far as the clock can tell. */
const slowCallMs = 10;
const transientFaults = { ...defaultBackoff, maxAttempts: 10 };
const unknownFaults = { initialMs: 50, factor: 4, maxMs: 1_000, maxAttempts: 3 };

export function performer({ tenure, wakes, commits, resume, dealtWith }: PerformerOptions): Performer {
  const { host } = tenure;
  const { clock, tally } = host;

  const timeOf = (work: Work): number => {
    if (work.kind === 'message') return work.message.timestamp;
    return work.kind === 'wake' ? work.at : tenure.now();
  };

  const perform = (lane: Lane, entry: KeyEntry, work: Work): boolean => {
    const { hearer } = lane;
    if (work.kind === 'message') {
      if (isRepeated(entry, work.message)) return settle(lane, entry, work, 'repeated');
    }
    if (lane.outputs >= mostOutputs) {
      lane.status = 'held';
      commits.afterOutputs(lane, () => resume(lane, () => false));
      return false;
    }
    const place = work.kind === 'message' ? placeOf(work.taken.record) : undefined;
    if (place !== undefined && host.outlived.has(place))
      return fail(lane, entry, work, tooSlow(host.outlived.get(place)));
    const inputId = inputIdOf(lane, work, entry);
    let ids = 0;
    const context: AnyContext = {
      key: lane.key,
      state: entry.state,
      now: timeOf(work),
      config: host.config,
      tables: host.tables,
      newId: () => newIdOf(inputId, host.agent, hearer.name, (ids += 1)),
    };
    if (goesAside(lane, work)) return aside(lane, entry, work, { inputId, context });
    return guarded(lane, entry, work, () => {
      const began = clock.worked();
      let outcome: ReturnType<typeof call>;
      try {
        outcome = call(hearer, work, context);
      } finally {
        const tookMs = clock.worked() - began;
        lane.slowCalls = tookMs > slowCallMs ? lane.slowCalls + 1 : 0;
        if (place !== undefined && tookMs > host.sessionMs) host.outlived.set(place, tookMs);
      }
      if (!(outcome instanceof Promise)) return conclude(lane, entry, work, outcome, inputId);
      lane.status = 'held';
      outcome.then(
        (value) => resume(lane, () => guarded(lane, entry, work, () => conclude(lane, entry, work, value, inputId))),
        (error: unknown) => resume(lane, () => fail(lane, entry, work, error)),
      );
      return false;
    });
  };

  /** One slow handling may be the collector's; two in a row are the key's. */
  const goesAside = (lane: Lane, { kind }: Work): boolean =>
    lane.slowCalls >= 2 && lane.hearer.isPure === true && kind !== 'notice' && host.sideThread?.isBroken === false;

  const aside = (
    lane: Lane,
    entry: KeyEntry,
    work: Work,
    { inputId, context }: Pick<SideWork, 'inputId' | 'context'>,
  ): boolean => {
    const { hearer, key } = lane;
    if (lane.slowCalls === 2)
      host.log.info({ handler: hearer.name, key }, 'its handler computes long: the key goes on beside the others');
    lane.slowCalls += 1;
    lane.status = 'held';
    tally.aside += 1;
    const message = work.kind === 'message' ? work.message : undefined;
    host.sideThread?.run({ hearer: hearer.name, message, inputId, context }).then(
      ({ outcome, tookMs }) =>
        resume(lane, () => {
          if (tookMs < slowCallMs / 2) lane.slowCalls = 0;
          return guarded(lane, entry, work, () => conclude(lane, entry, work, outcome, inputId));
        }),
      (error: unknown) => resume(lane, () => fail(lane, entry, work, error)),
    );
    return false;
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
    const isMuted = work.kind !== 'notice' && work.isMuted;
    if (outcome.kind === 'rejected' && work.kind === 'message' && !isMuted) {
      setAside(work.taken.record, Object.assign(new Error(outcome.reason), { name: 'Rejected' }), lane);
    }
    if (outcome.kind === 'handled') {
      const { publish = [] } = outcome;
      // Making the records may fail; until then nothing has changed.
      const cause = work.kind === 'message' ? work.message : undefined;
      const records = recordsOf(host.bus, publish, {
        agent: host.agent,
        hearer: lane.hearer.name,
        inputId,
        cause,
        time: clock.now(),
      });
      if (!isMuted) send(lane, work, records);
    }
    applyOutcome(entry, outcome, work.kind === 'wake' ? (entry.wakeAt ?? work.at) : undefined);
    if (entry.wakeAt !== null) wakes.schedule(lane);
    if (outcome.afterCommit !== undefined && !isMuted) commits.afterNext(lane, outcome.afterCommit);
    return settle(lane, entry, work, outcome.kind);
  };

  const send = (lane: Lane, work: Work, records: readonly NewRecord[]): void => {
    if (records.length === 0) return;
    tally.published += records.length;
    commits.publish(lane, {
      records,
      cause: work.kind === 'message' ? work.taken.record : null,
      refused(fault) {
        host.log.error({ fault: fault.message }, 'an output was refused for good; its input becomes a dead letter');
        tally.deadLettered += 1;
        return work.kind === 'message' ? [deadLetter(work.taken.record, fault)] : [];
      },
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
      const { message } = work;
      const isDeadLetter = how === 'rejected' || how === 'failed';
      noteMessage(
        entry,
        message,
        lane.hearer.seenIds,
        isDeadLetter ? 'dead letter' : how === 'repeated' ? how : 'handled',
      );
      tally.hop(clock.now() - message.timestamp);
      dealtWith(work, isDeadLetter);
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
        : delayAfter(faultClass === 'transient' ? transientFaults : unknownFaults, lane.attempt, clock.random);
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
      if (!work.isMuted) setAside(work.taken.record, fault, lane);
    } else {
      host.log.error(facts, `a ${work.kind} was given up`);
      if (work.kind === 'wake') entry.wakeAt = null;
    }
    return settle(lane, entry, work, 'failed');
  };

  const deadLetter = (record: LogRecord, fault: Error): NewRecord =>
    deadLetterOf(record, { group: host.group, fault, at: clock.now() });

  const setAside = (record: LogRecord, fault: Error, lane?: Lane): void => {
    tally.deadLettered += 1;
    const { topic, partition, offset } = record;
    host.log.warn({ topic, partition, offset, reason: fault.message }, 'dead letter');
    const records = [deadLetter(record, fault)];
    commits.publish(lane, { records, cause: record, refused: (reason) => withoutValue(records, reason) });
  };

  return { perform, setAside };
}

function placeOf({ topic, partition, offset }: LogRecord): string {
  return `${topic}/${partition}/${offset}`;
}

function tooSlow(tookMs = 0): Error {
  const seconds = Math.round(tookMs / 1_000);
  const sentence = `its handler computed for ${seconds} s, and the group went on without this instance; make the handler quicker, then redrive`;
  return Object.assign(new Error(sentence), { name: 'HandlerTooSlow', faultClass: 'permanent' });
}

function inputIdOf(lane: Lane, work: Work, entry: KeyEntry): string {
  if (work.kind === 'message') return work.message.id;
  return work.kind === 'notice' ? work.id : wakeIdOf(lane.hearer.name, lane.key, entry.wakeAt ?? work.at);
}

function call(hearer: Hearer, work: Work, context: AnyContext): RuntimeOutcome | Promise<RuntimeOutcome> {
  if (work.kind === 'message') return hearer.handle(work.message, context);
  const outcome = work.kind === 'wake' ? hearer.wake?.(context) : hearer.notice?.(work.notice, context);
  return outcome ?? { kind: 'ignored', reason: `no handler for a ${work.kind}` };
}
