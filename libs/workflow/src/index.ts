export { advance, start, type RunStart } from './advance.ts';
export { checkPlaybook, problemText, type CheckedPlaybook, type PlaybookProblem } from './check-playbook.ts';
export { readyPlaybooks } from './ready-playbooks.ts';
export { startInput } from './start-input.ts';
export { readYaml } from './yaml-source.ts';
export type { Playbook } from './form.ts';
export type { JsonShape } from './json-shape.ts';
export type { Capabilities } from './step-problems.ts';
export type { Advanced, EndKind, HistoryEvent, Run, RunCommand, RunEvent, RunHost } from './run.ts';
