import { isMap, isScalar, LineCounter, parseDocument } from 'yaml';

/** Where in a source, from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** A source that was read, and where in it things stand. */
export interface YamlSource {
  readonly value: unknown;
  /** Of the value at a path; of the nearest around it where there is none. `isKey`: of its name. */
  placeOf(path: readonly (string | number)[], isKey?: boolean): Place;
}

export interface YamlProblem extends Place {
  readonly message: string;
}

/** As large as a playbook can be, in characters. */
const mostCharacters = 256 * 1_024;
const mostAliases = 50;
const mostDepth = 50;
const start: Place = { line: 1, column: 1 };

/** Reads YAML 1.2 (and so JSON) of bounded size. Never throws. */
export function readYaml(source: string): YamlSource | readonly YamlProblem[] {
  if (source.length > mostCharacters)
    return [{ ...start, message: `is ${source.length} characters long (limit ${mostCharacters})` }];
  const deep = deepestIn(source);
  if (deep !== undefined) return [deep];
  const lines = new LineCounter();
  try {
    const document = parseDocument(source, { lineCounter: lines, logLevel: 'silent', prettyErrors: false });
    const place = (offset: number): Place => {
      const { line, col } = lines.linePos(offset);
      return { line, column: col };
    };
    if (document.errors.length > 0)
      return document.errors.slice(0, 10).map(({ message, pos }) => {
        const at = place(pos[0]);
        return { ...at, message: `is no YAML: ${firstLine(message)}${hint(source, at)}` };
      });
    return {
      value: document.toJS({ maxAliasCount: mostAliases }),
      placeOf(path, isKey = false) {
        let node: unknown = document.contents;
        let offset = 0;
        for (const [index, part] of path.entries()) {
          if (isMap(node)) {
            const pair = node.items.find(({ key }) => (isScalar(key) ? String(key.value) : '') === String(part));
            if (pair === undefined) break;
            offset = rangeOf(pair.key)?.[0] ?? offset;
            node = pair.value;
            if (index === path.length - 1 && isKey) break;
          } else node = (node as { items?: unknown[] } | null)?.items?.[Number(part)];
          const range = rangeOf(node);
          if (range === undefined) break;
          if (!isMap(node) || index === path.length - 1) offset = isMap(node) ? offset : (range[0] ?? offset);
        }
        return place(offset);
      },
    };
  } catch (error) {
    const reason = error instanceof RangeError ? 'is nested too deeply' : `is no YAML: ${firstLine(String(error))}`;
    return [{ ...start, message: reason }];
  }
}

/** Where brackets or lists are nested deeper than anybody means; reading such a thing takes very long. */
function deepestIn(source: string): YamlProblem | undefined {
  let depth = 0;
  for (const [index, text] of source.split('\n').entries()) {
    const tooMany = /^(?:[-?] +){20}/.test(text.trimStart());
    for (let at = 0; at < text.length && depth <= mostDepth; at += 1) {
      const letter = text.charAt(at);
      if (letter === '[' || letter === '{') depth += 1;
      else if ((letter === ']' || letter === '}') && depth > 0) depth -= 1;
    }
    if (depth > mostDepth || tooMany) return { line: index + 1, column: 1, message: 'is nested too deeply' };
  }
  return undefined;
}

function rangeOf(node: unknown): readonly number[] | undefined {
  return (node as { range?: readonly number[] } | null)?.range ?? undefined;
}

/** What goes wrong most often: `{ target: ${input.target} }`. */
function hint(source: string, { line }: Place): string {
  const text = source.split('\n')[line - 1] ?? '';
  return /[{,[][^"'#]*[^"']\$\{/.test(text) ? '; inside { } or [ ] put quotes around it: "${...}"' : '';
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? text;
}
