import { expect, it } from 'vitest';
import { planted } from '../planted.ts';
import { shownFiles } from './shown-files.ts';

const readme = (code: string) =>
  `# Muster\n\n<!-- file: docs/first-program.ts -->\n\n\`\`\`ts\n${code}\`\`\`\n\nMore.\n`;
const check = (markdown: string) =>
  shownFiles(planted({ 'README.md': markdown, 'docs/first-program.ts': 'const a = 1;\n' }));

it('is shown as it is', () => {
  expect(check(readme('const a = 1;\n'))).toEqual([]);
  expect(check(readme('const a = 2;\n'))).toEqual([
    expect.stringContaining('README.md shows docs/first-program.ts as it is not'),
  ]);
});

it('is shown at all', () => {
  expect(check('# Muster\n')).toEqual(['README.md does not show docs/first-program.ts']);
});
