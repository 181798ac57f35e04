import type { Message } from '@muster/bus';
import { nextAuditRecord, waitingRecord, type AuditChainEnd, type AuditEntry } from '@muster/policy';
import { describe, expect, it } from 'vitest';
import { auditFindings, type AuditTrail } from './findings.ts';

const now = Date.UTC(2026, 10, 21);
const old = now - 3_600_000;
let offset = 0;

function message<T extends 'muster.audit.v1' | 'muster.decisions.v1' | 'muster.tasks.v1'>(
  topic: T,
  key: string,
  value: object,
  timestamp = old,
): Message<T> {
  offset += 1;
  return { topic, partition: 0, offset, timestamp, key, id: `m${offset}`, value, headers: {} } as unknown as Message<T>;
}

function chain(subject: string, entries: readonly Partial<AuditEntry>[], at = old): Message<'muster.audit.v1'>[] {
  let previous: AuditChainEnd | null = null;
  return entries.map((entry) => {
    const record = nextAuditRecord(previous, { subject, actor: 'a', action: 'decide', at, ...entry });
    previous = record;
    return message('muster.audit.v1', subject, record, at);
  });
}

const decision = (changeId: string, verdict: string, more: object = {}, at = old) =>
  message(
    'muster.decisions.v1',
    changeId,
    { changeId, verdict, isShadow: false, decidedBy: ['defaults/small'], ...more },
    at,
  );
const task = (taskId: string, more: object = {}) =>
  message('muster.tasks.v1', 'run-1', {
    taskId,
    conversation: 'run-1',
    replyTo: 'coordinator',
    changeId: null,
    capability: 'x.y',
    ...more,
  });
const facts = { verdict: 'APPROVED', isShadow: false, decidedBy: ['defaults/small'] };
const request = (taskId: string) => ({
  action: 'request-task',
  about: taskId,
  facts: { taskId, stepId: 'do', capability: 'x.y' },
});

const whole = (): AuditTrail => ({
  records: [
    ...chain('approval/c1', [{ action: 'review' }, { facts }]),
    ...chain('coordinator/run-1', [{ action: 'start-run' }, request('t1'), { action: 'end-run' }]),
  ],
  decisions: [decision('c1', 'ESCALATED'), decision('c1', 'APPROVED')],
  tasks: [
    task('t1', { changeId: 'c1' }),
    task('t1', { changeId: 'c1', attempt: 2 }),
    task('other', { replyTo: 'ann' }),
  ],
});
const problems = (change: Partial<AuditTrail>): string[] =>
  auditFindings({ ...whole(), ...change }, now).map(({ subject, problem }) => `${subject}: ${problem}`);

describe('an audit trail', () => {
  it('that tells what happened has no findings', () => {
    expect(problems({})).toEqual([]);
  });

  it('may hold second copies of records, decisions and tasks', () => {
    const { records, decisions, tasks } = whole();
    const twice = <M>(messages: readonly M[]): M[] => [...messages, ...messages];
    expect(problems({ records: twice(records), decisions: twice(decisions), tasks: twice(tasks) })).toEqual([]);
  });

  it('shows a decision without its record, and one whose chain was cut off at the end', () => {
    const { records } = whole();
    expect(problems({ records: records.filter(({ key }) => key !== 'approval/c1') })).toEqual([
      'approval/c1: the decision APPROVED has no record',
    ]);
    expect(problems({ records: records.toSpliced(1, 1) })).toEqual([
      'approval/c1: the decision APPROVED has no record',
    ]);
  });

  it('shows a record without its decision or its task', () => {
    expect(problems({ decisions: [], tasks: [] })).toEqual([
      'approval/c1: tells of a decision that is not on muster.decisions.v1',
      'coordinator/run-1: tells of task t1, which is not on muster.tasks.v1',
    ]);
  });

  it('shows a decision that is not what was recorded', () => {
    expect(problems({ decisions: [decision('c1', 'REJECTED')], tasks: [task('t1')] })).toEqual([
      'approval/c1: says verdict "APPROVED", and it was "REJECTED"',
    ]);
    expect(problems({ decisions: [decision('c1', 'APPROVED', { decidedBy: ['ann'] })] })).toEqual([
      'approval/c1: says decidedBy ["defaults/small"], and it was ["ann"]',
    ]);
  });

  it('shows a second decision, or one that is recorded twice', () => {
    expect(problems({ decisions: [decision('c1', 'APPROVED'), decision('c1', 'REJECTED')] })).toEqual(
      [': the change has 2 final decisions'].map((each) => `approval/c1${each}`),
    );
    const records = [
      ...chain('approval/c1', [{ facts }, { facts }]),
      ...whole().records.filter(({ key }) => key === 'coordinator/run-1'),
    ];
    expect(problems({ records })).toEqual(['approval/c1: the decision is recorded 2 times']);
  });

  it('shows a task that nobody recorded, and one for a change that was not approved', () => {
    expect(problems({ tasks: [task('t1'), task('t2')] })).toEqual(['coordinator/run-1: task t2 has no record']);
    for (const decisions of [[decision('c1', 'REJECTED')], [decision('c1', 'APPROVED', { isShadow: true })]])
      expect(problems({ decisions })).toContain(
        'coordinator/run-1: task t1 names the change c1, which was not approved',
      );
  });

  it('shows a chain that was tampered with, and a record under the key of another', () => {
    const { records } = whole();
    const forged = { ...records[0]!, value: { ...records[0]!.value, actor: 'mallory' } };
    expect(problems({ records: records.with(0, forged) })).toEqual([
      'approval/c1: was changed after it was written: its hash is not that of its content',
    ]);
    expect(problems({ records: records.with(1, { ...records[1]!, key: 'approval/c2' }) })).toContain(
      'approval/c1: stands under the key approval/c2, and is of the chain approval/c1',
    );
  });

  it('names the record where a chain parts, and where it is, and what waits for its place', () => {
    const { records } = whole();
    const [first, second] = records;
    const other = nextAuditRecord(first!.value, { subject: 'approval/c1', actor: 'b', action: 'escalate', at: old });
    const parted = [first!, second!, message('muster.audit.v1', 'approval/c1', other), ...records.slice(2)];
    const found = auditFindings({ ...whole(), records: parted }, now);
    expect(found).toEqual([
      {
        subject: 'approval/c1',
        sequence: 2,
        place: `muster.audit.v1/0/${parted[2]?.offset}`,
        problem: 'follows 2: the chain parts here, for there is another record 2 before it',
      },
    ]);
    const entry = { subject: 'approval/c1', actor: 'ann', action: 'review', about: 'r9', at: old };
    const waiting = message('muster.audit.v1', 'approval/c1', waitingRecord(entry));
    expect(problems({ records: [...records, waiting] })).toEqual(['approval/c1: waits for its place in the chain']);
    const placed = message('muster.audit.v1', 'approval/c1', nextAuditRecord(second!.value, entry));
    expect(problems({ records: [...records, waiting, placed] })).toEqual([]);
  });

  it('does not judge what is on its way, nor miss what has outlived its topic', () => {
    const { decisions, tasks, records } = whole();
    const young = [decision('c9', 'APPROVED', {}, now - 1_000)];
    expect(problems({ decisions: [...decisions, ...young], tasks })).toEqual([]);
    const ancient = chain('coordinator/run-0', [request('t0')], now - 40 * 86_400_000);
    expect(problems({ records: [...records, ...ancient] })).toEqual([]);
  });
});
