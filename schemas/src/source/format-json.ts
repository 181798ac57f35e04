const width = 120;

/**
 * The one way JSON files under `schemas/` are written: two spaces, and what fits into 120 columns stands on one line.
 * The outermost object is always spread out.
 */
export function formatJson(value: unknown): string {
  return `${spread(value, '')}\n`;
}

function format(value: unknown, indent: string, used: number): string {
  const line = standsSpread(value) ? undefined : onOneLine(value);
  return line !== undefined && indent.length + used + line.length < width ? line : spread(value, indent);
}

function spread(value: unknown, indent: string): string {
  const inner = `${indent}  `;
  const wrap = (open: string, lines: readonly string[], close: string): string =>
    lines.length === 0 ? `${open}${close}` : `${open}\n${lines.map((l) => inner + l).join(',\n')}\n${indent}${close}`;
  if (Array.isArray(value))
    return wrap(
      '[',
      value.map((item) => format(item, inner, 0)),
      ']',
    );
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const fields = Object.entries(value).map(([name, field]) => {
    const label = `${JSON.stringify(name)}: `;
    return label + format(field, inner, label.length);
  });
  return wrap('{', fields, '}');
}

function onOneLine(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(onOneLine).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const fields = Object.entries(value).map(([name, field]) => `${JSON.stringify(name)}: ${onOneLine(field)}`);
  return fields.length === 0 ? '{}' : `{ ${fields.join(', ')} }`;
}

/** Several objects (or lists) with several parts each are a table: one row a line. So does the formatter of the code. */
function standsSpread(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const children: readonly unknown[] = Object.values(value);
  const isTable = (lists: boolean): boolean =>
    children.every(
      (c) => typeof c === 'object' && c !== null && Array.isArray(c) === lists && Object.keys(c).length > 1,
    );
  return (
    (Array.isArray(value) && children.length > 1 && (isTable(true) || isTable(false))) || children.some(standsSpread)
  );
}
