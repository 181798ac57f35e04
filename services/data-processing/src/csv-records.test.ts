import { expect, it } from 'vitest';
import { cutRecords, fieldsOf, ordinalsAmongAll } from './csv-records.ts';

const rules = { quote: 34, delimiter: 44, isLast: true, longest: 1_000, mustBeUtf8: true };
const cut = (text: string | Buffer, over: Partial<typeof rules> = {}) => {
  const { clean, consumed, bad } = cutRecords(Buffer.from(text), { ...rules, ...over });
  return {
    clean: clean.toString(),
    consumed,
    bad: bad.map(({ ordinal, reason, bytes }) => [ordinal, reason, bytes.toString()]),
  };
};

it('takes a piece without quotes as it is, up to the last whole line', () => {
  expect(cut('1,a\n2,b\n3', { isLast: false })).toEqual({ clean: '1,a\n2,b\n', consumed: 8, bad: [] });
});

it('ends the last line where the file does not', () => {
  expect(cut('1,a\n2,b').clean).toBe('1,a\n2,b\n');
});

it('makes one of all line ends, but leaves what is inside of quotes', () => {
  expect(cut('1,a\r\n2,"x\r\ny"\r3,c\n\n\r\n4,d')).toMatchObject({ clean: '1,a\n2,"x\r\ny"\n3,c\n4,d\n', bad: [] });
});

it('knows doubled quotes, delimiters and line ends in a field, and quotes in the middle of one', () => {
  const text = '1,"a,""b"""\n2,"two\nlines",x\n3,5" pipe\n';
  expect(cut(text)).toMatchObject({ clean: text, bad: [] });
});

it('takes out the line with a broken quote, and only that', () => {
  expect(cut('1,"a\n2,"b"\n3,c\n')).toMatchObject({
    clean: '2,"b"\n3,c\n',
    bad: [[0, 'text follows a closing quote', '1,"a']],
  });
  expect(cut('1,a\n2,"b\n3,c\n4,d')).toMatchObject({
    clean: '1,a\n3,c\n4,d\n',
    bad: [[1, 'a quote is opened and never closed', '2,"b']],
  });
  expect(cut(`1,"a\n${'2,b\n'.repeat(400)}`, { isLast: false }).bad).toEqual([
    [0, 'a quote is opened and not closed within 1000 bytes', '1,"a'],
  ]);
});

it('looks at a quote that is the very first letter, too', () => {
  expect(cut('"1,a\n"2",b\n3,c\n')).toMatchObject({
    clean: '"2",b\n3,c\n',
    bad: [[0, 'text follows a closing quote', '"1,a']],
  });
});

it('takes out what is not UTF-8 where lines end with a carriage return only', () => {
  const latin = Buffer.concat([Buffer.from('1,a\r2,'), Buffer.from([0xe9]), Buffer.from('\r3,c')]);
  expect(cut(latin, { isLast: false })).toMatchObject({
    clean: '1,a\n',
    consumed: 8,
    bad: [[1, expect.anything(), expect.anything()]],
  });
});

it('counts what it took as it was, when it takes out what comes later', () => {
  const lines = Array.from({ length: 50 }, (_, at) => (at % 10 === 7 ? `${at},"a""${at}"` : `${at},a`));
  lines[30] = '30,"a"x';
  lines[49] = '49,"a';
  const { clean, bad } = cut(lines.join('\n'));
  expect(bad.map(([ordinal]) => ordinal)).toEqual([30, 49]);
  expect(clean).toBe(`${lines.filter((_, at) => at !== 30 && at !== 49).join('\n')}\n`);
});

it('waits for the rest of a record that goes on in the next piece', () => {
  expect(cut('1,a\n2,"b\nc', { isLast: false })).toMatchObject({ clean: '1,a\n', consumed: 4, bad: [] });
});

it('yields the same records, whatever the pieces are', () => {
  const text = Buffer.from('1,"a\r\nb"\r\n\r\n2,"é\n3,x\r\n4,"y""z"\n5,ü');
  const all = cut(text);
  for (let size = 20; size < text.length; size += 1) {
    let at = 0;
    let clean = '';
    let read = size;
    while (at < text.length) {
      const isLast = at + read >= text.length;
      const piece = cutRecords(Buffer.from(text.subarray(at, at + read)), { ...rules, isLast });
      if (piece.consumed === 0) read *= 2;
      else read = size;
      clean += piece.clean.toString();
      at += piece.consumed;
    }
    expect(clean).toBe(all.clean);
  }
});

it('takes out what is not UTF-8, and only that', () => {
  const latin = Buffer.concat([Buffer.from('1,ok\n2,caf'), Buffer.from([0xe9]), Buffer.from('\n3,café\n')]);
  const { clean, bad } = cut(latin);
  expect(clean).toBe('1,ok\n3,café\n');
  expect(bad).toMatchObject([[1, expect.stringContaining('not UTF-8'), expect.any(String)]]);
});

it('reads a header', () => {
  expect(fieldsOf('a,"b ""c"", d",', ',')).toEqual(['a', 'b "c", d', '']);
});

it('counts records as if none had been taken out', () => {
  expect(ordinalsAmongAll([0, 1, 2, 3], [0, 2, 3])).toEqual([1, 4, 5, 6]);
  expect(ordinalsAmongAll([2], [])).toEqual([2]);
});
