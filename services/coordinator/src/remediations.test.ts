import type { Message } from '@muster/bus';
import type { RemediationInput } from '@muster/schemas';
import { expect, it } from 'vitest';
import { forgetCause, onRemediation, type CauseState } from './remediations.ts';
import { settings } from './settings.ts';

const minuteMs = 60_000;

/** One cause through its life: what it publishes, as `kind workflowId playbook`. */
function cause() {
  let state: CauseState | undefined;
  const config = settings.parse({});
  const context = (now: number) => ({ key: 'shop/slow', state, now, config, tables: {} as never, newId: () => '' });
  return {
    tell(
      minute: number,
      kind: 'WANTED' | 'ENDED' | 'QUIET',
      incidentId: string,
      more: Partial<RemediationInput> = {},
    ): string[] {
      const value = {
        cause: 'shop/slow',
        kind,
        incidentId,
        target: 'shop',
        playbook: 'restart',
        input: '{}',
        rule: 'p/slow@1',
        reason: '',
        workflowId: null,
        isVerified: null,
        ...more,
      };
      const outcome = onRemediation(
        { value } as unknown as Message<'muster.remediations.v1'>,
        context(minute * minuteMs),
      );
      if (outcome.kind !== 'handled') return [outcome.kind];
      state = outcome.state ?? undefined;
      return (outcome.publish ?? []).map(
        ({ value: command }) => `${command?.kind} ${command?.workflowId} ${command?.playbook ?? command?.signal}`,
      );
    },
    forget: () => forgetCause(context(0)),
  };
}

const ended = (workflowId: string, isVerified: boolean | null) => ({ workflowId, isVerified });

it('starts one run at a time, and the next incident afterwards', () => {
  const one = cause();
  expect(one.tell(0, 'WANTED', 'a')).toEqual(['START remedy-a-slow-1 restart']);
  expect(one.tell(1, 'WANTED', 'a')).toEqual(['ignored']);
  expect(one.tell(1, 'WANTED', 'b')).toEqual([]);
  expect(one.tell(2, 'ENDED', 'a', ended('other', true))).toEqual(['ignored']);
  expect(one.tell(2, 'ENDED', 'a', ended('remedy-a-slow-1', null))).toEqual(['START remedy-b-slow-1 restart']);
});

it('tries again once, then asks a person, once', () => {
  const one = cause();
  one.tell(0, 'WANTED', 'a');
  expect(one.tell(1, 'ENDED', 'a', ended('remedy-a-slow-1', false))).toEqual(['START remedy-a-slow-2 restart']);
  expect(one.tell(2, 'ENDED', 'a', ended('remedy-a-slow-2', false))).toEqual(['START ask-a-slow ask-a-person']);
  expect(one.tell(3, 'WANTED', 'a')).toEqual(['ignored']);
  expect(one.tell(4, 'WANTED', 'b')).toEqual(['START ask-b-slow ask-a-person']);
  expect(one.tell(5, 'QUIET', 'b')).toEqual(['SIGNAL ask-b-slow incident-resolved']);
  expect(one.tell(25 * 60, 'WANTED', 'c')).toEqual(['START remedy-c-slow-1 restart']);
});

it('gives every run an id of its own, also after one was cancelled', () => {
  const one = cause();
  one.tell(0, 'WANTED', 'a');
  one.tell(1, 'ENDED', 'a', ended('remedy-a-slow-1', null));
  expect(one.tell(2, 'WANTED', 'a')).toEqual(['START remedy-a-slow-2 restart']);
});

it('tells the run that the incident resolved, and does not try again then', () => {
  const one = cause();
  one.tell(0, 'WANTED', 'a');
  expect(one.tell(1, 'QUIET', 'a')).toEqual(['SIGNAL remedy-a-slow-1 incident-resolved']);
  expect(one.tell(2, 'ENDED', 'a', ended('remedy-a-slow-1', false))).toEqual([]);
  expect(one.forget()).toMatchObject({ kind: 'handled', state: null });
});

it('takes an incident that comes back soon after a verified run for a failure of that run', () => {
  const one = cause();
  one.tell(0, 'WANTED', 'a');
  one.tell(1, 'ENDED', 'a', ended('remedy-a-slow-1', true));
  expect(one.tell(10, 'WANTED', 'b')).toEqual(['START remedy-b-slow-1 restart']);
  one.tell(11, 'ENDED', 'b', ended('remedy-b-slow-1', true));
  expect(one.tell(20, 'WANTED', 'c')).toEqual(['START ask-c-slow ask-a-person']);
  const other = cause();
  other.tell(0, 'WANTED', 'a');
  other.tell(1, 'ENDED', 'a', ended('remedy-a-slow-1', true));
  other.tell(40, 'WANTED', 'b');
  other.tell(41, 'ENDED', 'b', ended('remedy-b-slow-1', true));
  expect(other.tell(80, 'WANTED', 'c')).toEqual(['START remedy-c-slow-1 restart']);
});

it('takes a run that a person denied for no failure: nobody is paged for it, and it may be tried again', () => {
  const one = cause();
  one.tell(0, 'WANTED', 'a');
  expect(one.tell(1, 'ENDED', 'a', ended('remedy-a-slow-1', false))).toEqual(['START remedy-a-slow-2 restart']);
  expect(one.tell(2, 'ENDED', 'a', ended('remedy-a-slow-2', null))).toEqual([]);
  expect(one.tell(3, 'WANTED', 'b')).toEqual(['START remedy-b-slow-1 restart']);
});
