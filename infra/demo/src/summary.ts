/** What there was to see, in the end. */
import { aligned, cut, duration, width, wrapped } from './layout.ts';
import { of } from './loop.ts';
import type { Palette } from './palette.ts';
import { commandsFor, typed } from './person.ts';
import type { Question } from './questions.ts';
import type { Scenario } from './scenario.ts';
import { sightMoments } from './sight-words.ts';
import { falseAlarms, firedSinceFault, loopOf, type Fired, type Story } from './story.ts';

interface Moment {
  readonly at: number;
  readonly words: string;
}

/** From the fault, or what else is the matter, to the end; counted from its beginning. */
export function timeline(story: Story, paint: Palette): string[] {
  const { faultAt } = story;
  if (faultAt === undefined) return [];
  const moments = [...alertMoments(story, paint), ...loopMoments(story, paint)];
  return [...matterMoments(story), ...moments, ...sightMoments(story.sights, faultAt, paint)]
    .toSorted((a, b) => a.at - b.at)
    .map(({ at, words }) => cut(`${`+${duration(at - faultAt)}`.padStart(9)}  ${words}`, width));
}

const matterMoments = ({ faultAt = 0, liftedAt, scenario: { matter } }: Story): Moment[] => [
  { at: faultAt, words: `${matter} began` },
  ...(liftedAt === undefined ? [] : [{ at: liftedAt, words: `${matter} was over` }]),
];

const alertMoments = (story: Story, paint: Palette): Moment[] =>
  firedSinceFault(story).flatMap((fired) => [
    { at: fired.firedAt, words: `${paint.bad('FIRING')}    ${seriesOf(fired)}` },
    ...(fired.resolvedAt === undefined
      ? []
      : [{ at: fired.resolvedAt, words: `${paint.good('RESOLVED')}  ${seriesOf(fired)}` }]),
  ]);

function loopMoments(story: Story, paint: Palette): Moment[] {
  const loop = loopOf(story);
  const opened = new Set<string>();
  return [
    ...of(loop, 'incident').flatMap(({ at, record: { incidentId, status, title } }) => {
      if (status === 'RESOLVED') return [{ at, words: `${paint.good('INCIDENT RESOLVED')}  ${title}` }];
      const isNew = !opened.has(incidentId);
      opened.add(incidentId);
      return isNew ? [{ at, words: `${paint.bad('INCIDENT')}  ${title}` }] : [];
    }),
    ...of(loop, 'run').flatMap(({ at, record: { kind, playbook, text } }) => {
      if (kind === 'RUN_STARTED') return [{ at, words: `playbook ${playbook} started` }];
      if (kind === 'RUN_COMPLETED') return [{ at, words: paint.good(`playbook ${playbook} completed`) }];
      if (kind === 'STEP_COMPENSATING' || kind === 'STEP_COMPENSATED' || kind === 'RUN_CANCELLED')
        return [{ at, words: `${paint.warning(kind.replaceAll('_', ' '))}  ${text}` }];
      const isBad = kind === 'RUN_WAITS_FOR_PERSON' || kind === 'RUN_COMPENSATED' || kind === 'RUN_FAILED';
      return isBad ? [{ at, words: `${paint.bad(kind.replaceAll('_', ' '))}  ${text}` }] : [];
    }),
    ...of(loop, 'change').map(({ at, record: { title } }) => ({ at, words: `change asked for: ${title}` })),
    ...of(loop, 'decision').map(({ at, record: { verdict, decidedBy } }) => ({
      at,
      words: `change ${verdict} by ${decidedBy.join(', ')}`,
    })),
    ...of(loop, 'assignment').map(({ at, record: { capability } }) => ({ at, words: `${capability} assigned` })),
    ...of(loop, 'result').map(({ at, record: { capability, status } }) => ({ at, words: `${capability} ${status}` })),
  ];
}

/** The demo's outcome: how soon the fault was found and its end seen, and how often it cried wolf. */
export function verdict(story: Story): string[] {
  const { faultAt, liftedAt, scenario } = story;
  if (scenario.verdict !== undefined) return scenario.verdict(story);
  const before = `False alarms before the fault: ${falseAlarms(story).length || 'none'}.`;
  if (faultAt === undefined) return ['Nothing was the matter, and nothing was reported or done.'];
  const fired = firedSinceFault(story);
  const found = Math.min(...fired.map(({ firedAt }) => firedAt)) - faultAt;
  if (liftedAt === undefined) return [`Found ${duration(found)} after the fault; it is still there.`, before];
  const over = Math.max(...fired.map(({ resolvedAt = liftedAt }) => resolvedAt)) - liftedAt;
  return [`Found ${duration(found)} after the fault, over ${duration(over)} after it was gone.`, before];
}

const margin = 4;
/** Where a line that is broken goes on. */
const hanging = 13;

/** What a person is asked, what `muster` shows of it, and how to answer. */
export const asking = (asked: Question, shown: readonly string[], paint: Palette): string[] => [
  paint.bad('A person is asked'),
  ...wrapped(asked.text, width - 2).map((line) => `  ${line}`),
  '',
  paint.strong(`  ${typed(commandsFor(asked).look)}`),
  ...shown.flatMap((line) =>
    wrapped(line, width - margin - hanging).map((part, index) => {
      return (' '.repeat(index === 0 ? margin : margin + hanging) + part).trimEnd();
    }),
  ),
  '',
  '  Answer it with',
  paint.strong(`  ${typed(commandsFor(asked).answer)}`),
];

/** The first series an alert speaks of, or else its title. */
const seriesOf = ({ alert }: Fired): string => alert.evidence[0]?.series ?? alert.title;

/** What to try next, once everything is up. */
export function suggestions(
  shop: { readonly url: string; readonly faultUrl: string },
  agents: readonly { readonly name: string; readonly url: string }[],
  { tries = [] }: Pick<Scenario, 'tries'>,
): string[] {
  return aligned([
    ...tries,
    ['npm run muster -- status', 'who is alive, how loaded'],
    ['npm run muster -- incidents', 'what was or is the matter'],
    ['npm run muster -- audit verify', 'whether the record is whole'],
    [`curl '${shop.url}/catalog?q=lamp'`, 'goes shopping'],
    [`curl -X POST ${shop.faultUrl}`, 'breaks the shop again'],
    [`curl -X DELETE ${shop.faultUrl}`, 'repairs it'],
    ...agents.slice(0, 1).map(({ name, url }) => [`curl ${url}/metrics`, `figures of ${name}`]),
  ]);
}
