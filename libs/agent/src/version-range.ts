import { Range } from 'semver';

/** Whether a version is within a range: a test of semantic versions, read once. Undefined when the text is no range. */
export function versionRange(range: string): ((version: string) => boolean) | undefined {
  try {
    const parsed = new Range(range);
    return (version) => parsed.test(version);
  } catch {
    return undefined;
  }
}
