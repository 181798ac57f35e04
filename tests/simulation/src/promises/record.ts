/** What is recorded for audit is what happened, and nothing is set aside but what is no message. */
import { auditFindings, type AuditFinding } from '@muster/cli';
import type { Promised, Story } from '../story.ts';

const hourMs = 3_600_000;
/** What shows where a handler went on from another state than it was in when it wrote: a loss of the state store does that. */
const isFork = (problem: string): boolean => /^(follows|does not hold the hash)/.test(problem);

/** Chains are whole, and hold against decisions and tasks. */
export const audited: Promised = (story, report) => {
  for (const { subject, sequence, problem } of findingsOf(story)) {
    // Approval's records have one order, that of their topic; a run's have that in which its topics were first handled.
    if (story.isStoreLossy && isFork(problem) && !subject.startsWith('approval/')) continue;
    const about = [subject, subject.slice(subject.indexOf('/') + 1)];
    const record = sequence === null ? '' : `record ${sequence} `;
    report('audit', subject.split('/')[0] ?? '', subject, `${record}${problem}`, about);
  }
};

/** Chains that were parted. */
export function forkedChains(story: Story): number {
  return new Set(findingsOf(story).flatMap(({ subject, problem }) => (isFork(problem) ? [subject] : []))).size;
}

/** Dead letters are what was garbage when it came. */
export const nothingSetAside: Promised = (story, report) => {
  for (const { group, topic, original, fault } of story.deadLetters) {
    const key = Buffer.from(original.key ?? []).toString();
    if (key.startsWith('garbage-')) continue;
    report(
      'set aside',
      group.replace('muster.', ''),
      key,
      `a message of ${topic} became a dead letter: ${fault.message}`,
    );
  }
};

/** As seen an hour later, so that nothing counts as on its way. */
function findingsOf(story: Story): readonly AuditFinding[] {
  const records = story.messages('muster.audit.v1');
  const decisions = story.messages('muster.decisions.v1');
  const tasks = story.messages('muster.tasks.v1');
  const last = Math.max(0, ...[...records, ...decisions, ...tasks].map(({ timestamp }) => timestamp));
  return auditFindings({ records, decisions, tasks }, last + hourMs);
}
