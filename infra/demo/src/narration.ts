/** What is said of each event, as lines for people. */
import type { Alert, Evidence } from '@muster/schemas';
import { hopWords } from './hop-words.ts';
import { duration, stamp, stamped, wrapped } from './layout.ts';
import type { Palette } from './palette.ts';
import { sightWords } from './sight-words.ts';
import { isAbout, type DemoEvent, type Story } from './story.ts';

/** Lines for an event, given the story before it and with it; none for what the panel shows. */
export function narrate(before: Story, event: DemoEvent, after: Story, paint: Palette): string[] {
  const lines = said(before, event, after, paint);
  return stamped(paint.dim(stamp(event.at, after.startedAt)), lines);
}

function said(before: Story, event: DemoEvent, after: Story, paint: Palette): string[] {
  switch (event.kind) {
    case 'tick':
    case 'sample':
    case 'phase':
    case 'open':
    case 'instances':
      return [];
    case 'note':
      return wrapped(event.text);
    case 'fault':
      return event.isOn
        ? [paint.bad(`${matterOf(after)} begins: ${after.scenario.name}`), ...wrapped(after.scenario.story)]
        : [`${paint.strong(`${matterOf(after)} is over`)} after ${duration(event.at - (before.faultAt ?? event.at))}`];
    case 'sight':
      // What is no news has not become part of the story.
      return after.sights === before.sights ? [] : sightWords(before.sights, { ...event.sight, at: event.at }, paint);
    case 'alert':
      return isAbout(after, event.alert) ? alertLines(before, event.alert, event.at, paint) : [];
    case 'loop':
      return hopWords(before, event.message, after, paint);
  }
}

const matterOf = ({ scenario: { matter } }: Story): string => matter.replace(/^./, (first) => first.toUpperCase());

function alertLines(before: Story, alert: Alert, at: number, paint: Palette): string[] {
  const known = before.alerts.get(alert.fingerprint);
  const isKnown = known !== undefined && known.resolvedAt === undefined;
  if (alert.status === 'RESOLVED') {
    if (!isKnown) return [];
    const { liftedAt, scenario } = before;
    const since = liftedAt === undefined ? '' : `; ${duration(at - liftedAt)} after ${scenario.matter} was over`;
    return [
      `${paint.good('RESOLVED')}  after ${duration(at - known.firedAt)}${since}`,
      ...wrapped(alert.title).map(paint.strong),
    ];
  }
  const mark = isKnown ? `${paint.bad('STILL FIRING')}, now` : paint.bad('FIRING');
  const evidence = alert.evidence[0];
  return [
    `${mark}  ${severityPaint(alert, paint)}${alert.isFlapping ? ', flapping' : ''}`,
    ...wrapped(alert.title).map(paint.strong),
    ...(evidence === undefined ? [] : evidenceWords(evidence).flatMap((words) => wrapped(words))),
    ...wrapped(delayWords(before, evidence, at)).map(paint.dim),
  ];
}

function severityPaint({ severity }: Alert, paint: Palette): string {
  if (severity === 'CRITICAL') return paint.bad(severity);
  return severity === 'WARNING' ? paint.warning(severity) : severity;
}

/** `1240 ms seen where 70 is usual, 30 to 110 the range`, and who says so. */
function evidenceWords({ observed, expected, lower, upper, unit, detector, samples, reason }: Evidence): string[] {
  const seen = observed === null ? reason : `${number(observed)}${unit === '' ? '' : ` ${unit}`} seen`;
  const usual = expected === null ? '' : ` where ${number(expected)} is usual`;
  // A series that never moved has no range worth telling.
  const isWide = lower !== null && upper !== null && number(lower) !== number(upper);
  const range = isWide ? `, ${number(lower)} to ${number(upper)} the range` : '';
  return [
    `${seen}${usual}${range}`,
    `detector ${detector}${samples === 0 ? '' : `, which has learned from ${samples} values`}`,
  ];
}

/** Two digits of a small number, all of a large one before the point. */
function number(value: number): string {
  const size = Math.abs(value);
  if (size >= 10) return String(Math.round(value));
  return size < 1e-6 ? '0' : String(Number(value.toPrecision(2)));
}

function delayWords(
  { faultAt, liftedAt, startedAt, scenario }: Story,
  evidence: Evidence | undefined,
  at: number,
): string {
  const since =
    faultAt === undefined
      ? `before ${scenario.matter}`
      : liftedAt === undefined
        ? `${Math.round(at - faultAt)} ms after ${scenario.matter}`
        : `${duration(at - liftedAt)} after ${scenario.matter} was over`;
  const measuredAt = evidence?.recent.at(-1)?.at;
  return measuredAt === undefined || measuredAt < startedAt
    ? since
    : `${since}, ${Math.max(0, Math.round(at - measuredAt))} ms after its last value was measured`;
}
