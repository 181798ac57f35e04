/** Who is kept out, for how long, and on whose word. */
import type { Message } from '@muster/bus';
import { finalDecisions } from '../../promises/decisions.ts';
import { faultsLastMs } from '../../promises/effects.ts';
import { mostAheadMs } from '../../clocks.ts';
import type { Promised, Report, Row, Story } from '../../story.ts';
import { isAttack } from '../gate.ts';
import { blockMs, isAllowed, type GuardsPlan } from '../guards-plan.ts';

type Block = Message<'muster.blocks.v1'>['value'];
type Rows = readonly Row<'muster.blocks.v1'>[];
type Guarded = Promised<Story<GuardsPlan>>;

const rowsByAddress = (story: Story): ReadonlyMap<string, Rows> =>
  Map.groupBy(story.rows('muster.blocks.v1'), ({ key }) => key);

const blame =
  (report: Report) =>
  (kind: string, address: string, sentence: string): void =>
    report(kind, 'security', address, sentence, [address]);

/** Why a block is there: of its own accord, or by a person's word or an approved change. */
const isOwn = ({ status, decidedBy }: Block): boolean => status === 'ACTIVE' && decidedBy === 'security';
const at = (time: number): string => new Date(time).toISOString().slice(11, 23);

/** What is said of an address has an end, at which it is deleted, and not before. */
export const blocksEnd: Guarded = (story, report) => {
  const wrong = blame(report);
  const slackMs = faultsLastMs(story);
  for (const [address, rows] of rowsByAddress(story))
    for (const [index, { message, timestamp }] of rows.entries()) {
      if (message === undefined) continue;
      const { endsAt, status } = message.value;
      const next = rows[index + 1];
      if (next === undefined) {
        wrong('not released', address, `it is ${status} until ${at(endsAt)}, and nobody ever said that this is over`);
        continue;
      }
      // What was said just before may still be answered.
      if (next.message !== undefined || isAllowed(address) || next.timestamp <= timestamp + slackMs) continue;
      if (next.timestamp < endsAt - mostAheadMs(story.plan))
        wrong('released early', address, `it was ${status} until ${at(endsAt)}, and let go at ${at(next.timestamp)}`);
      if (next.timestamp > endsAt + slackMs)
        wrong('released late', address, `it was ${status} until ${at(endsAt)}, and let go at ${at(next.timestamp)}`);
    }
};

/** Whoever is on the allow-list is not blocked, and is let in again where somebody else blocked it. */
export const allowedAreLetIn: Guarded = (story, report) => {
  const wrong = blame(report);
  for (const [address, rows] of rowsByAddress(story)) {
    if (!isAllowed(address)) continue;
    for (const { message } of rows)
      if (message?.value.status === 'ACTIVE' && message.value.decidedBy !== 'ann')
        wrong('allow-list', address, `it is on the allow-list, and was blocked by ${message.value.decidedBy}`);
  }
};

/**
 * An address that is blocked is not blocked once more; one that a person let in is not blocked while that holds, and where a block comes that was decided
 * before it, it is let in again.
 */
export const blockedOnce: Guarded = (story, report) => {
  const wrong = blame(report);
  const slackMs = faultsLastMs(story);
  for (const [address, rows] of rowsByAddress(story)) {
    let last: { readonly row: Block; readonly timestamp: number; readonly id: string } | undefined;
    for (const [index, { message, timestamp, isCopy }] of rows.entries()) {
      if (message !== undefined && last !== undefined && isOwn(message.value) && timestamp < last.row.endsAt) {
        const { row } = last;
        const next = rows[index + 1];
        const isTakenBack =
          next !== undefined && next.message?.value.status !== 'ACTIVE' && next.timestamp <= timestamp + slackMs;
        if (row.status === 'RELEASED' && !isTakenBack)
          wrong('person overruled', address, `${row.decidedBy} let it in until ${at(row.endsAt)}, and it was blocked`);
        // Its own blocks it knows without hearing of them.
        const isHeard = isOwn(row) || timestamp > last.timestamp + slackMs;
        if (row.status === 'ACTIVE' && !isCopy && message.id !== last.id && isHeard)
          wrong('blocked twice', address, `it was blocked until ${at(row.endsAt)}, and was blocked again`);
      }
      last = message && { row: message.value, timestamp, id: message.id };
    }
  }
};

