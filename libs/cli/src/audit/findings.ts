/** Whether what was recorded for audit is what happened. */
import type { Message } from '@muster/bus';
import { isWaiting, verifyChain } from '@muster/policy';
import { topicFor } from '@muster/schemas';

type AuditMessage = Message<'muster.audit.v1'>;
type DecisionMessage = Message<'muster.decisions.v1'>;
type TaskMessage = Message<'muster.tasks.v1'>;

/** What the topics hold; each partition in the order of its offsets. */
export interface AuditTrail {
  readonly records: readonly AuditMessage[];
  readonly decisions: readonly DecisionMessage[];
  readonly tasks: readonly TaskMessage[];
}

/** Something that should not be, and where. */
export interface AuditFinding {
  /** Of the chain. */
  readonly subject: string;
  /** Of the record it shows at; null where a record should be and is none. */
  readonly sequence: number | null;
  /** `topic/partition/offset` of the message it shows at. */
  readonly place: string;
  readonly problem: string;
}

/** Messages that are published together stand on their topics within this; what is younger is not judged. */
const settledAfterMs = 60_000;
const dayMs = 86_400_000;

const final = new Set(['APPROVED', 'REJECTED', 'EXPIRED']);

/** Without second copies: the same message published again, as happens after a crash. One with another content is none. */
export function withoutCopies(records: readonly AuditMessage[]): AuditMessage[] {
  const seen = new Map<string, string>();
  return records.filter(({ id, value }) => {
    const before = seen.get(id);
    seen.set(id, value.hash);
    return before !== value.hash;
  });
}

/** By subject, each in the order in which it was written; what waits for its place is left out. */
export function chainsOf(records: readonly AuditMessage[]): Map<string, AuditMessage[]> {
  return Map.groupBy(
    withoutCopies(records).filter(({ value }) => !isWaiting(value)),
    ({ key }) => key,
  );
}

/** Everything that is wrong, chains first. `now`: epoch ms; younger than a minute is not held against anybody. */
export function auditFindings(trail: AuditTrail, now: number): AuditFinding[] {
  const chains = chainsOf(trail.records);
  return [
    ...[...chains.values()].flatMap(chainFindings),
    ...waitingFindings(trail.records, chains, now),
    ...decisionFindings(trail, chains, now),
    ...taskFindings(trail, chains, now),
  ];
}

function chainFindings(chain: readonly AuditMessage[]): AuditFinding[] {
  const foreign = chain.flatMap((message) =>
    message.value.subject === message.key
      ? []
      : [findingAt(message, `stands under the key ${message.key}, and is of the chain ${message.value.subject}`)],
  );
  const broken = verifyChain(chain.map(({ value }) => value)).map(({ at, problem }) => findingAt(chain[at]!, problem));
  return [...foreign, ...broken];
}

/** What was to be recorded and got no place in its chain. */
function waitingFindings(
  records: readonly AuditMessage[],
  chains: ReadonlyMap<string, readonly AuditMessage[]>,
  now: number,
): AuditFinding[] {
  return withoutCopies(records)
    .filter((message) => isWaiting(message.value) && isSettled(message, now))
    .filter(({ key, value: { about } }) => !chains.get(key)?.some(({ value }) => value.about === about))
    .map((message) => findingAt(message, 'waits for its place in the chain'));
}

function decisionFindings(
  { decisions }: AuditTrail,
  chains: ReadonlyMap<string, readonly AuditMessage[]>,
  now: number,
): AuditFinding[] {
  const finals = firstOfEach(
    decisions.filter(({ value }) => final.has(value.verdict)),
    ({ id }) => id,
  );
  const byChange = Map.groupBy(finals, ({ value }) => value.changeId);
  const findings: AuditFinding[] = [];
  for (const [changeId, all] of byChange) {
    const subject = `approval/${changeId}`;
    const [decision] = all;
    if (decision === undefined || !isSettled(decision, now)) continue;
    if (all.length > 1)
      findings.push({
        ...findingAt(decision, `the change has ${all.length} final decisions`),
        subject,
        sequence: null,
      });
    const decided = recordsOf(chains, subject, 'decide');
    const [record] = decided;
    if (record === undefined)
      findings.push({
        subject,
        sequence: null,
        place: placeOf(decision),
        problem: `the decision ${decision.value.verdict} has no record`,
      });
    else findings.push(...differences(record, decision.value).map((problem) => findingAt(record, problem)));
    if (record !== undefined && decided.length > 1)
      findings.push(findingAt(decided[1]!, `the decision is recorded ${decided.length} times`));
  }
  for (const record of recordsWith(chains, 'decide', 'muster.decisions.v1', now))
    if (!byChange.has(record.value.subject.slice('approval/'.length)))
      findings.push(findingAt(record, 'tells of a decision that is not on muster.decisions.v1'));
  return findings;
}

