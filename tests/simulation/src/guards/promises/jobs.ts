/** What is loaded is loaded once, and what is said of it is so. */
import type { Promised, Story } from '../../story.ts';
import { isBad, rowsOf, type Depot } from '../depot.ts';
import type { GuardsPlan } from '../guards-plan.ts';

type Guarded = Promised<Story<GuardsPlan>>;

interface Answer {
  readonly status: string;
  readonly read: number;
  readonly loaded: number;
  readonly rejected: number;
}

/** Every good row of a job that ended well is in its sink once, every other one among the rejected, and the answer says how many. */
export const loadedOnce =
  ({ runs }: Depot): Guarded =>
  (story, report) => {
    const results = story.messages('muster.task-results.v1');
    for (const job of story.plan.jobs) {
      const { taskId } = job;
      const wrong = (kind: string, sentence: string): void => report(kind, 'data-processing', taskId, sentence);
      const rows = job.batches.flatMap((_, batch) => rowsOf(job, batch));
      const good = rows.filter((row) => !isBad(job, row));
      const remains = runs.get(taskId);
      const there = [...(remains?.parts.values() ?? [])].flat();
      if (new Set(there).size < there.length)
        wrong('loaded twice', `${there.length} rows are there, some of them twice`);
      if (there.some((row) => !good.includes(row))) wrong('loaded wrongly', 'rows are there that should not be');
      const state = remains?.state;
      for (const { name } of state?.parts ?? [])
        if (remains?.parts.has(Number(name.slice('part-'.length))) !== true)
          wrong('lost', `the checkpoint says that ${name} is there, and it is not`);

      const end = results.find(
        ({ value }) => value.taskId === taskId && ['COMPLETED', 'PARTIAL'].includes(value.status),
      );
      if (end === undefined) continue;
      const answer = JSON.parse(end.value.output) as Answer;
      const bad = rows.length - good.length;
      const set = [...(remains?.rejects.values() ?? [])].flat().length;
      if (there.length !== good.length) wrong('lost', `${good.length} rows are to be there, and ${there.length} are`);
      if (set !== bad) wrong('lost', `${bad} rows are bad, and ${set} are kept as rejected`);
      if (answer.read !== rows.length || answer.loaded !== good.length || answer.rejected !== bad)
        wrong('miscounted', `of ${rows.length} rows ${bad} are bad, and the answer is ${end.value.output}`);
      const status = bad > 0 ? 'PARTIAL' : 'COMPLETED';
      if (end.value.status !== status || answer.status !== status || state?.status !== status)
        wrong('misreported', `the job is ${status}, its task ${end.value.status}, its checkpoint ${state?.status}`);
      if (remains?.isFinished !== true) wrong('unfinished', 'its sink was never told that this is all');
    }
  };

/** An attempt reads nothing that was done, by the checkpoint, when it began. */
export const goneOnWith =
  ({ readings }: Depot): Guarded =>
  (_, report) => {
    for (const { runId, batch, done } of readings)
      if (batch < done)
        report(
          'begun anew',
          'data-processing',
          runId,
          `batch ${batch} was read again, and the checkpoint was at ${done}`,
        );
  };
