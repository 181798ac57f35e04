/** What comes to the gate: people who log in and mistype, and those who guess, spray and inject; and what persons say of addresses. */
import type { SecurityEventInput } from '@muster/schemas';
import type { World } from '@muster/testkit';
import type { Voice } from '../voice.ts';
import type { GuardsPlan, Manner, PlannedAsk, PlannedVisit } from './guards-plan.ts';

type Sighting = Partial<SecurityEventInput>;

const login = (outcome: 'SUCCEEDED' | 'FAILED', actor: string): Sighting => ({ kind: 'LOGIN', outcome, actor });
const times = (count: number, make: (nth: number) => Sighting): Sighting[] =>
  Array.from({ length: count }, (_, nth) => make(nth));

/** What is seen of a visit, one after the other. An attack is long enough to break a rule, anything else is not. */
const seenOf: Readonly<Record<Manner, readonly Sighting[]>> = {
  guesser: times(7, () => login('FAILED', 'root')),
  sprayer: times(6, (nth) => login('FAILED', `user${nth}`)),
  injector: times(3, (nth) => ({
    kind: 'REQUEST',
    outcome: 'SUCCEEDED',
    action: `GET /item/${nth}?q=1'+or+'1'='1`,
  })),
  customer: [login('FAILED', 'ann'), login('SUCCEEDED', 'ann')],
  // Known for good by its first login, it may fail once more than a stranger.
  insider: [login('SUCCEEDED', 'bob'), ...times(5, () => login('FAILED', 'bob')), login('SUCCEEDED', 'bob')],
};

export const isAttack = ({ manner }: PlannedVisit): boolean => manner !== 'customer' && manner !== 'insider';

/** Schedules it all. */
export function openGate({ visits, words, asks }: GuardsPlan, voice: Voice, { time }: World): void {
  for (const [index, visit] of visits.entries())
    for (const [nth, sighting] of seenOf[visit.manner].entries()) {
      time.after(visit.at + nth * visit.everyMs, () => {
        const { address, againAfterMs } = visit;
        const value = { kind: 'LOGIN', address, target: 'gate', at: time.now(), ...sighting } as SecurityEventInput;
        const say = (): void =>
          void voice.say('muster.security-events.v1', value, { order: `gate ${address}`, id: `v${index}-${nth}` });
        say();
        if (againAfterMs !== undefined) time.after(againAfterMs, say);
      });
    }
  for (const { at, address, status, forMs } of words)
    time.after(at, () => {
      const startsAt = time.now();
      const block = { address, status, startsAt, endsAt: Math.ceil(startsAt + forMs), decidedBy: 'ann' };
      voice.say('muster.blocks.v1', block, { order: `word ${address}` });
    });
  for (const each of asks) time.after(each.at, () => ask(voice, each, time.now()));
}

function ask(voice: Voice, { changeId, action, address, expiresInMs }: PlannedAsk, now: number): void {
  const inputs = { address, reason: 'a test' };
  const release = JSON.stringify({ ...inputs, forMs: 30_000 });
  const block = JSON.stringify({ ...inputs, forMs: 40_000 });
  const undo = { capability: 'security.release-address', input: release };
  voice.say(
    'muster.change-requests.v1',
    {
      changeId,
      title: `${action} ${address}`,
      target: 'gate',
      changeClass: action,
      capability: `security.${action}`,
      input: action === 'block-address' ? block : release,
      undo: action === 'block-address' ? undo : null,
      requestedBy: 'ada',
      expiresAt: now + expiresInMs,
    },
    { order: changeId },
  );
}
