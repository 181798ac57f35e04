/** An expected failure of a command: one sentence that says what, where and what to do. */
export class Failure extends Error {
  override readonly name = 'Failure';
  /** 1: it failed; 2: it was asked for in the wrong way; 130: somebody interrupted it. */
  readonly exitCode: 1 | 2 | 130;
  constructor(sentence: string, exitCode: Failure['exitCode'] = 1) {
    super(sentence);
    this.exitCode = exitCode;
  }
}

/** The command line is wrong. */
export const misuse = (sentence: string): Failure => new Failure(sentence, 2);
