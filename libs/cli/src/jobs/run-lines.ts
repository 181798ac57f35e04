import { formatDuration } from '../moment.ts';

interface SideTotals {
  readonly rows: number;
  readonly rejected: number;
  readonly matched: number;
  readonly differing: number;
  readonly only: number;
  readonly ambiguous: number;
}

/** What data.run-job, data.job-status and data.reconcile answer. */
export type RunAnswer =
  | {
      readonly runId: string;
      readonly job: string;
      readonly status: string;
      readonly read: number;
      readonly loaded: number;
      readonly rejected: number;
      readonly batches: number;
      readonly sink: string;
      readonly tookMs: number;
    }
  | {
      readonly runId: string;
      readonly name: string;
      readonly isSame: boolean;
      readonly left: SideTotals;
      readonly right: SideTotals;
      readonly differingBy: Readonly<Record<string, number>>;
      readonly differences: string | null;
      readonly tookMs: number;
    };

/** A run for people. */
export function runLines(answer: RunAnswer): string[] {
  const took = formatDuration(answer.tookMs);
  if ('job' in answer) {
    const { runId, job, status, read, loaded, rejected, batches, sink } = answer;
    return [
      `${runId} (${job}) ${status}: ${read} rows read, ${loaded} loaded into ${sink}, ${rejected} rejected; ${batches} batches, ${took}`,
      ...(rejected > 0 ? [`muster job rejects ${runId} shows what was rejected, and why.`] : []),
    ];
  }
  const { runId, name, isSame, left, right, differingBy, differences } = answer;
  const side = (which: string, { rows, rejected, matched, differing, only, ambiguous }: SideTotals): string =>
    `${which.padEnd(5)} ${rows} rows: ${matched} matched, ${differing} differing, ${only} only here, ${ambiguous} ambiguous, ${rejected} rejected`;
  const columns = Object.entries(differingBy).filter(([, count]) => count > 0);
  return [
    `${runId} (${name}): ${isSame ? 'both sides are the same' : 'the sides differ'}; ${took}`,
    side('left', left),
    side('right', right),
    ...(columns.length > 0
      ? [`differing in ${columns.map(([column, count]) => `${column} ${count}`).join(', ')}`]
      : []),
    ...(differences === null ? [] : [`what differs is in ${differences}`]),
  ];
}
