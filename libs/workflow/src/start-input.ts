import { misfitsOf, type JsonShape } from './json-shape.ts';
import type { Playbook } from './form.ts';

/** The shape that a playbook asks of its input. */
function inputShapeOf({ input = {} }: Playbook): JsonShape {
  const properties = Object.entries(input).map(([name, field]): [string, JsonShape] => [
    name,
    {
      ...(field.type === 'any' ? {} : { type: field.optional === true ? [field.type, 'null'] : field.type }),
      ...(field.enum === undefined ? {} : { enum: field.optional === true ? [...field.enum, null] : field.enum }),
    },
  ]);
  const required = Object.entries(input)
    .filter(([, { optional, default: preset }]) => optional !== true && preset === undefined)
    .map(([name]) => name);
  return { type: 'object', properties: Object.fromEntries(properties), required, additionalProperties: false };
}

/** The input with what may be left out filled in; or, in a sentence, why it can't be started with. */
export function startInput(
  playbook: Playbook,
  given: unknown,
): { readonly input: Readonly<Record<string, unknown>> } | { readonly problem: string } {
  const literal = misfitsOf(escaped(given), inputShapeOf(playbook), []);
  if (literal.length > 0)
    return {
      problem: `its input does not fit: ${literal.map(({ path, message }) => (path.length > 1 ? `${path.slice(0, -1).join('.')}: ` : '') + message).join('; ')}`,
    };
  const fields = Object.entries(playbook.input ?? {}).map(([name, { default: preset }]) => [
    name,
    (given as Record<string, unknown>)[name] ?? preset ?? null,
  ]);
  return { input: Object.fromEntries(fields) };
}

/** In an input `${` is no expression, but text like any other. */
function escaped(value: unknown): unknown {
  if (typeof value === 'string') return value.replaceAll('${', '$ {');
  if (Array.isArray(value)) return value.map(escaped);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, escaped(each)]));
}
