/** What is done to the world is done once, and not while it must not be. */
import type { Promised, Story } from '../story.ts';

/** A task has one idempotency key over all its attempts, and changes the world once. */
export const doneOnce: Promised = (story, report) => {
  const tasks = story.messages('muster.tasks.v1');
  for (const [taskId, attempts] of Map.groupBy(tasks, ({ value }) => value.taskId)) {
    const keys = new Set(attempts.map(({ value }) => value.idempotencyKey));
    if (keys.size > 1) report('done twice', 'recovery', taskId, `task ${taskId} has ${keys.size} idempotency keys`);
  }
  const changes = story.effects.filter(({ isRepeat }) => !isRepeat);
  for (const [taskId, { length }] of Map.groupBy(changes, (effect) => effect.taskId))
    if (length > 1) report('done twice', 'recovery', taskId, `task ${taskId} changed the world ${length} times`);
};

const isFinal: ReadonlySet<string> = new Set(['COMPLETED', 'PARTIAL', 'ABANDONED', 'UNROUTABLE', 'EXPIRED']);

/** Every task that is asked for comes to one final word. */
export const answered: Promised = (story, report) => {
  const results = Map.groupBy(
    story.messages('muster.task-results.v1').filter(({ value }) => isFinal.has(value.status)),
    ({ value }) => value.taskId,
  );
  for (const [taskId, [task]] of Map.groupBy(story.messages('muster.tasks.v1'), ({ value }) => value.taskId)) {
    const words = results.get(taskId) ?? [];
    const about = [taskId, task?.key ?? taskId];
    if (words.length === 0) report('unanswered', 'recovery', taskId, `task ${taskId} has no final result`, about);
    const told = words.map(({ value }) => `${value.status} by ${value.agent} (attempt ${value.attempt})`).join(' and ');
    if (words.length > 1) report('answered twice', 'recovery', taskId, `task ${taskId} is ${told}`, about);
  }
};

/** A task that has come to its end is not done again. */
export const endedIsEnded: Promised = (story, report) => {
  const completions = story.messages('muster.task-results.v1').filter(({ value }) => value.status === 'COMPLETED');
  for (const completed of completions) {
    const { taskId } = completed.value;
    const again = story
      .messages('muster.tasks.v1')
      .find(
        ({ value, timestamp }) =>
          value.taskId === taskId &&
          value.attempt > completed.value.attempt &&
          timestamp > completed.timestamp + faultsLastMs(story),
      );
    if (again !== undefined)
      report('retried', 'recovery', completed.key, `task ${taskId} is tried again after it was COMPLETED`, [
        taskId,
        completed.key,
      ]);
  }
};

/** While the kill switch has been on for longer than any fault can hide it, nothing is begun. */
export const killSwitchHolds: Promised = (story, report) => {
  const longest = faultsLastMs(story) + 60_000;
  const flips = story.messages('muster.flags.v1').filter(({ value }) => value.flag === 'kill-switch');
  for (const { at, taskId, action, target, isRepeat } of story.effects) {
    const last = flips.findLast(({ timestamp }) => timestamp <= at);
    if (last === undefined || isRepeat || !last.value.isOn || at - last.timestamp < longest) continue;
    report(
      'not stopped',
      'recovery',
      taskId,
      `${action} of ${target} was done ${at - last.timestamp} ms after the kill switch went on`,
    );
  }
};

/** How long what is published may remain unseen because of faults, ms. */
export function faultsLastMs({ plan }: Story): number {
  return 5_000 + plan.faults.reduce((sum, fault) => sum + ('forMs' in fault ? fault.forMs : 10_000), 0);
}
