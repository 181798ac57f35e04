import { describe, expect, it } from 'vitest';
import { readRecords } from './json-records.ts';

async function read(text: string) {
  const items: unknown[][] = [];
  // In pieces, as a stream gives them.
  for await (const item of readRecords(text.match(/[\s\S]{1,7}/g) ?? []))
    items.push(item.kind === 'record' ? [item.line, item.record] : [item.line, item.reason]);
  return items;
}

describe('records as text', () => {
  it('are JSON lines, numbered as in the file', async () => {
    expect(await read('{"a":1}\n\n{"a":2}\r\n[{"a":3},{"a":4}]')).toEqual([
      [1, { a: 1 }],
      [3, { a: 2 }],
      [4, { a: 3 }],
      [4, { a: 4 }],
    ]);
  });

  it('are one formatted object or list', async () => {
    expect(await read('\n{\n  "a": 1\n}\n')).toEqual([[2, { a: 1 }]]);
    expect(await read('[\n  {"a": 1},\n  {"a": 2}\n]')).toEqual([
      [1, { a: 1 }],
      [1, { a: 2 }],
    ]);
  });

  it.each([
    ['{"a":1}\n{"a":\n{"a":3}', [1, 'bad', 3]],
    ['{a:1}\n{"a":2}', ['bad', 2]],
    ['{"a":1} trailing', ['bad']],
    ['', []],
    ['\n \n', []],
  ])('%j: a bad line is told by its number, and no other suffers', async (text, expected) => {
    const items = await read(text);
    expect(items.map(([line, what]) => (typeof what === 'string' ? 'bad' : line))).toEqual(expected);
  });

  it('say why a line is bad', async () => {
    expect(await read('{"a":1}\n{"a" 2}')).toEqual([
      [1, { a: 1 }],
      [2, expect.stringMatching(/^it is no JSON: .*position 5/)],
    ]);
  });
});
