/** Time that passes only from one event to the next. Events of the same moment come in an order drawn at random. */
import type { Random } from './random.ts';

export interface VirtualTime {
  /** Epoch ms, whole. */
  now(): number;
  /** Runs something after a delay in ms; the returned function cancels. */
  after(delayMs: number, run: () => void): () => void;
  /** Lets things happen until a condition holds, looked at every `everyMs`, or until the time is up: `false`. */
  until(condition: () => boolean, limitMs: number, everyMs?: number): Promise<boolean>;
}

interface Event {
  readonly at: number;
  readonly tie: number;
  readonly run: () => void;
  isCancelled: boolean;
}

const beginning = Date.UTC(2026, 0, 1);

export function virtualTime(random: Random): VirtualTime {
  const events = heap();
  let now = beginning;

  const after = (delayMs: number, run: () => void): (() => void) => {
    const event = { at: now + Math.max(0, delayMs), tie: random.next(), run, isCancelled: false };
    events.push(event);
    return () => {
      event.isCancelled = true;
    };
  };

  return {
    now: () => Math.floor(now),
    after,
    async until(condition, limitMs, everyMs = 50) {
      const end = now + limitMs;
      let lookAt = now;
      for (;;) {
        if (now >= lookAt) {
          if (condition()) return true;
          lookAt = now + everyMs;
        }
        const event = events.pop();
        if (event === undefined || event.at > end) {
          if (event !== undefined) events.push(event);
          now = Math.max(now, Math.min(lookAt, end));
          if (now >= end || event === undefined) return condition();
          continue;
        }
        if (event.isCancelled) continue;
        now = Math.max(now, event.at);
        event.run();
        // Promises settle before the next event: what follows from one event is a part of it.
        await settled();
      }
    },
  };
}

/** All microtasks are run before the next task of the event loop, however many follow from one another. */
function settled(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

/** A binary heap: the earliest first, ties by their number. */
function heap() {
  const items: Event[] = [];
  const isBefore = (a: Event, b: Event): boolean => a.at < b.at || (a.at === b.at && a.tie < b.tie);
  return {
    push(event: Event): void {
      let index = items.push(event) - 1;
      while (index > 0) {
        const parent = (index - 1) >> 1;
        const above = items[parent];
        if (above === undefined || !isBefore(event, above)) break;
        items[index] = above;
        index = parent;
      }
      items[index] = event;
    },
    pop(): Event | undefined {
      const first = items[0];
      const last = items.pop();
      if (first === undefined || last === undefined || items.length === 0) return first;
      let index = 0;
      for (;;) {
        const left = 2 * index + 1;
        if (left >= items.length) break;
        const right = left + 1;
        const rightItem = items[right];
        const leftItem = items[left];
        if (leftItem === undefined) break;
        const isRight = rightItem !== undefined && isBefore(rightItem, leftItem);
        const child = isRight ? rightItem : leftItem;
        if (!isBefore(child, last)) break;
        items[index] = child;
        index = isRight ? right : left;
      }
      items[index] = last;
      return first;
    },
  };
}
