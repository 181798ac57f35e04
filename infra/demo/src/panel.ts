/** The shop at a glance: a few lines that are drawn in place, or one line where that can't be. */
import { aligned, duration, stamp, width } from './layout.ts';
import type { Palette } from './palette.ts';
import { routes } from './shop/routes.ts';
import { glance } from './sight-words.ts';
import { learned, stillFiring, type Seen, type Story } from './story.ts';

const sparkLength = 36;
const barLength = 24;
/** Values of half a second each that are averaged for counts, which jump about by nature. */
const smoothed = 4;

/** Lines that replace the previous ones; only the time while there is no shop. */
export function panelOf(story: Story, paint: Palette): string[] {
  const rows = routesOf(story).map((route) => rowOf(story, route));
  if (rows.length === 0 || story.phase === 'ending')
    return [paint.dim(`${stamp(story.now, story.startedAt)}  ${story.phase}`)];
  const head = ['shop', 'p95', 'errors', 'per s', `latency, last ${sparkLength / 2} s`];
  const [heading = '', ...lines] = aligned([head, ...rows], [1, 2, 3]).map((line) => `  ${line}`);
  const firing = new Set(stillFiring(story).map(({ alert }) => alert.labels['route']));
  return [
    paint.dim('─'.repeat(width)),
    paint.dim(heading),
    ...lines.map((line, index) => (firing.has(routesOf(story)[index]) ? paint.bad(line) : line)),
    `  ${ordersWords(story)}`,
    ...instancesWords(story).map((words) => `  ${words}`),
    ...glance(story).map((words) => `  ${words}`),
    '',
    `${stamp(story.now, story.startedAt)}  ${stateWords(story, paint)}`,
  ];
}

/** The same in one line, for where lines are only ever added. */
export function panelLine(story: Story, paint: Palette): string {
  const latencies = routesOf(story).map((route) => `${route.slice(1)} ${latencyWords(story, route)}`);
  const errors = mean(valuesOf(story, 'error_share'));
  const rate = routesOf(story).reduce((sum, route) => sum + mean(valuesOf(story, 'requests_per_s', route)), 0);
  const share = learned(story);
  const parts = [
    ...latencies,
    `errors ${percent(errors)}`,
    `${Math.round(rate)}/s`,
    ...glance(story),
    ...(story.phase === 'learning' ? [`learned ${Math.floor(share * 100)} %`] : []),
  ];
  return `${paint.dim(stamp(story.now, story.startedAt))}  ${parts.join('  ')}`;
}

const routesOf = ({ series }: Story): string[] =>
  routes.filter((route) => [...series.values()].some((seen) => seen.route === route));

function rowOf(story: Story, route: string): string[] {
  return [
    route,
    // Wide enough for all that may come: what is drawn in place must not jump.
    latencyWords(story, route).padStart('12345 ms'.length),
    percent(mean(valuesOf(story, 'error_share', route))).padStart('100.0 %'.length),
    mean(valuesOf(story, 'requests_per_s', route)).toFixed(1),
    sparkline(seenOf(story, 'latency_ms', route)?.recent.slice(-sparkLength) ?? []),
  ];
}

const seenOf = ({ series }: Story, name: string, route?: string): Seen | undefined =>
  [...series.values()].find((seen) => seen.name === name && seen.route === route);

/** The newest values, of one route or of all. */
const valuesOf = ({ series }: Story, name: string, route?: string): number[] =>
  [...series.values()]
    .filter((seen) => seen.name === name && (route === undefined || seen.route === route))
    .flatMap(({ recent }) => recent.slice(-smoothed));

const latencyWords = (story: Story, route: string): string => {
  const value = seenOf(story, 'latency_ms', route)?.recent.at(-1);
  return value === undefined ? '-' : `${Math.round(value)} ms`;
};

const mean = (values: readonly number[]): number =>
  values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;
const thousands = (value: number): string => Math.round(value).toLocaleString('en-GB').replaceAll(',', ' ');

function ordersWords(story: Story): string {
  const [orders, value] = ['orders_per_min', 'order_value_per_min'].map((name) => {
    const recent = [...story.series.values()].find((seen) => seen.name === name)?.recent ?? [];
    return thousands(mean(recent.slice(-2 * smoothed)));
  });
  return `${orders} orders a minute, worth ${value} EUR`;
}

function instancesWords({ instances }: Story): string[] {
  if (instances === undefined) return [];
  const { up, desired, restarts } = instances;
  const each = up.map(({ pid, memoryMiB }) => `pid ${pid} ${Math.round(memoryMiB)} MiB`);
  const renewed = restarts === 0 ? '' : `, ${restarts} started again`;
  return [`${up.length} of ${desired} processes${renewed}: ${each.join(', ')}`];
}

function stateWords(story: Story, paint: Palette): string {
  const { phase, now, faultAt = now, liftedAt } = story;
  const { matter } = story.scenario;
  const firing = stillFiring(story).length;
  if (phase === 'learning') {
    const share = learned(story);
    const done = Math.round(share * barLength);
    return `learning what is usual  ${'█'.repeat(done)}${paint.dim('░'.repeat(barLength - done))}  ${Math.floor(share * 100)} %`;
  }
  const isBroken = story.faultAt !== undefined && liftedAt === undefined;
  if (isBroken) return `${paint.bad(`${matter} is on`)} for ${duration(now - faultAt)}${firingWords(firing, paint)}`;
  if (firing > 0)
    return liftedAt === undefined
      ? `before ${matter}${firingWords(firing, paint)}`
      : `${matter} is over for ${duration(now - liftedAt)}${firingWords(firing, paint)}`;
  return phase === 'calm'
    ? `${paint.good('all is usual')}   Ctrl-C stops everything`
    : paint.good('all is usual, no alert fires');
}

const firingWords = (count: number, paint: Palette): string =>
  count === 0 ? '' : `, ${paint.bad(`${count} ${count === 1 ? 'alert fires' : 'alerts fire'}`)}`;

const blocks = '▁▂▃▄▅▆▇█';
const smallestMs = 10;
const decades = 3;

/** Latencies as blocks, each a step of a logarithmic scale from 10 ms to 10 s. */
export function sparkline(values: readonly number[]): string {
  return values
    .map((value) => {
      const share = Math.log10(Math.max(value, smallestMs) / smallestMs) / decades;
      return blocks[Math.min(blocks.length - 1, Math.floor(share * blocks.length))];
    })
    .join('');
}
