import type { About, LoopMessage, RecordOf } from '../src/loop.ts';
import type { DemoEvent } from '../src/story.ts';

export const startedAt = 1_780_300_800_000;
export const after = (seconds: number): number => startedAt + seconds * 1_000;

/** For tests: that a message of the loop was heard, so many seconds after the beginning; it holds what a test looks at, and no more. */
export function heard<A extends About>(seconds: number, about: A, change: Partial<RecordOf<A>>): DemoEvent {
  const at = after(seconds);
  const envelope = { id: `${about}-${seconds}`, time: at, source: 'mesh', correlationId: 'c-1', causationId: null };
  const record = { envelope, ...defaults[about], ...change };
  return { at, kind: 'loop', message: { about, record } as unknown as LoopMessage };
}

const restart = { capability: 'recovery.restart', taskId: 't-1', conversation: 'remedy-1' };
const defaults: { readonly [A in About]: Partial<RecordOf<A>> } = {
  incident: {
    incidentId: 'i-1',
    status: 'OPEN',
    severity: 'WARNING',
    title: 'shop is slow',
    target: 'shop',
    targets: ['shop'],
    alertCount: 1,
    suspectedCause: { target: 'shop', fingerprint: 'f', confidence: 0.9, reasons: ['it began first'] },
    openedAt: after(42),
    resolvedAt: null,
  },
  remediation: { kind: 'WANTED', target: 'shop', playbook: 'restart', rule: 'defaults/slow@1', reason: 'It is slow.' },
  change: {
    changeId: 'remedy-1/restart',
    title: 'Restart shop',
    reason: 'It is slow.',
    target: 'shop',
    changeClass: 'restart',
    capability: 'recovery.restart',
    blastRadius: 0.5,
  },
  decision: {
    changeId: 'remedy-1/restart',
    verdict: 'APPROVED',
    isShadow: false,
    reason: 'A small change of a STANDARD target.',
    decidedBy: ['defaults/small'],
    rules: [
      {
        policyId: 'defaults',
        policyVersion: 1,
        ruleId: 'small',
        verdict: 'ALLOW',
        weight: 0,
        condition: '',
        reason: 'It is small.',
      },
    ],
    risk: 0.2,
    confidence: 0.5,
    verified: 1,
    rolledBack: 1,
    target: 'shop',
  },
  run: {
    workflowId: 'remedy-1',
    kind: 'RUN_STARTED',
    text: 'Started.',
    playbook: 'restart',
    stepId: null,
    target: 'shop',
  },
  assignment: {
    ...restart,
    target: 'shop',
    attempt: 1,
    reason: 'recovery is the only one that can.',
    changeId: 'remedy-1/restart',
  },
  result: {
    ...restart,
    agent: 'recovery',
    status: 'COMPLETED',
    output: '{}',
    fault: null,
    startedAt: after(44),
    finishedAt: after(46.5),
  },
};
