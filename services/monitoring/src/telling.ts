import type { Publication } from '@muster/agent';
import { live, unchanged, type AlertLife, type Finding } from './alert-life.ts';

export type AlertPublication = Publication<'muster.alerts.v1'>;

/** Whose alerts they are. */
export interface Teller {
  readonly key: string;
  readonly target: string;
  readonly now: number;
  /** Of a new alert; alerts that go on keep theirs. */
  readonly correlationId: () => string;
}

interface Told {
  readonly alerts: readonly AlertLife[] | null;
  readonly publish: readonly AlertPublication[];
}

/** Takes the alerts of a key on by what was found; those that nothing was found about only get older. */
export function tell(
  lives: readonly AlertLife[] | null,
  findings: readonly Finding[],
  at: number,
  teller: Teller,
): Told {
  const alerts: AlertLife[] = [];
  const publish: AlertPublication[] = [];
  const quiet = lives?.filter(({ kind }) => !findings.some((finding) => finding.kind === kind)) ?? [];
  for (const finding of [...findings, ...quiet.map((life) => unchanged(life, at))]) {
    const { life, publication } = live(
      lives?.find(({ kind }) => kind === finding.kind),
      finding,
      teller.now,
      { fingerprint: `${teller.key}/${finding.kind}`, ...teller },
    );
    if (life !== undefined) alerts.push(life);
    if (publication !== undefined) publish.push(publication);
  }
  return { alerts: alerts.length === 0 ? null : alerts, publish };
}

/** Resolves what is still FIRING, for nobody will look after it any more. */
export function farewell(lives: readonly AlertLife[] | null, at: number, why: string): readonly AlertPublication[] {
  const firing = lives?.filter(({ alert }) => alert.status === 'FIRING') ?? [];
  return firing.map((life) => {
    const endsAt = Math.max(at, life.alert.startsAt);
    const value = { ...life.alert, description: why, status: 'RESOLVED', endsAt, isFlapping: false } as const;
    return { topic: 'muster.alerts.v1', value, correlationId: life.correlationId };
  });
}
