/** Alerts that stay out of sight while another one fires, because a rule says so. */
import type { AlertNews, Surroundings } from './inhibition-rules.ts';
import { factsFor, inhibitionRules } from './inhibition-rules.ts';
import { isWorse } from './alert-state.ts';

/** Why an alert is muted, in a sentence's parts. */
export type Inhibitor = {
  /** Fingerprint and title of the alert that mutes. */
  readonly by: string;
  readonly title: string;
  /** `policyId/ruleId`, and what the rule is for. */
  readonly rule: string;
  readonly reason: string;
};

export type Inhibition = {
  /** Alerts that fire and that some rule may mute others by. */
  readonly muters: readonly AlertNews[];
  /** Alerts that fire and are muted. */
  readonly muted: readonly { readonly alert: AlertNews; readonly inhibitor: Inhibitor }[];
};

export const noInhibition: Inhibition = { muters: [], muted: [] };

interface Inhibited {
  readonly inhibition: Inhibition;
  /** Of the alert in hand. */
  readonly inhibitor: Inhibitor | undefined;
  /** Muted until now, and to be heard as if they had just fired. */
  readonly released: readonly AlertNews[];
}

/** How much of a scope is remembered. What is beyond is not muted, and does not mute. */
const mostMuters = 64;
const mostMuted = 100;

/**
 * Takes in one transition. An alert is muted when it fires while another does by which a rule mutes it, and until that one is over; what is
 * told already stays told. One that is muted itself mutes nobody.
 */
export function inhibit(before: Inhibition, alert: AlertNews, surroundings: Surroundings): Inhibited {
  const { fingerprint, transition } = alert;
  if (before === noInhibition && inhibitionRules(surroundings).length === 0)
    return { inhibition: before, inhibitor: undefined, released: [] };
  const known = before.muted.find((each) => each.alert.fingerprint === fingerprint);
  if (transition === 'RESOLVED') {
    if (known !== undefined)
      return { inhibition: without(before, fingerprint), inhibitor: known.inhibitor, released: [] };
    const muters = before.muters.filter((each) => each.fingerprint !== fingerprint);
    if (muters.length === before.muters.length) return { inhibition: before, inhibitor: undefined, released: [] };
    return { ...lookAgainAtMuted({ ...before, muters }, surroundings), inhibitor: undefined };
  }
  const mayBeMuted = known !== undefined || transition === 'FIRED';
  const inhibitor = mayBeMuted ? inhibitorOf(alert, before.muters, surroundings) : undefined;
  if (inhibitor !== undefined && (known !== undefined || before.muted.length < mostMuted)) {
    const others = without(before, fingerprint);
    const muters = before.muters.filter((each) => each.fingerprint !== fingerprint);
    const inhibition = { muters, muted: [...others.muted, { alert: heardFirst(alert, known?.alert), inhibitor }] };
    return { inhibition, inhibitor, released: [] };
  }
  const rest = known === undefined ? before : without(before, fingerprint);
  const inhibition = { ...rest, muters: withMuter(rest.muters, alert, surroundings) };
  return { inhibition, inhibitor: undefined, released: [] };
}

/** Whether what is muted still is: rules change, and what muted them ends. */
export function lookAgainAtMuted(
  { muters, muted }: Inhibition,
  surroundings: Surroundings,
): { readonly inhibition: Inhibition; readonly released: readonly AlertNews[] } {
  const still: Inhibition['muted'][number][] = [];
  const released: AlertNews[] = [];
  let known = muters;
  for (const { alert } of muted) {
    const inhibitor = inhibitorOf(alert, known, surroundings);
    if (inhibitor !== undefined) still.push({ alert, inhibitor });
    else {
      released.push(alert);
      known = withMuter(known, alert, surroundings);
    }
  }
  return { inhibition: { muters: known, muted: still }, released };
}

/** Kept as it fired, so that it can be heard as such later, with what was counted since. A message that makes REPEATED is among those folded. */
function heardFirst(alert: AlertNews, before: AlertNews | undefined): AlertNews {
  const isCounted = before === undefined || alert.transition === 'REPEATED';
  const foldedCount = (before?.foldedCount ?? 0) + alert.foldedCount + (isCounted ? 0 : 1);
  return { ...alert, transition: 'FIRED', foldedCount };
}

function without({ muters, muted }: Inhibition, fingerprint: string): Inhibition {
  return { muters, muted: muted.filter((each) => each.alert.fingerprint !== fingerprint) };
}

function inhibitorOf(
  alert: AlertNews,
  muters: readonly AlertNews[],
  surroundings: Surroundings,
): Inhibitor | undefined {
  if (muters.length === 0) return undefined;
  const facts = factsFor(alert, surroundings);
  const rules = inhibitionRules(surroundings).filter((rule) => rule.canBeMuted(facts));
  if (rules.length === 0) return undefined;
  for (const muter of muters) {
    if (muter.fingerprint === alert.fingerprint) continue;
    const byFacts = factsFor(muter, surroundings);
    const rule = rules.find((each) => each.holds(facts, byFacts));
    if (rule !== undefined) return { by: muter.fingerprint, title: muter.title, rule: rule.name, reason: rule.reason };
  }
  return undefined;
}

/** The worst and then the newest are kept. A moment ends unsaid, so it mutes nobody. */
function withMuter(muters: readonly AlertNews[], alert: AlertNews, surroundings: Surroundings): readonly AlertNews[] {
  const others = muters.filter(({ fingerprint }) => fingerprint !== alert.fingerprint);
  const facts = factsFor(alert, surroundings);
  if (alert.endsAt !== null || !inhibitionRules(surroundings).some((rule) => rule.canMute(facts))) {
    return others.length === muters.length ? muters : others;
  }
  if (others.length < mostMuters) return [alert, ...others];
  const least = others.findLast((each) => !others.some((other) => isWorse(each.severity, other.severity)));
  if (least === undefined || isWorse(least.severity, alert.severity)) return others;
  return [alert, ...others.filter((each) => each !== least)];
}
