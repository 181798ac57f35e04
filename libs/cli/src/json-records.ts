/** Records as text: one JSON value, a list of them, or JSON lines. */

export type RecordLine =
  | { readonly kind: 'record'; readonly line: number; readonly record: unknown }
  | { readonly kind: 'bad'; readonly line: number; readonly reason: string };

/**
 * Reads records line by line, in bounded memory. When the first line is no JSON value of its own, the whole text may be one (a formatted
 * object or list); if it isn't, each of its lines is judged alone.
 */
export async function* readRecords(chunks: AsyncIterable<string> | Iterable<string>): AsyncGenerator<RecordLine> {
  const held: string[] = [];
  let number = 0;
  let mode: 'unknown' | 'lines' | 'whole' = 'unknown';
  for await (const line of linesOf(chunks)) {
    number += 1;
    if (mode === 'unknown' && line.trim() !== '') mode = parse(line).kind === 'value' ? 'lines' : 'whole';
    if (mode === 'lines') yield* recordsOf(line, number);
    else held.push(line);
  }
  if (mode !== 'whole') return;
  const whole = parse(held.join('\n'));
  if (whole.kind === 'value') yield* listed(whole.value, held.findIndex((line) => line.trim() !== '') + 1);
  else for (const [index, line] of held.entries()) yield* recordsOf(line, index + 1);
}

function* recordsOf(text: string, line: number): Generator<RecordLine> {
  if (text.trim() === '') return;
  const parsed = parse(text);
  if (parsed.kind === 'value') yield* listed(parsed.value, line);
  else yield { kind: 'bad', line, reason: parsed.reason };
}

function* listed(value: unknown, line: number): Generator<RecordLine> {
  for (const record of Array.isArray(value) ? (value as unknown[]) : [value]) yield { kind: 'record', line, record };
}

function parse(text: string): { kind: 'value'; value: unknown } | { kind: 'fault'; reason: string } {
  try {
    return { kind: 'value', value: JSON.parse(text) };
  } catch (error) {
    const reason = (error as Error).message.replace(/,? "[\s\S]*" is not valid JSON$/, '').replace(/ in JSON/, '');
    return { kind: 'fault', reason: `it is no JSON: ${reason.replaceAll(/\s+/g, ' ').slice(0, 120)}.` };
  }
}

async function* linesOf(chunks: AsyncIterable<string> | Iterable<string>): AsyncGenerator<string> {
  let rest = '';
  for await (const chunk of chunks) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop()!;
    yield* lines.map((line) => line.replace(/\r$/, ''));
  }
  if (rest !== '') yield rest;
}
