import type { ChangeRequest, Decision } from '@muster/schemas';
import { expect, it } from 'vitest';
import { chance } from '../test/chance.ts';
import { drive, type Drive } from '../test/drive.ts';

const minuteMs = 60_000;
const config = {
  maxPerHour: 12,
  maxPerTargetPerHour: 3,
  maxPerClassPerHour: 8,
  minConfidence: 0.3,
  maxFalseShare: 0.5,
};
const completed = Array.from({ length: 8 }, () => 'RUN_COMPLETED' as const);
const off = Array.from({ length: 7 }, () => false);
const often = Array.from({ length: 12 }, () => 'ask');
const targets = ['shop', 'till', 'bank', 'mail', 'web'];

/** Requests, reviews, ends of runs and flags at random, some of them wrong, over some hours. */
function happen(seed: number): Drive {
  const random = chance(seed);
  // Half of the seeds hear their topics in any order between them, with a delay.
  const mesh = seed % 2 === 0 ? drive(config) : drive(config, (queues) => random.pick(queues));
  const ids: string[] = [];
  for (const target of targets)
    mesh.target(target, { tier: random.pick(['LOW', 'STANDARD', 'STANDARD', 'STANDARD', 'STANDARD', 'HIGH']) });
  for (let step = 0; step < 250; step += 1) {
    if (seed % 2 === 1) mesh.drain(random.pick([0, 1, 3, 10]));
    const changeId = random.pick([...ids, `chg-${step}`]);
    switch (random.pick([...often, 'review', 'end', 'pass', 'flag', 'policy'])) {
      case 'ask':
        ids.push(`chg-${step}`);
        mesh.request({
          changeId: random.pick([`chg-${step}`, `chg-${step}`, changeId]),
          target: random.pick(targets),
          changeClass: random.pick(['restart', 'restart', 'restart', 'scale', 'scale', 'drop']),
          workflowId: random.pick([null, null, 'w-1', 'w-2', 'w-2/deeper/1', 'w-2/deeper/2']),
          undo: random.pick([null, { capability: 'x', input: '{}' }]),
          blastRadius: random.pick([0, 0, 0.2, 0.5, 0.5, 1]),
          expiresAt: random.pick([null, null, null, null, mesh.now() - 1, mesh.now() + 20 * minuteMs]),
          reviewersRequested: random.pick([0, 0, 0, 0, 0, 2]),
          requires: random.pick([[], [], [], [], ['!frozen'], ['frozn']]),
        });
        break;
      case 'review':
        mesh.review(random.pick(['ada', 'bob', 'carol', 'coordinator']), random.pick(['APPROVE', 'APPROVE', 'DENY']), {
          changeId,
          roles: random.pick([[], ['sre']]),
        });
        break;
      case 'end':
        mesh.end(changeId, random.pick([...completed, 'RUN_COMPENSATED', 'RUN_CANCELLED']));
        break;
      case 'flag':
        mesh.flag(random.pick(['freeze', 'shadow', 'kill-switch']), { isOn: random.pick([true, ...off]) });
        break;
      case 'policy':
        mesh.policy(
          random.pick([
            [],
            [],
            [],
            [],
            [],
            [],
            [],
            [{ ruleId: 'x', when: 'change.clas == ""', verdict: 'DENY' as const }],
          ]),
          {
            version: step + 1,
          },
        );
        break;
      default:
        mesh.pass(random.pick([minuteMs, 5 * minuteMs, 15 * minuteMs]));
    }
  }
  mesh.pass(3 * 60 * minuteMs);
  return mesh;
}

const isAutomatic = ({ verdict, reviews }: Decision): boolean => verdict === 'APPROVED' && reviews.length === 0;

/** Changes of one target that were approved for runs that are not one, the second before the first had ended or was over unused. */
function together(mesh: Drive): string[] {
  const requests = new Map<string, ChangeRequest>();
  for (const { topic, value } of mesh.log)
    if (topic === 'muster.change-requests.v1' && !requests.has(value.changeId)) requests.set(value.changeId, value);
  const runOf = (changeId: string): string => requests.get(changeId)?.workflowId ?? `change-${changeId}`;
  const endedBy = (changeId: string, time: number): boolean =>
    mesh.log.some(
      ({ topic, value, timestamp }) =>
        topic === 'muster.workflow-events.v1' &&
        value.changeId === changeId &&
        value.sequence === 2 &&
        timestamp <= time,
    );
  const isOne = (one: string, other: string): boolean =>
    `${one}/`.startsWith(`${other}/`) || `${other}/`.startsWith(`${one}/`);
  const approved = mesh
    .said('muster.decisions.v1')
    .filter(({ verdict, isShadow }: Decision) => verdict === 'APPROVED' && !isShadow);
  return approved.flatMap((second: Decision, index) =>
    approved
      .slice(0, index)
      .filter(
        (first: Decision) =>
          first.target === second.target &&
          !isOne(runOf(first.changeId), runOf(second.changeId)) &&
          first.envelope.time + 15 * minuteMs > second.envelope.time &&
          !endedBy(first.changeId, second.envelope.time),
      )
      .map((first) => `${second.target}: ${first.changeId} and ${second.changeId}`),
  );
}

it.each(Array.from({ length: 20 }, (_, seed) => seed))(
  'every change has one final decision, within the budgets: seed %i',
  (seed) => {
    const mesh = happen(seed);
    const decisions: Decision[] = mesh.said('muster.decisions.v1');
    const asked = new Set(mesh.log.filter(({ topic }) => topic === 'muster.change-requests.v1').map(({ key }) => key));
    const finals = decisions.filter(({ verdict }) => verdict !== 'ESCALATED').map(({ changeId }) => changeId);
    expect(finals.toSorted()).toEqual([...asked].toSorted());

    const approved = decisions.filter(isAutomatic);
    for (const { envelope, target, changeClass } of approved) {
      const within = approved.filter(
        ({ envelope: { time } }) => time > envelope.time - 60 * minuteMs && time <= envelope.time,
      );
      expect(within.length).toBeLessThanOrEqual(config.maxPerHour);
      expect(within.filter((each) => each.target === target).length).toBeLessThanOrEqual(config.maxPerTargetPerHour);
      expect(within.filter((each) => each.changeClass === changeClass).length).toBeLessThanOrEqual(
        config.maxPerClassPerHour,
      );
    }
    expect(together(mesh)).toEqual([]);
    for (const { reviews } of decisions) {
      expect(new Set(reviews.map(({ reviewer }) => reviewer)).size).toBe(reviews.length);
      expect(reviews.some(({ reviewer }) => reviewer === 'coordinator')).toBe(false);
    }
  },
);

it('the budgets are met: with these seeds some of each end in each way', () => {
  const decisions = [1, 2, 3, 4].flatMap((seed): Decision[] => happen(seed).said('muster.decisions.v1'));
  for (const verdict of ['APPROVED', 'REJECTED', 'ESCALATED', 'EXPIRED'])
    expect(decisions.some((each) => each.verdict === verdict)).toBe(true);
  expect(decisions.some(isAutomatic)).toBe(true);
  expect(decisions.some(({ verdict, reason }) => verdict === 'APPROVED' && reason.includes('It waited'))).toBe(true);
  for (const budget of ['approvals in all', 'approvals for ', 'approvals of class'])
    expect(decisions.some(({ reason }) => reason.includes(budget))).toBe(true);
}, 30_000);
