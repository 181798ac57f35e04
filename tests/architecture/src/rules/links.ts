import { posix } from 'node:path';
import type { Repository } from '../repository.ts';

/** Relative links in Markdown lead to files and headings that there are. */
export function links({ texts }: Repository): string[] {
  const folders = new Set([...texts.keys()].flatMap(foldersAbove));
  return [...texts]
    .filter(([path]) => path.endsWith('.md'))
    .flatMap(([path, text]) =>
      targetsIn(text).flatMap((target) => {
        const [file = '', anchor] = target.split('#');
        const meant = file === '' ? path : posix.join(posix.dirname(path), decodeURI(file)).replace(/\/$/, '');
        if (!texts.has(meant) && !folders.has(meant)) return [`${path} links to ${target}, which does not exist`];
        if (anchor === undefined || !meant.endsWith('.md')) return [];
        return anchorsIn(texts.get(meant) ?? '').includes(anchor)
          ? []
          : [`${path} links to ${target}: ${meant} has no such heading`];
      }),
    );
}

function foldersAbove(path: string): string[] {
  const folder = posix.dirname(path);
  return folder === '.' ? ['.'] : [folder, ...foldersAbove(folder)];
}

const withoutCode = (text: string): string => text.replaceAll(/^```[\s\S]*?^```/gm, '').replaceAll(/`[^`\n]*`/g, '');

/** Targets of `[text](target)` and of `[text]: target`, but those with a scheme, each once. */
function targetsIn(markdown: string): string[] {
  const found = withoutCode(markdown).matchAll(/\]\(([^()\s]+)\)|^\[[^\]]+\]:\s*(\S+)/gm);
  const targets = new Set([...found].map(([, inline, reference]) => inline ?? reference ?? ''));
  return [...targets].filter((target) => !/^[a-z]+:/.test(target));
}

/** As GitHub makes them: lower case, punctuation dropped, spaces to hyphens, a number after a repeated one. */
function anchorsIn(markdown: string): string[] {
  const seen = new Map<string, number>();
  return [...markdown.replaceAll(/^```[\s\S]*?^```/gm, '').matchAll(/^#{1,6}\s+(.+?)\s*#*$/gm)].map(
    ([, heading = '']) => {
      const plain = heading.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1').toLowerCase();
      const anchor = plain.replaceAll(/[^\p{L}\p{N}\p{M}_ -]/gu, '').replaceAll(' ', '-');
      const before = seen.get(anchor) ?? 0;
      seen.set(anchor, before + 1);
      return before === 0 ? anchor : `${anchor}-${before}`;
    },
  );
}
