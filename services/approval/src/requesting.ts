import { flagInForce } from '@muster/policy';
import type { ChangeRequest } from '@muster/schemas';
import type { ChangeContext, Undecided } from './change-state.ts';

const longest = 65_536;
const mostRequires = 20;

/** What is wrong with a request, so that nobody should have to look at it: the end of a sentence. Undefined when nothing is. */
export function flawIn(request: Omit<ChangeRequest, 'envelope'>): string | undefined {
  const { target, changeClass, capability, requestedBy, blastRadius, requires, input, undo } = request;
  for (const [field, value] of Object.entries({ target, changeClass, capability, requestedBy }))
    if (value.trim() === '') return `it has no ${field}`;
  if (!(blastRadius >= 0 && blastRadius <= 1)) return `its blastRadius is ${blastRadius}, and must be from 0 to 1`;
  if (requires.length > mostRequires) return `it requires ${requires.length} things (limit ${mostRequires})`;
  const size = JSON.stringify(request).length;
  if (size > longest) return `it is ${size} characters long (limit ${longest})`;
  if (!isObject(input)) return 'its input is no JSON object';
  if (undo !== null && !isObject(undo.input)) return 'the input of its undo is no JSON object';
  return undefined;
}

/** What is remembered of a request until it is decided. */
export function undecidedFrom(
  { envelope, ...request }: ChangeRequest,
  requestId: string,
  { config, now, tables }: ChangeContext,
): Undecided {
  return {
    request,
    requestId,
    correlationId: envelope.correlationId,
    requestedAt: now,
    expiresAt: request.expiresAt ?? now + config.reviewWithinMs,
    isShadow: isShadowed(request.target, tables, now),
  };
}

/** In shadow from the first time it was in shadow: what people were told is for the record must not be acted on later. */
export function stillShadowed<U extends Undecided>(undecided: U, { tables, now }: ChangeContext): U {
  return { ...undecided, isShadow: undecided.isShadow || isShadowed(undecided.request.target, tables, now) };
}

function isShadowed(target: string, tables: ChangeContext['tables'], now: number): boolean {
  return flagInForce(tables.flags.values(), 'shadow', target, now) !== undefined;
}

function isObject(json: string): boolean {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}
