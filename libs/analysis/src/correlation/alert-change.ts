/** What correlation hears: one change of one alert, after folding. An AlertTransition record has this shape. */
export type AlertChange = {
  /** Id of the message that made the change; it comes back in `joined` of the incident that took it. */
  readonly alertId: string;
  /** The alert: the same condition of the same target. */
  readonly fingerprint: string;
  readonly transition: 'UNKNOWN' | 'FIRED' | 'CHANGED' | 'REPEATED' | 'RESOLVED';
  readonly severity: Severity;
  readonly target: string;
  readonly title: string;
  /** When it began, epoch ms. */
  readonly startsAt: number;
  /**
   * When it ended, epoch ms; null while it holds. An alert that fires with its end already told is a moment: something that happened, such
   * as an intrusion detector's find. Nobody will say RESOLVED of it; it is over when nothing like it came for a while.
   */
  readonly endsAt: number | null;
  /** Messages of the alert folded since its last change. */
  readonly foldedCount: number;
  readonly silencedBy: readonly string[];
  readonly inhibitedBy: string | null;
  readonly labels: Readonly<Record<string, string>>;
};

export type Severity = 'UNKNOWN' | 'INFO' | 'WARNING' | 'CRITICAL';

/** What a target cannot work without; undefined for a target of which nothing is known. */
export type Topology = (target: string) => readonly string[] | undefined;

/** All that correlation may know besides its state and the change. */
export type CorrelationContext = {
  /** Epoch ms by the log's clock. */
  readonly now: number;
  readonly topology: Topology;
  readonly newId: () => string;
  /** How long all conditions of an incident must have ended before it is resolved, ms; 15 s if not given. */
  readonly settleMs?: number;
};

const severities: readonly Severity[] = ['UNKNOWN', 'INFO', 'WARNING', 'CRITICAL'];

export const worse = (a: Severity, b: Severity): Severity => (severities.indexOf(b) > severities.indexOf(a) ? b : a);

export const isMoment = ({ transition, endsAt }: AlertChange): boolean => transition !== 'RESOLVED' && endsAt !== null;

export const isMuted = ({ silencedBy, inhibitedBy }: AlertChange): boolean =>
  silencedBy.length > 0 || inhibitedBy !== null;

/** What kind of alert it is, wherever it comes up: the rule that raised it, else its title. */
export const kindOf = ({ labels, title }: AlertChange): string => labels['rule'] ?? title;
