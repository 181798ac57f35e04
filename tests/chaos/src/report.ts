import type { Violation } from '@muster/testkit';
import type { TrialResult } from './run-trial.ts';

/** Whether everything was as promised, recovery in time included. */
export function isKept({ verdict, recovery, fault, troubles }: TrialResult): boolean {
  return verdict.violations.length === 0 && troubles.length === 0 && recovery.ms <= fault.recoverWithinMs;
}

const seconds = (ms: number): string => (ms / 1_000).toFixed(1);

const columns: readonly { readonly title: string; readonly text: (result: TrialResult) => string }[] = [
  { title: 'fault', text: ({ fault }) => fault.name },
  { title: 'messages', text: ({ verdict }) => String(verdict.messages) },
  { title: 'lost', text: countOf('lost') },
  { title: 'duplicated', text: countOf('duplicated') },
  { title: 'out of order', text: countOf('out of order') },
  {
    title: 'other',
    text: ({ verdict, troubles }) =>
      String(verdict.violations.filter(({ kind }) => kind === 'timer' || kind === 'state').length + troubles.length),
  },
  { title: 'recovery s', text: ({ recovery }) => seconds(recovery.ms) },
  { title: 'limit s', text: ({ fault }) => seconds(fault.recoverWithinMs) },
  { title: 'longest wait s', text: ({ recovery }) => seconds(recovery.worstMs) },
  { title: 'usual ms', text: ({ recovery }) => String(recovery.usualMs) },
  { title: 'copies', text: ({ verdict }) => String(verdict.copies) },
  { title: 'reruns', text: ({ verdict }) => String(verdict.reruns) },
  { title: '', text: (result) => (isKept(result) ? 'kept' : 'BROKEN') },
  { title: 'recovery counts from', text: ({ countedFrom }) => countedFrom },
];

function countOf(kind: Violation['kind']) {
  return ({ verdict }: TrialResult): string => String(verdict.violations.filter((each) => each.kind === kind).length);
}

/** One row a fault. */
export function tableOf(results: readonly TrialResult[]): string {
  const rows = [columns.map(({ title }) => title), ...results.map((result) => columns.map(({ text }) => text(result)))];
  const widths = columns.map((_, index) => Math.max(...rows.map((row) => row[index]?.length ?? 0)));
  const isText = (index: number): boolean => index === 0 || index >= columns.length - 2;
  return rows
    .map((row) =>
      row
        .map((cell, index) => (isText(index) ? cell.padEnd(widths[index] ?? 0) : cell.padStart(widths[index] ?? 0)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

const mostExplained = 3;

/** What was broken, the first of each kind with its history. */
export function explanationOf({ fault, verdict, troubles }: TrialResult): string {
  const firsts = [...Map.groupBy(verdict.violations, ({ agent, kind }) => `${agent}: ${kind}`)].map(([what, of]) => {
    const [first] = of;
    return [
      `  ${what}, ${of.length} times; the first of key ${first?.key}: ${first?.sentence}`,
      ...(first?.history ?? []).map((line) => `      ${line}`),
    ];
  });
  return [
    `${fault.name}: ${verdict.violations.length} violations`,
    ...troubles.map((trouble) => `  ${trouble}`),
    ...firsts.slice(0, mostExplained).flat(),
    ...firsts.slice(mostExplained).map(([line]) => line),
  ].join('\n');
}
