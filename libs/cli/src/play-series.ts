import { existsSync, readFileSync } from 'node:fs';
import { basename, extname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { clientOn } from '@muster/client';
import type { Client } from '@muster/client';
import type { Category, MetricSampleInput } from '@muster/schemas';
import type { GlobalOptions } from './addresses.ts';
import { Failure, misuse } from './failure.ts';
import { interruption } from './invocation.ts';
import { formatDuration } from './moment.ts';
import { paceFault, pacedPoints, parseSpeed } from './pace.ts';
import type { PacedPoint } from './pace.ts';
import { parseSeries } from './series-csv.ts';
import { withBus } from './session.ts';
import type { Terminal } from './terminal.ts';

export interface PlayOptions extends GlobalOptions {
  readonly target: string;
  readonly name?: string;
  readonly unit: string;
  readonly category: string;
  readonly label: Readonly<Record<string, string>>;
  readonly speed: string;
  readonly keepTime: boolean;
}

const AT_ONCE = 1_000;
const SHOWN_FAULTS = 10;
const PROGRESS_EVERY_MS = 1_000;

/** Publishes a recorded series. Nothing is sent unless every line of it can be read. */
export async function playSeries(file: string, options: PlayOptions, terminal: Terminal): Promise<void> {
  const speed = parseSpeed(options.speed);
  const points = readSeries(file, terminal);
  const { keepTime, target, unit, label: labels } = options;
  const name = options.name ?? basename(file, extname(file));
  const sampleOf = ({ value, at }: PacedPoint): MetricSampleInput => ({
    target,
    name,
    value,
    unit,
    labels,
    category: options.category as Category,
    at,
  });
  const stopping = interruption();
  try {
    await withBus(options, async (bus) => {
      const now = Date.now();
      const paced = pacedPoints(points, { speed, now, keepTime });
      const fault = paceFault(paced, now, keepTime);
      if (fault !== undefined) throw misuse(fault);
      const takesMs = paced.at(-1)!.dueAt - now;
      terminal.say(
        `Playing ${paced.length} points of ${target}/${name}${takesMs > 0 ? ` in ${formatDuration(takesMs)}` : ''}; Ctrl-C ends it.`,
      );
      const client = clientOn(bus, { source: 'muster-cli' });
      const sent = await publishPaced(client, paced, sampleOf, stopping.signal, progressOf(terminal, paced.length));
      if (options.json) await terminal.print(JSON.stringify({ target, name, published: sent, of: paced.length }));
      else terminal.say(`${sent} of ${paced.length} points published.`);
    });
  } finally {
    stopping.release();
  }
}

function readSeries(file: string, terminal: Terminal) {
  if (!existsSync(file)) throw misuse(`There is no file ${file}.`);
  const { points, faults } = parseSeries(readFileSync(file, 'utf8'));
  for (const fault of faults.slice(0, SHOWN_FAULTS)) terminal.say(fault);
  if (faults.length > 0)
    throw new Failure(
      `${file} has ${faults.length} line${faults.length === 1 ? '' : 's'} that can't be read, so nothing was published: correct them.`,
    );
  if (points.length === 0) throw new Failure(`${file} has no points: write lines of timestamp,value.`);
  return points;
}

/** Resolves with how many were published. */
async function publishPaced(
  client: Client,
  paced: readonly PacedPoint[],
  sampleOf: (point: PacedPoint) => MetricSampleInput,
  signal: AbortSignal,
  progress: (sent: number) => void,
): Promise<number> {
  let sent = 0;
  while (sent < paced.length && !signal.aborted) {
    const now = Date.now();
    const due = paced.slice(sent, sent + AT_ONCE).filter(({ dueAt }) => dueAt <= now);
    if (due.length === 0) {
      await sleep(Math.min(500, paced[sent]!.dueAt - now), undefined, { signal }).catch(() => {});
      continue;
    }
    await client.publish('muster.metrics.v1', due.map(sampleOf));
    sent += due.length;
    progress(sent);
  }
  return sent;
}

function progressOf(terminal: Terminal, total: number): (sent: number) => void {
  let nextAt = Date.now() + PROGRESS_EVERY_MS;
  return (sent) => {
    if (Date.now() < nextAt) return;
    nextAt = Date.now() + PROGRESS_EVERY_MS;
    terminal.say(terminal.colours.dim(`${sent} of ${total} (${Math.floor((100 * sent) / total)} %)`));
  };
}
