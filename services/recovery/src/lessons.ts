/**
 * What was learned from trying again, by agent and capability: how often each strategy worked after failures of a class, and after messages of one
 * pattern. Older experience fades by 2 % with each newer one, so what stopped working is noticed. Bounded: 24 lessons, the least tried go.
 */
import type { Lesson } from '@muster/schemas';
import type { Strategy } from './open-task.ts';

const most = 24;
const fading = 0.98;
const leastTried = 3;
const surelyTried = 5;

type Learning = Pick<Lesson, 'faultClass' | 'pattern' | 'strategy'>;

/** With one more experience, which counts for its pattern and for its class. */
export function learned(lessons: readonly Lesson[], about: Learning, hasWorked: boolean): readonly Lesson[] {
  let next = [...lessons];
  for (const pattern of new Set([about.pattern, ''])) {
    const isSame = (each: Lesson): boolean =>
      each.faultClass === about.faultClass && each.pattern === pattern && each.strategy === about.strategy;
    const known = next.find(isSame) ?? { ...about, pattern, tried: 0, worked: 0 };
    const lesson = {
      ...known,
      tried: rounded(known.tried * fading + 1),
      worked: rounded(known.worked * fading + (hasWorked ? 1 : 0)),
    };
    next = [lesson, ...next.filter((each) => !isSame(each))];
  }
  // The newest two stay, or nothing new could ever be learned.
  const [first, second, ...rest] = next;
  const sorted = rest.toSorted((a, b) => b.tried - a.tried).slice(0, most - 2);
  return [first, second, ...sorted].filter((each) => each !== undefined);
}

export interface Experience {
  /** What worked at least half of the time after such messages. */
  readonly best: Exclude<Strategy, 'wait'> | undefined;
  /** Nothing worked after such messages, and it was tried often. */
  readonly isHopeless: boolean;
  /** After failures of this class, another agent helps clearly more often than the same again. */
  readonly isMovingBetter: boolean;
  /** On what this rests. */
  readonly words: string;
}

export function lessonsFor(lessons: readonly Lesson[], faultClass: string, pattern: string): Experience {
  const ofClass = lessons.filter((lesson) => lesson.faultClass === faultClass);
  const same = pattern === '' ? [] : ofClass.filter((lesson) => lesson.pattern === pattern);
  const tried = same.reduce((sum, lesson) => sum + lesson.tried, 0);
  const worked = same.reduce((sum, lesson) => sum + lesson.worked, 0);
  const [good] = same
    .filter((lesson) => lesson.tried >= leastTried && rate(lesson) >= 0.5)
    .toSorted((a, b) => rate(b) - rate(a));
  const ofWay = (strategy: Strategy): Lesson | undefined =>
    ofClass.find((lesson) => lesson.pattern === '' && lesson.strategy === strategy && lesson.tried >= surelyTried);
  const [moving, staying] = [ofWay('other-agent'), ofWay('backoff')];
  const isMovingBetter = moving !== undefined && staying !== undefined && rate(moving) > rate(staying) + 0.2;
  const best = isStrategy(good?.strategy) ? good.strategy : undefined;
  return {
    best,
    isHopeless: tried >= surelyTried && worked / tried < 0.1,
    isMovingBetter,
    words:
      good !== undefined
        ? `after such messages "${good.strategy}" worked ${percent(good)} of ${Math.round(good.tried)} times`
        : tried > 0
          ? `after such messages trying again worked ${Math.round(worked)} of ${Math.round(tried)} times`
          : isMovingBetter
            ? `after ${faultClass} faults another agent did it ${percent(moving)} of the time, the same ${percent(staying)}`
            : 'nothing was learned about it yet',
  };
}

function isStrategy(name: string | undefined): name is Exclude<Strategy, 'wait'> {
  return name === 'backoff' || name === 'breaker' || name === 'other-agent';
}

function rate({ worked, tried }: Lesson): number {
  return tried === 0 ? 0 : worked / tried;
}

function percent(lesson: Lesson): string {
  return `${Math.round(100 * rate(lesson))} %`;
}

function rounded(value: number): number {
  return Math.round(value * 1_000) / 1_000;
}
