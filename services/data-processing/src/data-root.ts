import { mkdirSync, readdirSync, realpathSync, statSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';
import { refusal } from './refusal.ts';

/** The one directory below which jobs read and write. */
export interface DataRoot {
  readonly directory: string;
  /** Files that a source names, sorted; `*` stands for any letters in the last part. Throws PermanentError on none, and on any outside. */
  files(pattern: string): string[];
  /** A folder, made if it is not there. Throws PermanentError where it would be outside. */
  folder(path: string): string;
}

const mostFiles = 10_000;

/** Throws an Error when the directory is not there. */
export function dataRoot(configured: string): DataRoot {
  const directory = realpathSync(configured);
  const isInside = (real: string): boolean => real === directory || real.startsWith(directory + sep);
  const outside = (path: string): Error =>
    refusal('PathOutside', `${path} leads out of the data directory; nothing is read or written there`);
  const plain = (path: string): string => {
    // What begins with a dot is ours.
    if (path.startsWith('/') || /[\0\\]/.test(path) || path.split('/').some((part) => part.startsWith('.')))
      throw outside(path);
    return join(directory, path);
  };
  return {
    directory,
    files(pattern) {
      const full = plain(pattern);
      const last = full.slice(full.lastIndexOf('/') + 1);
      const found = last.includes('*') ? matching(dirname(full), last) : [full];
      if (found.length === 0) throw refusal('NoSource', `no file below the data directory is named ${pattern}`);
      if (found.length > mostFiles)
        throw refusal('TooManyFiles', `${pattern} names ${found.length} files (limit ${mostFiles})`);
      return found.map((file) => {
        let real: string;
        try {
          real = realpathSync(file);
        } catch {
          throw refusal('NoSource', `there is no file ${pattern} below the data directory`);
        }
        if (!isInside(real)) throw outside(pattern);
        if (!statSync(real).isFile()) throw refusal('NoSource', `${pattern} is no file`);
        return real;
      });
    },
    folder(path) {
      const full = plain(path);
      // A link on the way would be followed by mkdir: the part that is there is looked at first.
      let known = full;
      for (;;) {
        try {
          if (!isInside(realpathSync(known))) throw outside(path);
          break;
        } catch (error) {
          if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
          known = dirname(known);
        }
      }
      try {
        mkdirSync(full, { recursive: true });
      } catch (error) {
        throw refusal('NoFolder', `${path} can not be a folder: ${(error as Error).message}`);
      }
      return realpathSync(full);
    },
  };
}

function matching(folder: string, pattern: string): string[] {
  const expression = new RegExp(
    `^${pattern
      .split('*')
      .map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, String.raw`\$&`))
      .join('.*')}$`,
  );
  try {
    return readdirSync(folder)
      .filter((file) => expression.test(file) && !file.startsWith('.'))
      .sort()
      .map((file) => join(folder, file));
  } catch {
    return [];
  }
}
