import { readFileSync, statSync } from 'node:fs';
import type { Target } from '@muster/schemas';
import { checkTargets, labelChecks, type CheckedTarget } from '@muster/targets';

/** What is to be checked, and what is wrong with how that was declared. */
export interface Declared {
  readonly targets: readonly CheckedTarget[];
  readonly problems: readonly string[];
}

export interface TargetsFile {
  /** What the file says now. One that is wrong is told of, and what it said before stays. */
  read(): Declared & { readonly hasChanged: boolean };
}

/** A file of targets that may change at any time. */
export function targetsFile(file: string | undefined): TargetsFile {
  let stamp = '';
  let declared: Declared = { targets: [], problems: [] };
  return {
    read() {
      const now = file === undefined ? '' : stampOf(file);
      if (file === undefined || now === stamp) return { ...declared, hasChanged: false };
      stamp = now;
      declared = { targets: declared.targets, ...contentOf(file) };
      return { ...declared, hasChanged: true };
    },
  };
}

function contentOf(file: string): {
  readonly targets?: readonly CheckedTarget[];
  readonly problems: readonly string[];
} {
  let source: string;
  try {
    source = readFileSync(file, 'utf8');
  } catch {
    return { problems: [`${file} can not be read: MUSTER_TARGETS_FILE names it`] };
  }
  const checked = checkTargets(source);
  if ('targets' in checked) return { targets: checked.targets, problems: [] };
  return { problems: checked.problems.map(({ line, column, message }) => `${file}:${line}:${column} ${message}`) };
}

function stampOf(file: string): string {
  const stat = statSync(file, { throwIfNoEntry: false });
  return stat === undefined ? 'missing' : `${stat.mtimeMs} ${stat.size}`;
}

/** Targets of the file and those of the topology that declare checks in their labels. The file wins; dependencies add up. */
export function mergeTargets(fromFile: readonly CheckedTarget[], topology: Iterable<Target>): Declared {
  const targets = new Map(fromFile.map((target) => [target.target, target]));
  const problems: string[] = [];
  for (const target of topology) {
    const inFile = targets.get(target.target);
    if (inFile !== undefined) {
      const dependsOn = [...new Set([...inFile.dependsOn, ...target.dependsOn])];
      targets.set(target.target, { ...inFile, dependsOn });
      continue;
    }
    const labelled = labelChecks(target);
    if (labelled === undefined) continue;
    problems.push(...labelled.problems);
    if (labelled.checked.checks.length > 0) targets.set(target.target, labelled.checked);
  }
  return { targets: [...targets.values()], problems };
}
