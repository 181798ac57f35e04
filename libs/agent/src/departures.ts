import { messageOf } from '@muster/resilience';
import { decodeDeparture, type PartitionSnapshot } from '@muster/state';
import type { Leaving } from './commits.ts';
import { fifo } from './fifo.ts';
import type { Lane } from './lane.ts';
import { isForGood, withoutValue } from './refused-record.ts';
import type { Tenure } from './tenure.ts';

/** What is decided and on its way out: first into the store, then to the log, then out of the store. */
export interface Departures {
  add(lane: Lane | undefined, leaving: Leaving): void;
  take(): { readonly departing: readonly Departing[]; readonly departed: readonly number[] };
  /** What was taken is stored: it may go. The offsets stored with it are told to the log once it has gone. */
  stored(
    taken: { readonly departing: readonly Departing[]; readonly departed: readonly number[] },
    offsets: ReadonlyMap<string, number>,
  ): void;
  afterOutputs(lane: Lane, go: () => void): void;
  /** Decided and not stored yet. */
  readonly count: number;
  /** Something is to be stored before it may go. */
  readonly isUrgent: boolean;
  /** Something is to be stored, if only that it has gone. */
  readonly isWaiting: boolean;
}

export interface Departing extends Leaving {
  readonly number: number;
  readonly lane: Lane | undefined;
}

/** Half of what a consumer remembers of a key: after a crash all of it may come again, behind as much that is new. */
export const mostOutputs = 16;

/** `left`: something has gone. */
export function departuresOf(tenure: Tenure, snapshot: PartitionSnapshot, left: () => void): Departures {
  const { host, number: partition } = tenure;
  let waiting: Departing[] = [];
  let departed: number[] = [];
  let last = 0;
  /** Being stored. */
  let underWay = 0;
  const inFlight = fifo<number>();
  const outputs = new Map<number, { readonly lane: Lane; readonly count: number }>();
  const held: { readonly lane: Lane; readonly go: () => void }[] = [];
  /** Offsets that the log may hear of once what was decided before them has left. */
  let toTell: { readonly upTo: number; readonly offsets: ReadonlyMap<string, number> }[] = [];

  const tellLog = (): void => {
    while (toTell[0] !== undefined && toTell[0].upTo < (inFlight.first() ?? Number.POSITIVE_INFINITY)) {
      host.committed(partition, toTell[0].offsets);
      toTell = toTell.slice(1);
    }
  };

  const send = ({ number, records, refused }: Pick<Departing, 'number' | 'records' | 'refused'>): void => {
    inFlight.push(number);
    host.outbox.put(tenure, records, refused, () => {
      inFlight.shift();
      departed.push(number);
      tellLog();
      left();
    });
  };

  const dropped = (reason: Error): [] => {
    host.tally.deadLettered += 1;
    host.log.error(
      { partition, fault: messageOf(reason) },
      'an output of the owner before was refused for good, and is lost',
    );
    return [];
  };
  for (const [number, bytes] of snapshot.outbox) {
    last = number;
    const { records, cause } = decodeDeparture(bytes);
    // A store that went back in time has here again what left long ago.
    if (cause !== null && tenure.wasPublished(cause)) departed.push(number);
    else
      send({
        number,
        records,
        refused: (reason) => withoutValue(records, reason) ?? (isForGood(reason) ? dropped(reason) : undefined),
      });
  }

  return {
    add(lane, leaving) {
      last += 1;
      waiting.push({ ...leaving, number: last, lane });
      if (lane !== undefined) lane.outputs += leaving.records.length;
    },
    take() {
      const taken = { departing: waiting, departed };
      underWay = waiting.length;
      waiting = [];
      departed = [];
      return taken;
    },
    stored({ departing, departed: gone }, offsets) {
      underWay = 0;
      for (const each of departing) {
        if (each.lane !== undefined) outputs.set(each.number, { lane: each.lane, count: each.records.length });
        send(each);
      }
      if (offsets.size > 0) toTell.push({ upTo: last - waiting.length, offsets });
      tellLog();
      for (const number of gone) {
        const output = outputs.get(number);
        outputs.delete(number);
        if (output !== undefined) output.lane.outputs -= output.count;
      }
      for (const each of held.splice(0)) {
        if (each.lane.outputs < mostOutputs) each.go();
        else held.push(each);
      }
    },
    afterOutputs(lane, go) {
      held.push({ lane, go });
    },
    get count() {
      return waiting.length + underWay;
    },
    get isUrgent() {
      return waiting.length > 0 || (held.length > 0 && departed.length > 0);
    },
    get isWaiting() {
      return waiting.length > 0 || departed.length > 0;
    },
  };
}
