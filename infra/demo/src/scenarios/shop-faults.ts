/** Faults of the shop itself, which the mesh remedies or puts to a person. */
import { commandsFor, musterSays, show, typed } from '../person.ts';
import { logOf } from '../places.ts';
import { isCancelled, question } from '../questions.ts';
import type { Scenario } from '../scenario.ts';
import type { Deed } from '../steps.ts';
import { asked, found, mended, takenBack } from './remediation.ts';

const answerWithinMs = 60_000;
const usual = { matter: 'the fault', remedy: 'restart', isLearned: true } as const;

/** The shop itself tells when its fault is on. */
const breakShop: Deed = {
  async act({ running }) {
    const url = running.shop!.urls['fault']!;
    const response = await fetch(url, { method: 'POST', signal: AbortSignal.timeout(10_000) });
    if (!response.ok) throw new Error(`The shop answers ${response.status} at ${url}.`);
  },
};

/** A person denies what is put to people: the run is over then, which is no failure of it, and nobody is asked for the same again. */
const deny: Deed = {
  isForPerson: true,
  async act({ teller: { happened, say, until, story } }) {
    const put = question(story);
    if (put?.kind !== 'review') return;
    const { look, answer } = commandsFor(put);
    await show({ happened, say }, look, 'text');
    happened({ kind: 'note', text: `A person answers: ${typed(answer)}` });
    await musterSays(answer);
    await until((last) => isCancelled(last), {
      withinMs: answerWithinMs,
      sentence: () =>
        `Within ${answerWithinMs / 1_000} s the run did not end after its change was denied. See ${logOf('coordinator')}.`,
    });
  },
};

const restarted = [breakShop, ...found('restart'), ...mended];

export const healthy: Scenario = {
  ...usual,
  name: 'healthy',
  title: 'nothing happens, and nothing is reported or done',
  story: 'Nothing is the matter.',
  steps: [],
};

export const slow: Scenario = {
  ...usual,
  name: 'slow',
  title: 'a cache is lost, orders queue; a restart mends it',
  story:
    'The counts of the stock are lost: every order now counts the whole warehouse with the stock locked, and all others queue behind it.',
  fault: 'slow',
  steps: restarted,
};

export const leaking: Scenario = {
  ...usual,
  name: 'leaking',
  title: 'every request keeps memory, slow near the limit; a restart mends it',
  story: 'Every request now keeps a MiB of memory. Near the limit each has to look for some, longer and longer.',
  fault: 'leaking',
  steps: restarted,
};

export const crashing: Scenario = {
  ...usual,
  name: 'crashing',
  title: 'processes end over and over; a restart with a clean state mends it',
  story:
    'The journal of orders is damaged on disk. The first order ends the process; it is started again, and so does the next.',
  fault: 'crashing',
  steps: restarted,
};

export const unfixable: Scenario = {
  ...usual,
  name: 'unfixable',
  title: 'payments are slow; a restart does not help, and a person is asked',
  story: 'The payment provider now takes a second and a half. It is no part of the shop: a restart will not help.',
  fault: 'unfixable',
  steps: [breakShop, ...found('restart'), ...asked, deny],
};

export const undo: Scenario = {
  ...usual,
  name: 'undo',
  title: 'the same; another process is of no help, and that is taken back',
  story:
    'The payment provider now takes a second and a half. The shop gets another process: that will not help, and will be taken back.',
  fault: 'unfixable',
  remedy: 'scale',
  steps: [breakShop, ...found('scale'), ...takenBack, ...asked, deny],
};
