import { isatty } from 'node:tty';
import picocolors from 'picocolors';

export type Colours = ReturnType<typeof picocolors.createColors>;

/** Where a command writes: results to standard output, everything else to standard error. */
export interface Terminal {
  /** A line of the result. Resolves when there is room for more. */
  print(line: string): Promise<void>;
  /** A line for the person who waits. */
  say(line: string): void;
  /** How far it is, for the person who waits: overwritten by what comes next, and left out where lines stay, as in a file. */
  progress(line: string): void;
  readonly colours: Colours;
  /** Characters in a line; undefined where lines don't end, as in a file. */
  readonly width: number | undefined;
}

/** @param isPlain no colours, whatever the terminal can do */
export function processTerminal(isPlain: boolean): Terminal {
  const { stdout, stderr, env } = process;
  // A boolean: asked with `undefined`, picocolors decides by itself and colours whatever a CI prints to a file.
  const isColourful = (env['FORCE_COLOR'] ?? '') !== '' || (isatty(1) && !env['NO_COLOR'] && env['TERM'] !== 'dumb');
  let isProgressShown = false;
  const clear = (): void => {
    if (isProgressShown) stderr.write('\r\u001b[K');
    isProgressShown = false;
  };
  return {
    print: (line) =>
      new Promise((resolve) => {
        clear();
        if (stdout.write(`${line}\n`)) resolve();
        else stdout.once('drain', resolve);
      }),
    say(line) {
      clear();
      stderr.write(`${line}\n`);
    },
    progress(line) {
      if (!stderr.isTTY || env['TERM'] === 'dumb') return;
      clear();
      stderr.write(fitted(line, stderr.columns - 1));
      isProgressShown = true;
    },
    colours: picocolors.createColors(isColourful && !isPlain),
    width: stdout.isTTY ? stdout.columns : undefined,
  };
}

/** Text from elsewhere, made harmless for a terminal: on one line, without control characters. */
export function harmless(text: string): string {
  return text.replaceAll(/\s+/g, ' ').replaceAll(/[\p{Cc}\p{Cf}]/gu, '?');
}

/** Cuts a line to a width, marking the cut. */
export function fitted(line: string, width: number | undefined): string {
  return width === undefined || line.length <= width ? line : `${line.slice(0, Math.max(0, width - 1))}…`;
}
