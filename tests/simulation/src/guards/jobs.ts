/** Clients that ask for jobs, and may ask again. */
import type { World } from '@muster/testkit';
import type { Voice } from '../voice.ts';
import type { GuardsPlan } from './guards-plan.ts';

export function askForJobs({ jobs }: GuardsPlan, voice: Voice, { time }: World): void {
  for (const { at, taskId, deadlineInMs, againAfterMs } of jobs) {
    // What it reads and writes is named like the task.
    const job = `{name: ${taskId}, version: 1, source: {csv: in.csv}, columns: {id: {type: integer}}, sink: {csv: out}}`;
    const capability = 'data.run-job';
    const input = JSON.stringify({ job });
    const say = (deadline: number): void => {
      const task = { taskId, conversation: taskId, capability, input, deadline, idempotencyKey: taskId };
      voice.say('muster.tasks.v1', task, { order: taskId, id: taskId });
    };
    time.after(at, () => {
      const deadline = time.now() + deadlineInMs;
      say(deadline);
      if (againAfterMs !== undefined) time.after(againAfterMs, () => say(deadline));
    });
  }
}
