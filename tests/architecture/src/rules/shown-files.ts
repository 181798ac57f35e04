import type { Repository } from '../repository.ts';

/** A program that the README must show. */
const firstProgram = 'docs/first-program.ts';
const shown = /<!-- file: (\S+) -->\s*```\w*\n([\s\S]*?)^```/gm;

/** Code in Markdown that stands after `<!-- file: path -->` is that file, letter by letter; the README shows the first program. */
export function shownFiles({ texts }: Repository): string[] {
  const isShown = texts.get('README.md')?.includes(`<!-- file: ${firstProgram} -->`) === true;
  const different = [...texts]
    .filter(([path]) => path.endsWith('.md'))
    .flatMap(([path, markdown]) =>
      [...markdown.matchAll(shown)]
        .filter(([, file = '', code]) => texts.get(file) !== code)
        .map(([, file]) => `${path} shows ${file} as it is not: copy the file, or name one that exists`),
    );
  return [...(isShown ? [] : [`README.md does not show ${firstProgram}`]), ...different];
}
