/** Logins of one user, from wherever: guessing that is spread over addresses, and a login where nobody of that name ever was. */
import { handled, ignored, type HandlerContext, type Outcome } from '@muster/agent';
import type { Message } from '@muster/bus';
import type { AlertInput } from '@muster/schemas';
import type { SecurityTables } from './decide.ts';
import { distinctOf, marksNear, standIn, type Mark } from './marks.ts';
import type { Settings } from './settings.ts';

export interface ActorState {
  /** The latest failures; what they are about is the address. */
  readonly failures: readonly Mark[];
  /** Networks somebody of that name logged in from: when last, and what stands for the network. */
  readonly places: readonly (readonly [at: number, network: number])[];
  /** How many addresses usually fail for this user in a window: an average that forgets, of windows in which some did. */
  readonly usual: number;
  readonly windows: number;
  readonly windowAt: number;
  readonly alert: {
    readonly startsAt: number;
    readonly endsAt: number;
    readonly target: string;
    readonly correlationId: string;
  } | null;
  readonly heardAt: number;
}

type ActorContext = HandlerContext<ActorState, Settings, SecurityTables>;
type ActorOutcome = Outcome<ActorState, 'muster.alerts.v1'>;

const fresh: ActorState = { failures: [], places: [], usual: 0, windows: 0, windowAt: 0, alert: null, heardAt: 0 };
const mostFailures = 64;
const mostPlaces = 16;
/** Failures from so many addresses are no typing errors; more where that is usual, as for `root` of a server in the open. */
const leastAddresses = 8;
const timesUsual = 3;
const alertMs = 3_600_000;

export function hearActor({ value: event }: Message<'muster.actor-events.v1'>, context: ActorContext): ActorOutcome {
  const { now, config, key } = context;
  const at = Math.min(event.at, now);
  const before = learned(context.state ?? fresh, at, config.windowMs);
  if (event.outcome === 'SUCCEEDED') {
    const network = standIn(networkOf(event.address));
    const isKnown = before.places.some(([, place]) => place === network);
    const tried = distinctOf(marksNear(before.failures, at, config.windowMs));
    const places = [...before.places.filter(([, place]) => place !== network), [at, network] as const].slice(
      -mostPlaces,
    );
    const state = { ...before, places, heardAt: Math.max(before.heardAt, at) };
    if (isKnown || before.places.length === 0 || tried < 2) return keep(state, [], config);
    const description = `Logins as ${key} failed from ${tried} addresses, then one succeeded from ${event.address}, a network it never came from before.`;
    return tell(
      state,
      { severity: 'CRITICAL', title: `Somebody logged in as ${key} after guessing`, description, target: event.target },
      event,
      context,
    );
  }
  const failures = [...marksNear(before.failures, at, config.windowMs), [at, standIn(event.address), 1] as const].slice(
    -mostFailures,
  );
  const state = { ...before, failures, heardAt: Math.max(before.heardAt, at) };
  const addresses = distinctOf(failures);
  const most = Math.max(leastAddresses, Math.min(mostFailures - 1, before.usual * timesUsual));
  if (addresses < most || (before.alert !== null && before.alert.endsAt > now)) return keep(state, [], config);
  const description = `Logins as ${key} failed from ${addresses} addresses within ${config.windowMs / 60_000} minutes; ${Math.ceil(most)} are unusual for it.`;
  return tell(
    state,
    { severity: 'WARNING', title: `${key} is guessed at from many addresses`, description, target: event.target },
    event,
    context,
  );
}

export function lookAtActorAgain(context: ActorContext): ActorOutcome {
  const { state, now, config, key } = context;
  if (state === undefined) return ignored('nothing is known of it');
  if (state.alert === null || state.alert.endsAt > now)
    return state.heardAt + config.forgetOffencesAfterMs <= now
      ? handled({ state: null, wakeAt: null })
      : keep(state, [], config);
  const { startsAt, target, correlationId } = state.alert;
  const value: AlertInput = {
    ...about(key),
    severity: 'INFO',
    target,
    title: `${key} is left alone`,
    status: 'RESOLVED',
    startsAt,
    endsAt: now,
  };
  return keep({ ...state, alert: null }, [{ value, correlationId }], config);
}

/** Learns from the window that is over. */
function learned(state: ActorState, at: number, windowMs: number): ActorState {
  if (Math.abs(at - state.windowAt) < windowMs) return state;
  if (state.failures.length === 0) return { ...state, windowAt: at };
  const weight = Math.max(1 / 50, 1 / (state.windows + 1));
  const usual = state.usual + weight * (distinctOf(state.failures) - state.usual);
  return { ...state, usual, windows: Math.min(state.windows + 1, 1_000), windowAt: at };
}

/** The first three numbers of IPv4, the first four groups of IPv6: as one provider gives them to one place. */
function networkOf(address: string): string {
  return address.includes(':') ? address.split(':').slice(0, 4).join(':') : address.split('.').slice(0, 3).join('.');
}

const about = (actor: string) =>
  ({ fingerprint: `security/actor/${actor}`, category: 'SECURITY', labels: { actor } }) as const;

function tell(
  state: ActorState,
  telling: Pick<AlertInput, 'severity' | 'title' | 'target'> & { readonly description: string },
  event: Message<'muster.actor-events.v1'>['value'],
  { key, now, config }: ActorContext,
): ActorOutcome {
  const { correlationId } = event.envelope;
  const alert = { startsAt: now, endsAt: now + alertMs, target: telling.target, correlationId };
  const value: AlertInput = { ...about(key), ...telling, status: 'FIRING', startsAt: now };
  return keep({ ...state, alert }, [{ value, correlationId }], config);
}

function keep(
  state: ActorState,
  alerts: readonly { readonly value: AlertInput; readonly correlationId: string }[],
  config: Settings,
): ActorOutcome {
  const publish = alerts.map((each) => ({ topic: 'muster.alerts.v1' as const, ...each }));
  const wakeAt = Math.min(state.heardAt + config.forgetOffencesAfterMs, state.alert?.endsAt ?? Infinity);
  return handled<ActorState, 'muster.alerts.v1'>({ state, publish, wakeAt });
}
