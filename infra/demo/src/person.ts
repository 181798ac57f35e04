/** What a person sees and types who is asked by the mesh. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cut, width, wrapped } from './layout.ts';
import { dataDir, projectDir } from './places.ts';
import type { Question } from './questions.ts';
import type { Teller } from './teller.ts';

/** Where what is printed begins: under what is told. */
const hanging = 10;
const room = width - hanging;

/** Arguments of `muster` that show what is asked, and those that answer it. */
export const commandsFor = (
  question: Question,
): { readonly look: readonly string[]; readonly answer: readonly string[] } =>
  question.kind === 'review'
    ? { look: ['reviews'], answer: ['review', question.changeId, 'deny', '--comment', 'It did not help.'] }
    : {
        look: ['playbook', 'show', question.workflowId],
        answer: ['playbook', 'answer', question.workflowId, question.stepId, 'yes'],
      };

/** Arguments as they are typed. */
export const typed = (args: readonly string[]): string =>
  ['npm run muster --', ...args.map((arg) => (/^[\w./-]+$/.test(arg) ? arg : JSON.stringify(arg)))].join(' ');

/** Tells that a command of `muster` is typed, and shows what it prints; tables are cut at the right, other texts go on below. */
export async function show(
  { happened, say }: Pick<Teller, 'happened' | 'say'>,
  args: readonly string[],
  form: 'table' | 'text' = 'table',
): Promise<void> {
  happened({ kind: 'note', text: typed(args) });
  const fit = (line: string): string[] => (form === 'table' ? [cut(line, room)] : wrapped(line, room));
  say((await musterSays(args)).flatMap(fit).map((line) => `${' '.repeat(hanging)}${line}`.trimEnd()));
}

/** What `muster` prints, also where its exit code says that something is wrong; an empty list when it prints nothing. */
export async function musterSays(args: readonly string[], withinMs = 30_000): Promise<string[]> {
  const main = join(projectDir, 'libs', 'cli', 'src', 'main.ts');
  const env = { ...process.env, MUSTER_DATA_DIR: dataDir };
  const asking = promisify(execFile)(process.execPath, [main, ...args], { env, timeout: withinMs });
  const { stdout = '' } = await asking.catch((error: { readonly stdout?: string }) => error);
  return stdout.trim() === '' ? [] : stdout.trimEnd().split('\n');
}