/** Whoever attacks is blocked, or people are asked; nobody else is, but by a person's word. */
export const attackersAreMet: Guarded = (story, report) => {
  const wrong = blame(report);
  const rows = rowsByAddress(story);
  const asked = new Set(
    story
      .messages('muster.change-requests.v1')
      .map(({ value }) => (JSON.parse(value.input) as { address?: string }).address),
  );
  // A block that would be over before it could be said is not made; people are told all the same.
  const isLate = faultsLastMs(story) > blockMs;
  const told = new Set(
    story.messages('muster.alerts.v1').flatMap(({ value }) => (isLate ? (value.labels['address'] ?? []) : [])),
  );
  const attackers = new Set(story.plan.visits.filter(isAttack).map(({ address }) => address));
  const insiders = story.plan.visits.filter(({ manner }) => manner === 'insider').map(({ address }) => address);
  for (const address of attackers)
    if (!isAllowed(address) && !asked.has(address) && !rows.has(address) && !told.has(address))
      wrong('let in', address, 'it attacked, and nothing followed from it');
  for (const address of insiders)
    if (!asked.has(address)) wrong('let in', address, 'it guessed a password, and nobody was asked');
  for (const [address, said] of rows)
    if (!attackers.has(address) && said.some(({ message }) => message !== undefined && isOwn(message.value)))
      wrong('blocked wrongly', address, 'it did nothing wrong, and was blocked');
};

/** A block for which people must be asked rests on a change that they approved, for this address. */
export const askedFirst: Guarded = (story, report) => {
  const wrong = blame(report);
  const inputs = new Map(
    story.messages('muster.change-requests.v1').map(({ value }) => [value.changeId, value.input] as const),
  );
  const approvals = finalDecisions(story).filter(({ value }) => value.verdict === 'APPROVED' && !value.isShadow);
  for (const { value, timestamp } of story.messages('muster.blocks.v1')) {
    const { address, changeId, decidedBy, rule } = value;
    if (decidedBy === 'ann') continue;
    if (decidedBy === 'security') {
      if (rule === 'guessed-login')
        wrong('not asked', address, 'it guessed a password, and was blocked without asking');
      continue;
    }
    const approval = approvals.find((each) => each.value.changeId === changeId);
    const isOf = changeId !== null && inputs.get(changeId)?.includes(`"${address}"`) === true;
    if (approval === undefined || approval.timestamp > timestamp || !isOf)
      wrong('not asked', address, `it is ${value.status} by ${decidedBy}, and the change ${changeId} was not approved`);
  }
};

const hourMs = 3_600_000;

/** No more blocks are made of its own accord within an hour than may be. */
export const withinBudget: Guarded = (story, report) => {
  const { blocksPerHour } = story.plan;
  const made = story.messages('muster.blocks.v1').filter(({ value }) => isOwn(value));
  for (const [index, { key, timestamp }] of made.entries()) {
    const first = made[index - blocksPerHour];
    if (first === undefined || timestamp - first.timestamp >= hourMs - faultsLastMs(story)) continue;
    blame(report)('over budget', key, `it was blocked when ${blocksPerHour} others were within the hour, which is all`);
  }
};

/** What was told of an address as dangerous is told to be over, where that is not left to people. */
export const alertsAreOver: Guarded = (story, report) => {
  const asked = story.messages('muster.change-requests.v1').map(({ value }) => value.input);
  const alerts = Map.groupBy(
    story.messages('muster.alerts.v1').filter(({ key }) => key.startsWith('security/address/')),
    ({ key }) => key,
  );
  for (const [fingerprint, told] of alerts) {
    const address = fingerprint.slice('security/address/'.length);
    const isLeft = isAllowed(address) || asked.some((input) => input.includes(`"${address}"`));
    const isLetIn = story.plan.words.some((word) => word.address === address && word.status === 'RELEASED');
    if (isLeft || isLetIn || told.at(-1)?.value.status === 'RESOLVED') continue;
    blame(report)('not resolved', address, 'the alert about it was never resolved');
  }
};
