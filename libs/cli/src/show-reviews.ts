/** `muster reviews`: what waits for people. */
import type { GlobalOptions } from './addresses.ts';
import { changeLines } from './reviews/change-lines.ts';
import { waitingChanges } from './reviews/waiting.ts';
import { withBus } from './session.ts';
import type { Terminal } from './terminal.ts';
import { history, newestRecords } from './topic-history.ts';

/** Nothing waits longer than this. */
const LOOKS_BACK_MS = 30 * 24 * 3_600_000;

export async function showReviews(options: GlobalOptions, terminal: Terminal): Promise<void> {
  const now = Date.now();
  const since = { at: 'time', time: now - LOOKS_BACK_MS } as const;
  const waiting = await withBus(options, async (bus) =>
    waitingChanges(
      {
        requests: await newestRecords(bus, 'muster.change-requests.v1'),
        decisions: (await history(bus, 'muster.decisions.v1', since)).map(({ value }) => value),
        audit: (await history(bus, 'muster.audit.v1', since)).map(({ value }) => value),
      },
      now,
    ),
  );
  if (options.json) return terminal.print(JSON.stringify(waiting));
  if (waiting.length === 0) return terminal.say('Nothing waits for a review.');
  for (const change of waiting) {
    for (const line of changeLines(change, { ...terminal, now })) await terminal.print(line);
    await terminal.print('');
  }
  const [first] = waiting;
  const role = first?.decision.rolesNeeded[0];
  terminal.say(
    `Answer with: muster review ${first?.decision.changeId} approve|deny --comment "..."${role === undefined ? '' : ` --role ${role}`}`,
  );
}
