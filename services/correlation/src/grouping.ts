/** The alerts of one scope become incidents: what `@muster/analysis` groups, and rules of inhibition before it. */
import { handled, ignored, type HandlerContext, type Outcome } from '@muster/agent';
import {
  correlate,
  settle,
  type Correlation,
  type CorrelationContext,
  type CorrelationState,
  type IncidentChange,
} from '@muster/analysis';
import type { Message } from '@muster/bus';
import { tellIncidents, type Tellings } from './incident-telling.ts';
import { inhibit, lookAgainAtMuted, noInhibition, type Inhibition, type Inhibitor } from './inhibition.ts';
import type { AlertNews } from './inhibition-rules.ts';
import type { Settings } from './settings.ts';
import { tally } from './tally.ts';

/** What is remembered of one scope. */
export type ScopeState = {
  readonly correlation: CorrelationState | null;
  readonly inhibition: Inhibition;
  readonly tellings: Tellings;
  readonly wakesAt: number | null;
};

export type ScopeContext = HandlerContext<
  ScopeState,
  Settings,
  { policies: 'muster.policies.v1'; targets: 'muster.topology.v1'; silences: 'muster.silences.v1' }
>;
type ScopeOutcome = Outcome<ScopeState, 'muster.incidents.v1'>;

const fresh: ScopeState = { correlation: null, inhibition: noInhibition, tellings: new Map(), wakesAt: null };
/** How often it is looked whether what is muted still is: a rule that changes wakes nobody. */
const lookAgainMs = 60_000;

/** One transition of one alert. */
export function group({ value }: Message<'muster.alert-transitions.v1'>, context: ScopeContext): ScopeOutcome {
  const { envelope, ...transition } = value;
  if (transition.transition === 'UNKNOWN') return ignored('what changed is not known to this version');
  const state = context.state ?? fresh;
  const alert: AlertNews = { ...transition, correlationId: envelope.correlationId };
  const { inhibition, inhibitor, released } = inhibit(state.inhibition, alert, context.tables);
  const known = state.inhibition.muted.find((each) => each.alert.fingerprint === alert.fingerprint);
  if (inhibitor !== undefined && known === undefined) tally.inhibited += 1;
  // What ends while it is muted was never heard of.
  const isUnheard = inhibitor !== undefined && alert.transition === 'RESOLVED';
  const news = [...(isUnheard ? [] : [{ ...alert, inhibitedBy: inhibitor?.by ?? null }]), ...released];
  const muting = inhibitor === undefined || known?.inhibitor.by === inhibitor.by ? undefined : { alert, inhibitor };
  return conclude({ ...state, inhibition }, news, muting, context);
}

/** The scope's time has come: something is quiet, is to be told, or is muted no longer. */
export function regroup(context: ScopeContext): ScopeOutcome {
  const { state } = context;
  if (state === undefined) return ignored('nothing is known of it');
  const { inhibition, released } = lookAgainAtMuted(state.inhibition, context.tables);
  return conclude({ ...state, inhibition, wakesAt: null }, released, undefined, context);
}

function conclude(
  state: ScopeState,
  news: readonly AlertNews[],
  muting: { readonly alert: AlertNews; readonly inhibitor: Inhibitor } | undefined,
  context: ScopeContext,
): ScopeOutcome {
  const { key, now, tables, newId, config } = context;
  const surroundings: CorrelationContext = {
    now,
    newId,
    settleMs: config.settleMs,
    topology: (target) => tables.targets.get(target)?.dependsOn,
  };
  const grouped = grouping(state.correlation, news, surroundings);
  const { tellings, publish, dueAt } = tellIncidents(
    { scope: key, now, tellings: state.tellings, targets: tables.targets, newId },
    grouped,
    news,
    muting,
  );
  const mutedAt = state.inhibition.muted.length > 0 ? now + lookAgainMs : Infinity;
  const wakesAt = Math.max(Math.ceil(Math.min(grouped?.wakeAt ?? Infinity, dueAt, mutedAt)), now + 1);
  const next = { ...state, correlation: grouped?.state ?? null, tellings };
  if (wakesAt === Infinity || (state.wakesAt !== null && state.wakesAt <= wakesAt))
    return handled({ state: next, publish });
  return handled({ state: { ...next, wakesAt }, publish, wakeAt: wakesAt });
}

/** All news one after the other, or only what time alone changes. */
function grouping(
  before: CorrelationState | null,
  news: readonly AlertNews[],
  context: CorrelationContext,
): Correlation | undefined {
  if (news.length === 0) return before === null ? undefined : settle(before, context);
  let last: Correlation | undefined;
  const changes: IncidentChange[] = [];
  for (const alert of news) {
    last = correlate(last?.state ?? before ?? undefined, alert, context);
    changes.push(...last.changes);
  }
  return last && { ...last, changes };
}
