import type { ASTNode } from '@marcbachmann/cel-js';

const loops = new Set(['all', 'exists', 'exists_one', 'map', 'filter']);
const deepestLoop = 2;

/**
 * Why an expression may cost too much to be applied to every message; undefined when it does not. CEL has no recursion and ends always, but
 * loops within loops multiply, and regular expressions, which CEL promises in linear time (RE2), run on JavaScript's backtracking engine:
 * so loops go two deep, a pattern is written out, and it repeats no group, the shape that can run for ever.
 */
export function costOf(ast: ASTNode, source: string): string | undefined {
  if (/\bmatches\s*\(/.test(source) && /\)\s*[*+{]/.test(source))
    return 'repeats a group in a regular expression, which may never end; use a simpler pattern';
  return visit(ast, 0);
}

function visit(part: unknown, depth: number): string | undefined {
  if (Array.isArray(part)) return first(part, depth);
  if (!isNode(part)) return undefined;
  const { op } = part;
  const args = part.args as unknown;
  if (op !== 'rcall' && op !== 'call') return visit(args, depth);
  const [name, ...rest] = args as [string, ...unknown[]];
  const [pattern] = (op === 'rcall' ? (rest[1] as unknown[]) : (rest[0] as unknown[]).slice(1)) ?? [];
  if (name === 'matches' && !(isNode(pattern) && pattern.op === 'value'))
    return 'matches with a pattern that is computed; write the pattern out, in quotes';
  const inside = op === 'rcall' && loops.has(name) ? depth + 1 : depth;
  if (inside > deepestLoop)
    return `has loops (${[...loops].join(', ')}) more than ${deepestLoop} deep; split it into several rules`;
  return first(rest, inside);
}

function first(parts: readonly unknown[], depth: number): string | undefined {
  for (const part of parts) {
    const found = visit(part, depth);
    if (found !== undefined) return found;
  }
  return undefined;
}

function isNode(part: unknown): part is ASTNode {
  return typeof part === 'object' && part !== null && 'op' in part && 'args' in part;
}