function taskFindings(
  { tasks, decisions }: AuditTrail,
  chains: ReadonlyMap<string, readonly AuditMessage[]>,
  now: number,
): AuditFinding[] {
  const asked = firstOfEach(
    tasks.filter(({ value }) => value.replyTo === 'coordinator'),
    ({ value }) => value.taskId,
  );
  const approvals = new Map(
    decisions.flatMap(({ value }) =>
      value.verdict === 'APPROVED' && !value.isShadow ? [[value.changeId, value]] : [],
    ),
  );
  const findings: AuditFinding[] = [];
  for (const task of asked) {
    if (!isSettled(task, now)) continue;
    const { taskId, conversation, changeId } = task.value;
    const subject = `coordinator/${conversation}`;
    const wrong = (problem: string): number =>
      findings.push({ subject, sequence: null, place: placeOf(task), problem });
    const record = recordsOf(chains, subject, 'request-task').find(({ value }) => value.about === taskId);
    if (record === undefined) wrong(`task ${taskId} has no record`);
    else findings.push(...differences(record, task.value).map((problem) => findingAt(record, problem)));
    if (changeId !== null && !approvals.has(changeId))
      wrong(`task ${taskId} names the change ${changeId}, which was not approved`);
  }
  const known = new Set(tasks.map(({ value }) => value.taskId));
  for (const record of recordsWith(chains, 'request-task', 'muster.tasks.v1', now))
    if (!known.has(record.value.about))
      findings.push(findingAt(record, `tells of task ${record.value.about}, which is not on muster.tasks.v1`));
  return findings;
}

/** Facts that are named like fields of what they tell of, and differ. */
function differences({ value: { facts } }: AuditMessage, of: object): string[] {
  let told: unknown;
  try {
    told = JSON.parse(facts);
  } catch {
    return ['its facts are no JSON'];
  }
  const fields = new Map<string, unknown>(Object.entries(of));
  return Object.entries(told ?? {}).flatMap(([name, fact]) =>
    fields.has(name) && !isSame(fact, fields.get(name))
      ? [`says ${name} ${JSON.stringify(fact)}, and it was ${JSON.stringify(fields.get(name))}`]
      : [],
  );
}

const recordsOf = (
  chains: ReadonlyMap<string, readonly AuditMessage[]>,
  subject: string,
  action: string,
): AuditMessage[] => (chains.get(subject) ?? []).filter(({ value }) => value.action === action);

/** Settled, and not so old that what they tell of may have left its topic. */
function recordsWith(
  chains: ReadonlyMap<string, readonly AuditMessage[]>,
  action: string,
  topic: string,
  now: number,
): AuditMessage[] {
  const owner = action === 'decide' ? 'approval/' : 'coordinator/';
  const since = now - topicFor(topic).retentionMs + dayMs;
  return [...chains].flatMap(([subject]) =>
    subject.startsWith(owner)
      ? recordsOf(chains, subject, action).filter((record) => record.timestamp > since && isSettled(record, now))
      : [],
  );
}

function findingAt(message: AuditMessage | DecisionMessage | TaskMessage, problem: string): AuditFinding {
  const { value } = message;
  return 'hash' in value
    ? { subject: value.subject, sequence: value.sequence, place: placeOf(message), problem }
    : { subject: '', sequence: null, place: placeOf(message), problem };
}

const placeOf = ({ topic, partition, offset }: Message): string => `${topic}/${partition}/${offset}`;
const isSettled = ({ timestamp }: Message, now: number): boolean => timestamp <= now - settledAfterMs;

function firstOfEach<M>(messages: readonly M[], of: (message: M) => string): M[] {
  const seen = new Set<string>();
  return messages.filter((message) => !seen.has(of(message)) && seen.add(of(message)));
}

/** As JSON has it, whatever the order of fields. */
function isSame(a: unknown, b: unknown): boolean {
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((each, index) => isSame(each, b[index]));
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return a === b;
  const [left, right] = [new Map<string, unknown>(Object.entries(a)), new Map<string, unknown>(Object.entries(b))];
  return (
    left.size === right.size && [...left].every(([name, each]) => right.has(name) && isSame(each, right.get(name)))
  );
}
