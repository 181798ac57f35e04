export interface Interruptions {
  /** Aborted by the first interruption. */
  readonly signal: AbortSignal;
  /** What a program that was interrupted so ends with, by the custom of shells. */
  exitCode(): number;
}

const codes = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;

/** The first interruption asks for an orderly end; the second one calls `endAtOnce` and ends this process. */
export function interruptions(endAtOnce: () => void): Interruptions {
  const asked = new AbortController();
  let exitCode: number = codes.SIGHUP;
  const interrupt = (code: number) => {
    if (asked.signal.aborted) {
      endAtOnce();
      process.exit(code);
    }
    exitCode = code;
    asked.abort(new Error('Interrupted.'));
  };
  for (const [name, code] of Object.entries(codes)) process.on(name, () => interrupt(code));
  // Nobody reads what is said: the pipe or the terminal is gone.
  process.stdout.on('error', () => {
    if (!asked.signal.aborted) interrupt(codes.SIGHUP);
  });
  return { signal: asked.signal, exitCode: () => exitCode };
}
