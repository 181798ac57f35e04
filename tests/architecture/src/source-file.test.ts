import { expect, it } from 'vitest';
import { sourceFile } from './source-file.ts';

const read = (text: string) => sourceFile('libs/bus/src/planted.ts', text);

it('finds every way to import', () => {
  const { imports } = read(`
    import a, { type b } from 'one';
    import type { c } from 'two';
    import 'three';
    export { d } from 'four';
    export type * from 'five';
    const e = await import('six');
    type F = import('seven').F;
    const g = require('eight');
    const worker = new Worker(new URL('./nine.ts', import.meta.url));
  `);
  expect(imports).toEqual(['one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', './nine.ts']);
});

it('takes no text for an import', () => {
  const { imports } = read(
    "// import 'one'\nconst text = `\nimport 'two';\n`; const url = new URL('http://three.org');",
  );
  expect(imports).toEqual([]);
});

it('lists what is exported', () => {
  const { exports } = read(`
    export const a = 1, { b } = { b: 2 };
    export function c() {}
    export type D = string;
    export { a as e };
    export * from './f.ts';
    export { default } from './g.ts';
    export default 3;
  `);
  expect(exports).toEqual(['a', 'b', 'c', 'D', 'e', '* from ./f.ts', 'default', 'default']);
});

it('tells a name from a name behind a dot', () => {
  const { names, paths } = read('const size = Buffer.byteLength(text.process); it.skip.each([{ process: 1 }]);');
  expect([...names].sort()).toEqual(['Buffer', 'it', 'size', 'text']);
  expect([...paths]).toEqual(['Buffer.byteLength', 'text.process', 'it.skip.each', 'it.skip']);
});

it('names the file that does not parse', () => {
  expect(() => read('const = 1;')).toThrow('libs/bus/src/planted.ts does not parse');
});
