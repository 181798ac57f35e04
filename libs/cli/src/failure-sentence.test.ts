import { LogUnavailableError } from '@muster/bus';
import { describe, expect, it } from 'vitest';
import { exitCodeOf, sentenceOf } from './failure-sentence.ts';
import { Failure, misuse } from './failure.ts';

describe('what a person is told', () => {
  it.each([
    [new Failure('No mesh runs here'), 'No mesh runs here.'],
    [
      new LogUnavailableError('Listing topics failed: no answer'),
      'Listing topics failed: no answer. Something listens there, but does not answer as Kafka should: look at its log, or restart it.',
    ],
    [
      new Error('Topic a.b does not exist; create it, then read it.'),
      'Topic a.b does not exist; create it, then read it. `muster topics create` creates what is missing.',
    ],
    [new TypeError('x is not a function'), 'x is not a function. Add --verbose to see where it comes from.'],
  ])('is a sentence and a remedy: %s', (error, sentence) => {
    expect(sentenceOf(error, false)).toBe(sentence);
    expect(sentenceOf(error, true)).toContain(error.stack);
  });

  it('goes with an exit code', () => {
    expect([new Failure('a'), misuse('b'), new Failure('c', 130), new Error('d')].map(exitCodeOf)).toEqual([
      1, 2, 130, 1,
    ]);
  });
});
