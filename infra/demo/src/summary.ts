/** What there was to see, in the end. */
import { aligned, duration } from './layout.ts';
import type { Palette } from './palette.ts';
import { falseAlarms, firedSinceFault, type Fired, type Story } from './story.ts';

/** From the fault to the end of its alerts, counted from the fault. */
export function timeline(story: Story, paint: Palette): string[] {
  const { faultAt, liftedAt } = story;
  if (faultAt === undefined) return [];
  const moments = [
    { at: faultAt, words: 'the fault was switched on' },
    ...(liftedAt === undefined ? [] : [{ at: liftedAt, words: 'the fault was lifted' }]),
    ...firedSinceFault(story).flatMap((fired) => [
      { at: fired.firedAt, words: `${paint.bad('FIRING')}    ${seriesOf(fired)}` },
      ...(fired.resolvedAt === undefined
        ? []
        : [{ at: fired.resolvedAt, words: `${paint.good('RESOLVED')}  ${seriesOf(fired)}` }]),
    ]),
  ].toSorted((a, b) => a.at - b.at);
  return moments.map(({ at, words }) => `${`+${duration(at - faultAt)}`.padStart(9)}  ${words}`);
}

/** The demo's outcome: how soon the fault was found and its end seen, and how often it cried wolf. */
export function verdict(story: Story): string[] {
  const { faultAt = 0, liftedAt = 0 } = story;
  const fired = firedSinceFault(story);
  const found = Math.min(...fired.map(({ firedAt }) => firedAt)) - faultAt;
  const over = Math.max(...fired.map(({ resolvedAt = liftedAt }) => resolvedAt)) - liftedAt;
  return [
    `Found ${duration(found)} after the fault, over ${duration(over)} after the repair.`,
    `False alarms before the fault: ${falseAlarms(story).length || 'none'}.`,
  ];
}

/** The first series an alert speaks of, or else its title. */
const seriesOf = ({ alert }: Fired): string => alert.evidence[0]?.series ?? alert.title;

/** What to try next, once everything is up. */
export function suggestions(
  shop: { readonly url: string; readonly faultUrl: string },
  agents: readonly { readonly name: string; readonly url: string }[],
): string[] {
  return aligned([
    ['npm run muster -- status', 'who is alive, how loaded'],
    ['npm run muster -- tail alerts --from 10m', 'what fires and what ends'],
    [`curl '${shop.url}/catalog?q=lamp'`, 'goes shopping'],
    [`curl -X POST ${shop.faultUrl}`, 'breaks the checkout again'],
    [`curl -X DELETE ${shop.faultUrl}`, 'repairs it'],
    ...agents.slice(0, 1).map(({ name, url }) => [`curl ${url}/metrics`, `figures of ${name}`]),
  ]);
}
