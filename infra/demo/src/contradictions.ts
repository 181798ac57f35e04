/** What the mesh should not have done, in a sentence each. */
import { of } from './loop.ts';
import { heardOf, loopOf, type Story } from './story.ts';

/** What it did although nothing was the matter, or before anything was. */
export function uncalledFor(story: Story): string[] {
  return [
    ...heardOf(story, 'incident').map(({ title }) => `an incident was opened: "${title}"`),
    ...heardOf(story, 'change').map(({ title }) => `a change was asked for: "${title}"`),
    ...heardOf(story, 'run').map(({ text }) => `a playbook was run: "${text}"`),
  ];
}

/** What does not hold together in what was heard. */
export function inconsistencies(story: Story): string[] {
  const loop = loopOf(story);
  const ids = new Set(of(loop, 'incident').flatMap(({ record }) => record.envelope.correlationId));
  const strays = loop.filter(({ record }) => !ids.has(record.envelope.correlationId));
  const unauthorised = of(loop, 'assignment').filter(
    ({ record }) =>
      changes.has(record.capability) &&
      !of(loop, 'decision').some(
        (decision) => decision.record.changeId === record.changeId && decision.record.verdict === 'APPROVED',
      ),
  );
  return [
    ...strays
      .slice(0, 1)
      .map(
        ({ about, record }) =>
          `A message (${about}, ${record.envelope.id}) does not carry the incident's correlation id.`,
      ),
    ...unauthorised.map(
      ({ record }) => `${record.capability} (task ${record.taskId}) was assigned without an approved change.`,
    ),
  ];
}

const changes: ReadonlySet<string> = new Set(['recovery.restart', 'recovery.scale']);
