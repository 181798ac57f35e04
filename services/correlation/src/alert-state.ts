import type { FlappingState } from '@muster/analysis';
import type { Alert, Category, Severity } from '@muster/schemas';

/** What silences, policies and incidents may look at. The same object for as long as nothing of it changes. */
export type AlertFacts = {
  readonly fingerprint: string;
  readonly target: string;
  readonly category: Category;
  readonly severity: Severity;
  readonly title: string;
  readonly score: number;
  readonly labels: Readonly<Record<string, string>>;
};

/** What the last transition said. */
export type Told = {
  readonly at: number;
  readonly severity: Severity;
  readonly isFlapping: boolean;
  readonly silencedBy: readonly string[];
};

/** From FIRED to RESOLVED. Times are epoch ms; the log's, where nothing else is said. */
export type Episode = {
  readonly facts: AlertFacts;
  /** Of the message that began it; all that is said of the episode has it. */
  readonly correlationId: string;
  /** Id of the message that made the last change. */
  readonly alertId: string;
  /** When the condition began, as its source says, but not later than it was heard. */
  readonly startsAt: number;
  /** Whether the source said FIRING last. One that flaps is told as firing all the same. */
  readonly isRaised: boolean;
  /** When it ended, as the source says; null while it is raised. Of moments the last. */
  readonly endsAt: number | null;
  /** The source itself says that it flaps. */
  readonly isFlapping: boolean;
  /** Something that happened, told with its end at once: nobody will say RESOLVED of it. */
  readonly isMoment: boolean;
  /** Until when a source that sets an end to what it says can be believed; null: until it says something else. */
  readonly believedUntil: number | null;
  readonly told: Told;
  /** Messages since then that were not told. */
  readonly folded: number;
  /** How often REPEATED was told: each time after a longer pause. */
  readonly repeatsTold: number;
  readonly heardAt: number;
  /** Messages that changed nothing, and their usual distance, ms: a source that repeats itself and falls silent is believed to be quiet. */
  readonly repeats: number;
  readonly gapMs: number;
};

/** What is remembered of a fingerprint: an episode while it lasts, and for an hour that there was one. */
export type AlertState = {
  readonly episode: Episode | null;
  readonly flapping: FlappingState | null;
  /** The last episode, by the clock of its source. */
  readonly last: { readonly startsAt: number; readonly endsAt: number; readonly saidAt: number } | null;
  readonly wakesAt: number | null;
};

const severities: readonly Severity[] = ['UNKNOWN', 'INFO', 'WARNING', 'CRITICAL'];

export function isWorse(severity: Severity, than: Severity): boolean {
  return severities.indexOf(severity) > severities.indexOf(than);
}

/** Alerts of one scope can belong to one incident: the label `scope`, else 'default'. */
export function scopeOf({ labels }: AlertFacts): string {
  const scope = labels['scope'];
  return scope === undefined || scope === '' ? 'default' : scope;
}

/** The facts of a message; the ones known before, where nothing of them changed but title and score, which are of the moment. */
export function factsOf(alert: Alert, before: AlertFacts | undefined, isTitleWatched: boolean): AlertFacts {
  const { fingerprint, target, category, severity, title, score } = alert;
  const labels = bounded(alert.labels);
  const isSame =
    before !== undefined &&
    before.severity === severity &&
    before.target === target &&
    before.category === category &&
    (!isTitleWatched || before.title === title) &&
    areEqual(before.labels, labels);
  return isSame ? before : { fingerprint, target, category, severity, title, score, labels };
}

function areEqual(a: Readonly<Record<string, string>>, b: Readonly<Record<string, string>>): boolean {
  if (a === b) return true;
  let count = 0;
  for (const name in a) {
    if (a[name] !== b[name]) return false;
    count += 1;
  }
  for (const _ in b) count -= 1;
  return count === 0;
}

const mostLabels = 64;
const longestValue = 1_000;

/** So many labels, and so long ones, are remembered and told of. */
function bounded(labels: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  let count = 0;
  let longest = 0;
  for (const name in labels) {
    count += 1;
    longest = Math.max(longest, labels[name]?.length ?? 0);
  }
  if (count <= mostLabels && longest <= longestValue) return labels;
  const kept = Object.entries(labels).slice(0, mostLabels);
  return Object.fromEntries(kept.map(([name, value]) => [name, value.slice(0, longestValue)]));
}
