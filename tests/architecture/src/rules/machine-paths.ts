import type { Repository } from '../repository.ts';

/** Folders that exist on one machine only, put together so that this file does not name one itself. */
const folders = ['work', 'home/[\\w.-]+', 'root', 'Users/[\\w.-]+', 'tmp'];
const machinePath = new RegExp(`(?:file://|(?<![\\w.}*/~-]))/(${folders.join('|')})/[\\w.-]*`);

/** No text names a place of the machine that it was written on, and the lock file no registry. */
export function machinePaths({ texts }: Repository): string[] {
  return [...texts].flatMap(([path, text]) => {
    const found = machinePath.exec(text);
    const line = found === null ? 0 : text.slice(0, found.index).split('\n').length;
    if (found !== null) return [`${path}:${line} names ${found[0]}, which is a place on one machine`];
    return path.endsWith('package-lock.json') && /"resolved": "https?:/.test(text)
      ? [`${path} names a registry: install with the repository's .npmrc`]
      : [];
  });
}
