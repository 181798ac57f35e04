import type { Alert, Matcher, Silence } from '@muster/schemas';
import { RE2JS } from 're2js';

/** What a silence looks at: labels, and the fields that count as labels. */
export type SilencedFacts = Pick<Alert, 'target' | 'severity' | 'category' | 'fingerprint' | 'title' | 'labels'>;

/** A silence that can be in force, ready to be applied. */
export interface CompiledSilence {
  /** Labels and values of which the alert must have one; undefined where only trying tells. */
  readonly needs: { readonly label: string; readonly values: readonly string[] } | undefined;
  /** Whether it looks at titles, which may change from message to message. */
  readonly isAboutTitle: boolean;
  /** Whether it is about such an alert, whatever the time. */
  isAbout(facts: SilencedFacts): boolean;
}

/** More than people write, and little enough to be tried on every alert. */
const longestPattern = 1_000;
const largestProgram = 1_000;
/** A longer value is matched by no pattern. */
const longestValue = 4_096;

/**
 * Makes a silence ready, or says why it cannot be in force: the end of a sentence that begins with it. Expressions run on an engine that
 * takes time linear in the value, however they are written.
 */
export function compileSilence({
  matchers,
  startsAt,
  endsAt,
}: Pick<Silence, 'matchers' | 'startsAt' | 'endsAt'>): CompiledSilence | string {
  if (endsAt <= startsAt) return `ends (${iso(endsAt)}) before it starts (${iso(startsAt)})`;
  if (matchers.length === 0) return 'has no matchers; name a label and a value, such as target = shop';
  const compiled: CompiledMatcher[] = [];
  for (const matcher of matchers) {
    const each = compileMatcher(matcher);
    if (typeof each === 'string') return each;
    compiled.push(each);
  }
  if (compiled.every(({ matches }) => matches('')))
    return 'would mute every alert that lacks these labels; at least one matcher must ask for a value';
  const needs = compiled.find(({ values }) => values !== undefined);
  return {
    needs: needs?.values === undefined ? undefined : { label: needs.label, values: needs.values },
    isAboutTitle: matchers.some(({ label }) => label === 'title'),
    isAbout: (facts) => compiled.every(({ label, matches }) => matches(labelOf(facts, label))),
  };
}

interface CompiledMatcher {
  readonly label: string;
  /** The only values it takes. */
  readonly values: readonly string[] | undefined;
  matches(value: string): boolean;
}

function compileMatcher({ label, operator, value }: Matcher): CompiledMatcher | string {
  if (label === '') return 'has a matcher without a label';
  switch (operator) {
    case 'EQUAL':
      return { label, values: value === '' ? undefined : [value], matches: (other) => other === value };
    case 'NOT_EQUAL':
      return { label, values: undefined, matches: (other) => other !== value };
    case 'MATCH':
    case 'NOT_MATCH': {
      const isWanted = operator === 'MATCH';
      if (isWanted && /^[\w-]+(\|[\w-]+)*$/.test(value)) {
        const words = value.split('|');
        return { label, values: words, matches: (other) => words.includes(other) };
      }
      const expression = expressionOf(value);
      if (typeof expression === 'string')
        return `has an expression that cannot be used, ${label} ~ ${value.slice(0, 100)}: ${expression}`;
      const fits = (other: string): boolean => other.length <= longestValue && expression.testExact(other) === isWanted;
      return { label, values: undefined, matches: fits };
    }
    case 'UNKNOWN':
      return `has a matcher on ${label} with an unknown operator`;
  }
}

// Compiling one takes as long as trying it on hundreds of alerts, and silences often share theirs.
const expressions = new Map<string, RE2JS | string>();
const mostExpressions = 1_000;

function expressionOf(source: string): RE2JS | string {
  const known = expressions.get(source);
  if (known !== undefined) return known;
  if (expressions.size >= mostExpressions) expressions.clear();
  const compiled = compileExpression(source);
  expressions.set(source, compiled);
  return compiled;
}

function compileExpression(source: string): RE2JS | string {
  if (source.length > longestPattern) return `it is ${source.length} characters long (limit ${longestPattern})`;
  try {
    const expression = RE2JS.compile(source);
    const size = expression.programSize();
    return size <= largestProgram ? expression : `it unfolds to ${size} steps (limit ${largestProgram})`;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** The value of a label; one that an alert does not have is ''. */
export function labelOf(facts: SilencedFacts, label: string): string {
  switch (label) {
    case 'target':
    case 'severity':
    case 'category':
    case 'fingerprint':
    case 'title':
      return facts[label];
    default:
      return Object.hasOwn(facts.labels, label) ? (facts.labels[label] ?? '') : '';
  }
}

function iso(time: number): string {
  const date = new Date(time);
  return Number.isNaN(date.getTime()) ? String(time) : date.toISOString();
}
