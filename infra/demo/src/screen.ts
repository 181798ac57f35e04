/** Where the demo is told: on a terminal with a panel drawn in place, elsewhere as lines that are only added. */
import { cut } from './layout.ts';

export interface Screen {
  /** Whether there is a panel. */
  readonly isLive: boolean;
  /** Adds lines above the panel. */
  say(lines: readonly string[]): void;
  /** Replaces the panel; does nothing where there is none. */
  show(panel: readonly string[]): void;
}

type Output = Pick<NodeJS.WriteStream, 'isTTY' | 'columns' | 'rows' | 'write'>;

const smallest = { columns: 60, rows: 16 };
// Terminals that know it draw what stands between the two at once; the others ignore them.
const [together, done] = ['\u001b[?2026h', '\u001b[?2026l'];
const toEndOfLine = '\u001b[K';
const toEndOfScreen = '\u001b[J';

export function screenOn(output: Output): Screen {
  const isLive =
    output.isTTY &&
    process.env['TERM'] !== 'dumb' &&
    output.columns >= smallest.columns &&
    output.rows >= smallest.rows;
  if (!isLive) {
    return { isLive, say: (lines) => void output.write(lines.map((line) => `${line}\n`).join('')), show: () => {} };
  }
  let panel: readonly string[] = [];
  // One write, and each line over the old one: nothing is blank in between, so nothing flickers.
  const draw = (lines: readonly string[], next: readonly string[]): void => {
    const up = panel.length === 0 ? '' : `\u001b[${panel.length}A\r`;
    // What is said may take several rows of the terminal; of the panel they are counted.
    const all = [...lines, ...next.map((line) => cut(line, output.columns - 1))].map(
      (line) => `${line}${toEndOfLine}\n`,
    );
    output.write(`${together}${up}${all.join('')}${toEndOfScreen}${done}`);
    panel = next;
  };
  return { isLive, say: (lines) => draw(lines, panel), show: (next) => draw([], next) };
}
