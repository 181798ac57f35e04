import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { adopt, type Fetching, withDraft, withProgress } from './fetching.ts';
import type { Java } from './java-runtime.ts';
import { findProgram, runCommand } from './run-command.ts';
import { stackError } from './stack-error.ts';

const pomFile = join(import.meta.dirname, '..', 'pom.xml');
const titles = { kafka: 'Apache Kafka', registry: 'Apicurio Registry', redis: 'embedded Redis' };

/** A profile of `pom.xml`. */
export type MavenPackage = keyof typeof titles;

/** The version `pom.xml` pins for a package; the only place where it stands. */
export function pinnedVersion(pom: string, name: MavenPackage): string {
  const version = new RegExp(`<${name}\\.version>([^<]+)<`).exec(pom)?.[1];
  if (version === undefined) throw new Error(`${pomFile} names no ${name}.version.`);
  return version;
}

function titled(names: readonly MavenPackage[]): string {
  const pom = readFileSync(pomFile, 'utf8');
  return names.map((name) => `${titles[name]} ${pinnedVersion(pom, name)}`).join(' and ');
}

/** Where the package lies in the cache, fetched or not. */
export function packageFolder(cacheDir: string, name: MavenPackage): string {
  return join(cacheDir, `${name}-${pinnedVersion(readFileSync(pomFile, 'utf8'), name)}`);
}

/** The line of Maven's output that says why it failed. */
function reason(output: string): string {
  const lines = output.split('\n').filter((line) => line.includes('ERROR'));
  return stripVTControlCharacters(lines[0] ?? 'it gave no reason')
    .replace(/^\[ERROR\]\s*/, '')
    .slice(0, 250);
}

/**
 * Fetches the packages the cache lacks, with the machine's own Maven and therefore its mirrors and proxies.
 * Throws `MAVEN_MISSING` or `FETCH_FAILED`.
 */
export async function fetchPackages(names: readonly MavenPackage[], java: Java, fetching: Fetching): Promise<void> {
  const { cacheDir, log, signal } = fetching;
  const missing = names.filter((name) => !existsSync(packageFolder(cacheDir, name)));
  if (missing.length === 0) return;
  const what = titled(missing);
  const maven = findProgram('mvn');
  if (maven === undefined) {
    throw stackError(
      'MAVEN_MISSING',
      `Maven (mvn) is not on the PATH, and ${what} must be fetched once with it: install it (Debian: apt-get install maven; macOS: brew install maven) and start again.`,
    );
  }
  log(`Fetching ${what} from Maven Central (once)`);
  let files = 0;
  const onLine = (line: string) => {
    if (line.includes('Downloaded from')) files += 1;
  };
  // Maven brings no Java of its own: lend it ours where the machine has none to show.
  const env = process.env['JAVA_HOME'] || findProgram('java') ? process.env : { ...process.env, JAVA_HOME: java.home };
  await withDraft(cacheDir, async (draft) => {
    const args = ['-B', '-f', pomFile, `-P${missing.join(',')}`, `-Dinto=${draft}`, 'generate-resources'];
    const run = () => runCommand(maven, args, { env, signal, onLine });
    const result = await withProgress(log, () => `Fetching ${what}: ${files} files`, run);
    if (result.code !== 0) {
      throw stackError(
        'FETCH_FAILED',
        `Maven could not fetch ${what} (${reason(result.output)}): check that this machine reaches Maven Central or a mirror of it, and start again.`,
      );
    }
    for (const name of missing) adopt(join(draft, name), packageFolder(cacheDir, name));
  });
}
