import { compileSilence } from '@muster/policy';
import type { Matcher, SilenceInput } from '@muster/schemas';
import { misuse } from '../failure.ts';
import { parseDuration, parseMoment } from '../moment.ts';

/** What the options of `muster silence add` say. */
export interface SilenceRequest {
  readonly for?: string;
  readonly from?: string;
  readonly until?: string;
  readonly comment?: string;
  readonly by?: string;
  readonly id?: string;
}

const operators = { '=': 'EQUAL', '!=': 'NOT_EQUAL', '=~': 'MATCH', '!~': 'NOT_MATCH' } as const;
const signs = Object.fromEntries(Object.entries(operators).map(([sign, operator]) => [operator, sign]));

/** The silence that is asked for. Throws a Failure that says what is wrong with it. */
export function silenceOf(
  matchers: readonly string[],
  request: SilenceRequest,
  { now, user, newId }: { readonly now: number; readonly user: string; newId(): string },
): Required<SilenceInput> {
  const { from, until, comment = '', by = user, id = newId() } = request;
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(id))
    throw misuse(`"${id}" can't be the id of a silence: letters, digits, dots, hyphens.`);
  if (comment.trim() === '') throw misuse('Others will ask why it is silent: give --comment.');
  const startsAt = from === undefined ? now : parseMoment('--from', from, now);
  const lastsMs = request.for === undefined ? undefined : parseDuration(request.for);
  if (request.for !== undefined && lastsMs === undefined)
    throw misuse(`--for ${request.for} is not understood: say how long, such as 30m, 2h or 7d.`);
  if ((lastsMs === undefined) === (until === undefined))
    throw misuse('A silence ends: say --for how long, or --until when.');
  const endsAt = lastsMs === undefined ? parseMoment('--until', until ?? '', now) : startsAt + lastsMs;
  if (endsAt <= Math.max(now, startsAt)) throw misuse('It would be over before it begins: give a later end.');
  const silence = { silenceId: id, matchers: matchers.map(matcherOf), startsAt, endsAt, createdBy: by, comment };
  const compiled = compileSilence(silence);
  if (typeof compiled === 'string') throw misuse(`This silence ${compiled}.`);
  return silence;
}

function matcherOf(text: string): Matcher {
  const [, label, sign, value] = /^([^=!~]+)(=~|!~|!=|=)(.*)$/s.exec(text) ?? [];
  if (label === undefined || sign === undefined || value === undefined)
    throw misuse(
      `${text} is not understood: give label=value, label!=value, label=~expression or label!~expression; target, severity, category, fingerprint and title count as labels.`,
    );
  return { label: label.trim(), operator: operators[sign as keyof typeof operators], value };
}

/** `target=shop severity!=CRITICAL` */
export function matchersText(matchers: readonly Matcher[]): string {
  return matchers.map(({ label, operator, value }) => `${label}${signs[operator] ?? ' ? '}${value}`).join(' ');
}
