import type { WorkflowEvent, WorkflowEventKind } from '@muster/schemas';
import picocolors from 'picocolors';
import { expect, it } from 'vitest';
import { hasEnded, inOrder, runLines } from './run-view.ts';

const event = (
  sequence: number,
  kind: WorkflowEventKind,
  at: number,
  text: string,
  stepId: string | null = null,
): WorkflowEvent => ({
  envelope: { id: `${sequence}`, time: at, source: 'coordinator', correlationId: 'c', causationId: null },
  workflowId: 'w',
  sequence,
  kind,
  happenedAt: at,
  stepId,
  text,
  playbook: 'restart',
  playbookVersion: 2,
  taskId: null,
  changeId: null,
  incidentId: 'i',
  target: 'shop',
  cause: null,
  output: '{}',
});
const history = [
  event(1, 'RUN_STARTED', 0, 'restart 2 was started'),
  event(2, 'STEP_STARTED', 10, 'look began: recovery.probe', 'look'),
  event(3, 'STEP_COMPLETED', 1_510, 'look completed\u001b[31m', 'look'),
  event(4, 'RUN_WAITS_FOR_PERSON', 2_000, 'Is it well?', 'person'),
];

it('shows how a run and its steps stand, and its history', () => {
  const lines = runLines(history, { colours: picocolors.createColors(false), width: undefined, now: 60_000 });
  const text = lines.join('\n');
  expect(lines[0]).toContain('w  WAITS_FOR_PERSON  restart 2, target shop, incident i');
  expect(lines[0]).toContain('for 60s');
  expect(text).toMatch(/look +COMPLETED +\S+ +2s +look completed\?/);
  expect(text).toMatch(/person +ASKS/);
  expect(text).toContain('+1.5s  STEP_COMPLETED            look completed?');
  expect(text).not.toContain('\u001b');
  expect(hasEnded(history)).toBe(false);
  expect(hasEnded([...history, event(5, 'RUN_FAILED', 3_000, 'x')])).toBe(true);
  expect(runLines([], { colours: picocolors.createColors(false), width: 80, now: 0 })).toEqual([]);
});

it('takes a message that came twice once, and puts all in order', () => {
  const [a, b, c] = history as [WorkflowEvent, WorkflowEvent, WorkflowEvent];
  expect(inOrder([c, a, b, a]).map(({ sequence }) => sequence)).toEqual([1, 2, 3]);
});
