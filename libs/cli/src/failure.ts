/** An expected failure of a command: one sentence that says what, where and what to do. */
export class Failure extends Error {
  override readonly name = 'Failure';
  /** 1: it failed; 2: it was asked for in the wrong way. */
  readonly exitCode: 1 | 2;
  constructor(sentence: string, exitCode: 1 | 2 = 1) {
    super(sentence);
    this.exitCode = exitCode;
  }
}

/** The command line is wrong. */
export const misuse = (sentence: string): Failure => new Failure(sentence, 2);
