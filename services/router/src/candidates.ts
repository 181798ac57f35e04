import { versionRange, type Table } from '@muster/agent';
import type { AgentHeartbeat, AgentScore, Task } from '@muster/schemas';
import type { Offer } from './directory.ts';
import { presenceOf } from './presence.ts';
import { listed, notNow, unroutable, type Refusal } from './refusal.ts';
import { costOf, type Facts } from './weight.ts';

export interface Candidate extends Facts {
  readonly offer: Offer;
  /** Its breaker lets trials through, and nothing else. */
  readonly isTrial: boolean;
}

export interface Candidates {
  /** At least one; all equally fit, apart from their weights. */
  readonly fit: readonly Candidate[];
  /** The others, each with its reason. */
  readonly passedOver: readonly string[];
}

export interface Measured {
  readonly scores: Table<AgentScore>;
  readonly heartbeats: Table<AgentHeartbeat>;
}

/** Until the next heartbeats tell of room; and as much again by chance, so that not all come back at once. */
const fullForMs = 5_000;
/** Whoever offers it is likely to be starting, or being replaced. */
const goneForMs = 2_000;

/**
 * Who of those that offer a capability can be given a task now, and why the others can't. `chance` in [0, 1) spreads those who have to come
 * again.
 */
export function candidatesFor(
  task: Task,
  offers: readonly Offer[],
  { scores, heartbeats }: Measured,
  now: number,
  chance: number,
): Candidates | Refusal {
  const able = ableOf(task, offers);
  if ('fault' in able) return able;
  const out: Outs = { gone: [], open: [], dear: [], full: [] };
  const ranked: { readonly rank: number; readonly candidate: Candidate; readonly why: string }[] = [];
  let opensAt = Number.POSITIVE_INFINITY;
  for (const offer of able) {
    const { agent, skill, scoreKey } = offer;
    const presence = presenceOf(agent, heartbeats, now);
    if (presence.kind === 'gone') {
      out.gone.push(`${agent} (${presence.reason})`);
      continue;
    }
    const score = scores.get(scoreKey);
    const halfOpenAt = score?.halfOpenAt ?? Number.POSITIVE_INFINITY;
    if (score?.breaker === 'OPEN' && halfOpenAt > now) {
      opensAt = Math.min(opensAt, halfOpenAt);
      out.open.push(`${agent} (its breaker is open)`);
      continue;
    }
    const facts = { score, declaredCost: skill.cost };
    const maxCost = task.budget?.maxCost ?? Number.POSITIVE_INFINITY;
    if (costOf(facts) > maxCost) {
      out.dear.push(`${agent} (costs ${costOf(facts)}, at most ${maxCost} is allowed)`);
      continue;
    }
    const isDoubtful = presence.kind === 'doubtful';
    const load = isDoubtful ? 0 : presence.load;
    if (load >= 1) {
      out.full.push(`${agent} (takes no more)`);
      continue;
    }
    const isAvoided = task.avoid.includes(agent);
    const rank = (isDoubtful ? 2 : 0) + (isAvoided ? 1 : 0);
    const why = isDoubtful ? presence.reason : 'to be avoided';
    const isTrial = score?.breaker === 'HALF_OPEN' || score?.breaker === 'OPEN';
    ranked.push({ rank, candidate: { offer, ...facts, load, isTrial }, why });
  }
  if (ranked.length === 0) return nobody(task.capability, out, opensAt - now, chance);
  const best = Math.min(...ranked.map(({ rank }) => rank));
  const worse = ranked
    .filter(({ rank }) => rank > best)
    .map(({ candidate, why }) => `${candidate.offer.agent} (${why})`);
  return {
    fit: ranked.filter(({ rank }) => rank === best).map(({ candidate }) => candidate),
    passedOver: [...worse, ...out.full, ...out.open, ...out.dear, ...out.gone],
  };
}

interface Outs {
  readonly gone: string[];
  readonly open: string[];
  readonly dear: string[];
  readonly full: string[];
}

/** A result has room for so many names. */
const mostTold = 20;
type Range = ReturnType<typeof versionRange>;
const ranges = new Map<string, Range>();
const mostRead = 1_000;

/** Reading ranges and versions costs more than all else about a task, and few are in use. */
function rangeOf(text: string): Range {
  const range = ranges.has(text) ? ranges.get(text) : remembering(versionRange(text));
  return remembered(ranges, text, range);
}

function remembering(isWithin: Range): Range {
  const known = new Map<string, boolean>();
  return isWithin && ((version) => known.get(version) ?? remembered(known, version, isWithin(version)));
}

function remembered<V>(map: Map<string, V>, key: string, value: V): V {
  if (map.size >= mostRead && !map.has(key)) map.clear();
  map.set(key, value);
  return value;
}

/** The offers that the task can make use of. */
function ableOf({ capability, capabilityVersion, scopes }: Task, offers: readonly Offer[]): readonly Offer[] | Refusal {
  const isWanted = rangeOf(capabilityVersion);
  if (isWanted === undefined)
    return unroutable(
      'BadVersionRange',
      `capabilityVersion "${capabilityVersion}" is no version range; write e.g. ^1.0.0`,
    );
  const within = capabilityVersion === '*' ? offers : offers.filter(({ skill }) => isWanted(skill.version));
  if (within.length === 0) {
    const versions = offers.map(({ agent, skill }) => `${skill.version} by ${agent}`);
    return unroutable(
      'VersionNotOffered',
      `${capability} is asked for in ${capabilityVersion} and offered in ${listed(versions)}`,
      { versions: versions.slice(0, mostTold) },
    );
  }
  const allowed = within.filter(({ skill }) => skill.scopes.every((scope) => scopes.includes(scope)));
  if (allowed.length > 0) return allowed;
  const missing = [...new Set(within.flatMap(({ skill }) => skill.scopes))].filter((scope) => !scopes.includes(scope));
  return unroutable(
    'ScopeMissing',
    `${capability} asks for the scope ${missing.join(', ')}, which the task does not carry`,
    { missing },
  );
}

/** The mildest of the reasons: what may pass soonest decides. */
function nobody(capability: string, { gone, open, dear, full }: Outs, opensInMs: number, chance: number): Refusal {
  const others = [...full, ...open, ...dear, ...gone];
  if (full.length > 0)
    return notNow(
      'Overloaded',
      `all who offer ${capability} are busy: ${listed(others)}`,
      retryAfter(fullForMs, chance),
    );
  if (open.length > 0)
    return notNow(
      'BreakerOpen',
      `all who offer ${capability} have failed too often of late: ${listed(others)}`,
      retryAfter(Math.min(60_000, Math.max(1_000, opensInMs)), chance),
    );
  if (dear.length > 0) return unroutable('TooExpensive', `nobody offers ${capability} so cheaply: ${listed(others)}`);
  return notNow(
    'NobodyThere',
    `nobody who offers ${capability} is there: ${listed(others)}`,
    retryAfter(goneForMs, chance),
  );
}

const retryAfter = (ms: number, chance: number): number => Math.round(ms * (1 + chance));
