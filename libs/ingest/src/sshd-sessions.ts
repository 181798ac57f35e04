/** OpenSSH tells the address, the failure and the end of one connection on different lines; this puts them together. */
import type { SyslogLine } from './syslog.ts';
import type { SshdFact, SshdFailure } from './sshd.ts';
import { nothing, saw, type LineReading, type Sighting } from './sighting.ts';

interface Session {
  readonly address: string;
  /** Users of failures that may yet turn out to be none. */
  readonly tried: readonly string[];
  /** Something failed, and nobody knows the address yet. */
  readonly owed: SshdFailure | null;
  /** Too many failures were told already. */
  readonly isCounted: boolean;
}

const fresh: Session = { address: '', tried: [], owed: null, isCounted: false };

/** Open sessions remembered; the oldest are forgotten. Bounds the memory over a log of any size. */
const mostSessions = 4_096;
const mostTried = 8;

export interface SshdSessions {
  /** `times`: how often the same line came. */
  read(line: SyslogLine, fact: SshdFact, target: string, times: number): LineReading;
}

/** For one log, whose lines come in order. */
export function sshdSessions(): SshdSessions {
  const sessions = new Map<string, Session>();
  const keep = (key: string, session: Session): void => {
    sessions.delete(key);
    sessions.set(key, session);
    if (sessions.size > mostSessions) sessions.delete(sessions.keys().next().value ?? '');
  };
  return {
    read(line, fact, target, times) {
      const key = `${line.host} ${line.processId}`;
      const isKnown = line.processId !== '';
      const before = (isKnown ? sessions.get(key) : undefined) ?? fresh;
      const { session, told } = step(before, fact);
      if (isKnown) {
        if (session === null) sessions.delete(key);
        else keep(key, session);
      }
      return told.length === 0
        ? nothing
        : saw(...told.map((each) => sightingOf({ ...each, count: (each.count ?? 1) * times }, line, target)));
    },
  };
}

interface Told {
  readonly what: SshdFailure | 'accepted';
  readonly address: string;
  readonly user: string;
  readonly count?: number;
  readonly isAmbiguous?: boolean;
}

/** A session after one more fact; `null` when it is over. */
function step(session: Session, fact: SshdFact): { readonly session: Session | null; readonly told: readonly Told[] } {
  switch (fact.kind) {
    case 'connected':
      return { session: { ...fresh, address: fact.address }, told: [] };
    case 'failed': {
      const { what, address, user = '', isAmbiguous = false } = fact;
      const isCounted = session.isCounted || what === 'too-many';
      return {
        session: { ...session, address, isCounted, tried: [], owed: null },
        told: [{ what, address, user, isAmbiguous }],
      };
    }
    case 'failed-somewhere': {
      const { what, user = session.tried[0] ?? '' } = fact;
      if (session.isCounted && what === 'too-many') return { session, told: [] };
      if (session.address === '') return { session: { ...session, owed: what }, told: [] };
      const told = { what, user, address: session.address, count: Math.max(1, session.tried.length) };
      return { session: { ...session, tried: [], isCounted: true }, told: [told] };
    }
    case 'tried': {
      const { address = session.address, user } = fact;
      const isOther = session.tried.length > 0 && !sameUser(session.tried, user);
      const tried = [...session.tried, user].slice(-mostTried);
      // Whoever changes the user name within a connection guesses.
      const told = isOther ? [{ what: 'login' as const, address, user, count: 1 }] : [];
      return { session: { ...session, address, tried }, told };
    }
    case 'accepted': {
      const { address, user } = fact;
      const others = session.tried.filter((each) => each !== '' && each !== user);
      const guess =
        others.length === 0 ? [] : [{ what: 'login' as const, address, user: others[0] ?? '', count: others.length }];
      return { session: { ...fresh, address, isCounted: true }, told: [...guess, { what: 'accepted', address, user }] };
    }
    case 'closed': {
      const { address, isPreauth, user = session.tried[0] ?? '' } = fact;
      const isUnsolved = session.tried.length > 0 && isPreauth;
      const told = session.owed !== null || isUnsolved || isPreauth;
      const what = session.owed ?? (isUnsolved ? 'login' : 'no-login');
      return { session: null, told: told ? [{ what, address, user, count: Math.max(1, session.tried.length) }] : [] };
    }
  }
}

/** PAM leaves the name out on one of two lines about the same failure. */
const sameUser = (tried: readonly string[], user: string): boolean =>
  user === '' || tried.every((each) => each === '' || each === user);

const kinds: Readonly<Record<Told['what'], Pick<Sighting, 'kind' | 'outcome' | 'signs'>>> = {
  accepted: { kind: 'LOGIN', outcome: 'SUCCEEDED' },
  login: { kind: 'LOGIN', outcome: 'FAILED' },
  'invalid-user': { kind: 'LOGIN', outcome: 'FAILED', signs: ['invalid-user'] },
  'too-many': { kind: 'LOGIN', outcome: 'FAILED', signs: ['too-many-attempts'] },
  refused: { kind: 'LOGIN', outcome: 'REFUSED' },
  protocol: { kind: 'CONNECTION', outcome: 'FAILED', signs: ['protocol'] },
  negotiation: { kind: 'CONNECTION', outcome: 'FAILED', signs: ['negotiation'] },
  'no-login': { kind: 'CONNECTION', outcome: 'FAILED', signs: ['no-login'] },
};

function sightingOf(
  { what, address, user, count = 1, isAmbiguous = false }: Told,
  line: SyslogLine,
  target: string,
): Sighting {
  return {
    ...kinds[what],
    address,
    actor: user,
    target: line.host || target,
    action: 'ssh',
    count,
    at: line.at,
    attributes: { program: 'sshd', ...(isAmbiguous ? { ambiguous: 'true' } : {}) },
  };
}
