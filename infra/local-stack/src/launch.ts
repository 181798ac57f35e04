import { createHash } from 'node:crypto';
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Java } from './java-runtime.ts';
import type { Probe } from './readiness.ts';
import type { ServerName, ServerRecord } from './stack-state.ts';

/** Everything needed to start one server and to know when it serves. */
export type Launch = {
  readonly name: ServerName;
  /** Its name for people. */
  readonly title: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly probe: Probe;
  readonly trains?: NonNullable<ServerRecord['trains']>;
};

/**
 * Java options that start a server quickly: the serial collector, only the first compiler, and an archive of its loaded
 * classes. The first run records the archive (as it ends, in `workDir`); later runs from any data folder use it.
 */
export function quickStart(
  java: Java,
  packageDir: string,
  workDir: string,
): { options: string[]; trains?: NonNullable<ServerRecord['trains']> } {
  // An archive fits one build of Java only.
  const build = createHash('sha256').update(`${java.home} ${java.version}`).digest('hex').slice(0, 8);
  const archive = join(packageDir, `classes-${build}.jsa`);
  const options = [
    '-Xms64m',
    '-Xmx256m',
    '-XX:+UseSerialGC',
    '-XX:TieredStopAtLevel=1',
    '-XX:+ExitOnOutOfMemoryError',
    '-Djava.awt.headless=true',
  ];
  if (existsSync(archive)) return { options: [...options, `-XX:SharedArchiveFile=${archive}`] };
  const recording = join(workDir, 'classes.jsa');
  rmSync(recording, { force: true });
  return { options: [...options, `-XX:ArchiveClassesAtExit=${recording}`], trains: { from: recording, to: archive } };
}
