/**
 * The part of a condition that does not speak of a variable, here `value`: `target == 'shop' && value > 3` -> `(target == 'shop')`. Where it
 * is not true the whole cannot be, so it can be tried once for many values. Undefined where there is no such part, or where the source is
 * written in a way that is not easily taken apart.
 */
export function partWithout(variable: string, source: string): string | undefined {
  const word = new RegExp(`\\b${variable}\\b`);
  const parts = conjunctsOf(source)?.filter((part) => !word.test(part));
  return parts === undefined || parts.length === 0 ? undefined : parts.map((part) => `(${part.trim()})`).join(' && ');
}

/** The parts of `a && b && c`; undefined when something that binds looser holds them together. */
function conjunctsOf(source: string): string[] | undefined {
  const parts: string[] = [];
  let depth = 0;
  let quote = '';
  let start = 0;
  for (let index = 0; index < source.length; index += 1) {
    const character = source.charAt(index);
    if (quote !== '') {
      if (character === '\\') index += 1;
      else if (character === quote) quote = '';
    } else if (character === "'" || character === '"') {
      const isPlain = !/[bBrR]/.test(source.charAt(index - 1)) && !source.startsWith(character.repeat(3), index);
      if (!isPlain) return undefined;
      quote = character;
    } else if ('([{'.includes(character)) depth += 1;
    else if (')]}'.includes(character)) depth -= 1;
    else if (source.startsWith('//', index)) return undefined;
    else if (depth === 0 && (character === '?' || source.startsWith('||', index))) return undefined;
    else if (depth === 0 && source.startsWith('&&', index)) {
      parts.push(source.slice(start, index));
      index += 1;
      start = index + 1;
    }
  }
  return [...parts, source.slice(start)];
}
