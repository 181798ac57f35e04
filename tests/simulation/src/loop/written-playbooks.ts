/** Playbooks that people write out when they start them, with what the ready ones lack: votes, runs within runs, many parts. */

const target = { type: 'string' } as const;
const probe = (of: string): object => ({ capability: 'recovery.probe', target: of, with: { target: of } });
const verify = (of: string): object => ({
  capability: 'recovery.verify',
  target: of,
  with: { target: of, healthyForMs: 10_000, withinMs: 60_000 },
  retry: { attempts: 1 },
});

const jury = {
  name: 'jury',
  version: 1,
  input: { target },
  steps: {
    vote: {
      vote: {
        capability: 'jury.say',
        of: 4,
        quorum: 3,
        by: 'answer.answer',
        weight: 'answer.confidence',
        majority: 0.5,
        tie: 'first',
      },
      timeout: '40s',
    },
    after: { needs: ['vote'], ...probe('${input.target}') },
  },
  output: '${steps.vote.output}',
};

const council = {
  ...jury,
  name: 'council',
  steps: {
    ...jury.steps,
    vote: { vote: { capability: 'jury.say', of: 2, quorum: 2, by: 'answer.answer', distinct: true } },
  },
};

const long = {
  name: 'long',
  version: 1,
  input: { target },
  steps: {
    rest: { sleep: '3s' },
    looks: {
      needs: ['rest'],
      ...probe('${item}'),
      forEach: ['shop', 'till', 'store', 'mail', 'shop', 'till'],
      parallel: 2,
    },
    act: {
      needs: ['looks'],
      capability: 'recovery.scale',
      target: '${input.target}',
      with: { target: '${input.target}', instances: 3 },
      approve: { class: 'scale', blastRadius: 0.2, expires: '3m' },
      compensate: {
        capability: 'recovery.scale',
        with: { target: '${input.target}', instances: '${output.before.desired}' },
      },
    },
    verify: { needs: ['act'], verifies: 'act', ...verify('${input.target}') },
  },
};

const parentOf = (name: string, inner: object): object => ({
  name,
  version: 1,
  input: { target },
  steps: {
    first: probe('${input.target}'),
    inner: { needs: ['first'], ...inner },
    after: { needs: ['inner'], ...probe('${input.target}') },
  },
});

const scaled = (of: string): object => ({ playbook: 'scale', target: of, with: { target: of, instances: 3 } });

export const writtenPlaybooks: Readonly<Record<string, object>> = {
  jury,
  council,
  long,
  outer: parentOf('outer', scaled('${input.target}')),
  many: parentOf('many', { ...scaled('${item}'), forEach: ['shop', 'mail', 'store'], parallel: 2 }),
  vain: parentOf('vain', { playbook: 'solo', with: { capability: 'nobody.does-this' } }),
};

/** A change of a run under way. */
export type AdaptKind = 'replace' | 'skip' | 'add' | 'nonsense';

export interface Adaptation {
  readonly changes: object;
  /** The step that is replaced, skipped or added. */
  readonly stepId: string;
  /** What tells the step as adapted from the one that was written: a field of its input, or the playbook it runs. */
  readonly mark?: { readonly field: string; readonly value: unknown };
}

/** A change of a run of a playbook; undefined where there is nothing of this kind to change. */
export function adaptationOf(playbook: string, kind: AdaptKind): Adaptation | undefined {
  const of = '${input.target}';
  if (kind === 'nonsense') return { changes: { replace: { nowhere: probe(of) } }, stepId: 'nowhere' };
  if (kind === 'add') {
    const last = { restart: 'verify', scale: 'verify', long: 'verify', outer: 'after', jury: 'after' }[playbook];
    if (last === undefined) return undefined;
    return { changes: { add: { extra: { needs: [last], ...probe(of) } } }, stepId: 'extra' };
  }
  if (kind === 'skip') {
    const stepId = { restart: 'verify', scale: 'verify', long: 'looks', many: 'after', jury: 'after' }[playbook];
    return stepId === undefined ? undefined : { changes: { skip: [stepId] }, stepId };
  }
  if (playbook === 'long') {
    const act = { ...long.steps.act, with: { target: of, instances: 5 } };
    return { changes: { replace: { act } }, stepId: 'act', mark: { field: 'instances', value: 5 } };
  }
  if (playbook === 'outer') {
    const inner = { needs: ['first'], playbook: 'restart', with: { target: of, healthyForMs: 4_000 } };
    return { changes: { replace: { inner } }, stepId: 'inner', mark: { field: 'healthyForMs', value: 4_000 } };
  }
  if (playbook !== 'restart' && playbook !== 'scale') return undefined;
  const check = {
    ...verify(of),
    needs: [playbook],
    verifies: playbook,
    with: { target: of, healthyForMs: 4_000, withinMs: 60_000 },
  };
  return { changes: { replace: { verify: check } }, stepId: 'verify', mark: { field: 'healthyForMs', value: 4_000 } };
}
