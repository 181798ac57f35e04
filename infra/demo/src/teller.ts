/** Holds the story while it happens: takes events in, has them said, and lets others wait for what they bring about. */
import type { Palette } from './palette.ts';
import { narrate } from './narration.ts';
import { panelLine, panelOf } from './panel.ts';
import type { Screen } from './screen.ts';
import { tell, type DemoEvent, type Story } from './story.ts';

type WithoutTime<E> = E extends unknown ? Omit<E, 'at'> : never;

export interface Limit {
  readonly withinMs: number;
  readonly sentence: (story: Story) => string;
}

export interface Teller {
  readonly story: Story;
  readonly paint: Palette;
  /** Something happened, now unless said otherwise. */
  happened(event: WithoutTime<DemoEvent>, at?: number): void;
  say(lines: readonly string[]): void;
  /**
   * Resolves when the story is so. Rejects with what `isSo` throws, with the limit's sentence when it is not so in time, and as soon as something
   * went wrong for good.
   */
  until(isSo: (story: Story) => boolean, limit?: Limit): Promise<void>;
  /** Resolves after a time, while the story goes on. */
  pass(ms: number): Promise<void>;
  /** What the demo needs is gone: all that wait are told so. */
  wentWrong(reason: Error): void;
  /** Ends the panel; what is said from now on is added. */
  close(): void;
}

const drawEveryMs = 200;
const lineEveryMs = 1_000;
const calmLineEveryMs = 10_000;

export function tellerOn(screen: Screen, paint: Palette, begin: Story): Teller {
  let story = begin;
  const waiting = new Set<{ check: () => void; reject: (reason: unknown) => void }>();
  let wrong: Error | undefined;
  let lineAt = begin.startedAt;
  const happened: Teller['happened'] = (event, at = Date.now()) => {
    const timed = { ...event, at } as DemoEvent;
    const before = story;
    story = tell(before, timed);
    const lines = narrate(before, timed, story, paint);
    if (lines.length > 0) screen.say(lines);
    for (const { check } of waiting) check();
  };
  const drawing = setInterval(() => {
    happened({ kind: 'tick' });
    if (screen.isLive) return screen.show(panelOf(story, paint));
    const everyMs = story.phase === 'calm' ? calmLineEveryMs : lineEveryMs;
    if (story.series.size === 0 || story.phase === 'ending' || story.now - lineAt < everyMs) return;
    lineAt = story.now;
    screen.say([panelLine(story, paint)]);
  }, drawEveryMs);
  const until: Teller['until'] = async (isSo, limit) => {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const check = () => {
      try {
        if (isSo(story)) resolve();
      } catch (error) {
        reject(error);
      }
    };
    const waiter = { check, reject };
    const timer = limit && setTimeout(() => reject(new Error(limit.sentence(story))), limit.withinMs);
    waiting.add(waiter);
    if (wrong === undefined) check();
    else reject(wrong);
    await promise.finally(() => {
      clearTimeout(timer);
      waiting.delete(waiter);
    });
  };
  return {
    get story() {
      return story;
    },
    paint,
    happened,
    say: (lines) => screen.say(lines),
    until,
    async pass(ms) {
      const overAt = Date.now() + ms;
      await until(({ now }) => now >= overAt);
    },
    wentWrong(reason) {
      wrong ??= reason;
      for (const { reject } of waiting) reject(wrong);
    },
    close() {
      clearInterval(drawing);
      screen.show([]);
    },
  };
}
