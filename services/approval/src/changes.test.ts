import { rehearse } from '@muster/agent';
import { isWaiting, verifyChain } from '@muster/policy';
import { describe, expect, it } from 'vitest';
import { drive, type Drive } from '../test/drive.ts';
import { approval } from './agent.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

/** A mesh with a shop that bears a restart, and a till that does not. */
function given(config: Parameters<typeof drive>[0] = {}): Drive {
  const mesh = drive(config);
  mesh.target('shop');
  mesh.target('till', { tier: 'CRITICAL' });
  return mesh;
}
const verdicts = (mesh: Drive, changeId?: string): string[] => mesh.decisions(changeId).map(({ verdict }) => verdict);

describe('a change that policy allows', () => {
  it('is approved at once, with its reasons', () => {
    const mesh = given();
    mesh.request({ workflowId: 'w-1', stepId: 'restart' });
    expect(mesh.decisions()).toMatchObject([
      {
        verdict: 'APPROVED',
        sequence: 1,
        isShadow: false,
        decidedBy: ['approval-defaults/small-changes'],
        risk: 0.25,
        confidence: 0.8,
        workflowId: 'w-1',
        stepId: 'restart',
        expiresAt: mesh.now() + 10 * minuteMs,
      },
    ]);
    const [decision] = mesh.decisions();
    expect(decision?.rules.map(({ policyId, ruleId, weight }) => [policyId, ruleId, weight])).toEqual([
      ['risk', 'tier', 0.1],
      ['risk', 'blast-radius', 0.15],
      ['approval-defaults', 'small-changes', 0],
    ]);
    expect(decision?.envelope.correlationId).toBe('c-m3');
    expect(mesh.audit()).toMatchObject([
      { action: 'decide', authority: 'approval-defaults/small-changes', sequence: 1 },
    ]);
  });

  it('is decided once, however often it is asked for', () => {
    const mesh = given();
    mesh.request();
    mesh.request({ target: 'till' });
    expect(verdicts(mesh)).toEqual(['APPROVED']);
    expect(mesh.ignored).toContain(
      'change chg-1 was asked for already, and the first request counts: give another one its own changeId',
    );
  });

  it('follows policies as they are published', () => {
    const mesh = given();
    mesh.policy([{ ruleId: 'no', when: 'change.class == "restart"', verdict: 'DENY', description: 'Not today.' }]);
    mesh.request();
    mesh.policy([], { version: 2 });
    mesh.request({ changeId: 'chg-2' });
    expect(mesh.decisions()).toMatchObject([
      { verdict: 'REJECTED', decidedBy: ['p/no'], reason: 'Rejected by p/no: not today.' },
    ]);
    expect(verdicts(mesh, 'chg-2')).toEqual(['APPROVED']);
  });

  it.each<readonly [string, (mesh: Drive) => void, string]>([
    [
      'another policy does not compile',
      (mesh) => mesh.policy([{ ruleId: 'x', when: 'chnge.class == ""', verdict: 'DENY' }]),
      'did you mean change?',
    ],
    [
      'rules make it too risky',
      (mesh) => mesh.policy([{ ruleId: 'x', when: 'true', verdict: 'WEIGHT', weight: 0.3 }]),
      'its risk of 0.55 is above 0.5',
    ],
    ['a freeze is on', (mesh) => mesh.flag('freeze/sale'), 'frozen'],
    ['the kill switch is on', (mesh) => mesh.flag('kill-switch'), 'kill switch is on'],
    ['no rule allows it', (mesh) => mesh.target('shop', { tier: 'HIGH' }), 'no rule allows it'],
  ])('goes to people when %s', (_, happen, why) => {
    const mesh = given();
    happen(mesh);
    mesh.request();
    expect(verdicts(mesh)).toEqual(['ESCALATED']);
    expect(mesh.decisions()[0]?.reason).toContain(why);
    expect(mesh.said('muster.change-claims.v1').map(({ kind }) => kind)).toEqual(['LOOK']);
  });

  it('is decided for the record only while the shadow flag is on, and stays so', () => {
    const mesh = given();
    mesh.flag('shadow', { targets: ['till'] });
    mesh.request({ target: 'till' });
    mesh.flag('shadow', { isOn: false });
    mesh.review('ada', 'APPROVE', { roles: ['sre'] });
    mesh.request({ changeId: 'chg-2' });
    expect(mesh.decisions().map(({ verdict, isShadow }) => [verdict, isShadow])).toEqual([
      ['ESCALATED', true],
      ['APPROVED', true],
    ]);
    expect(mesh.decisions('chg-2')[0]?.isShadow).toBe(false);
  });
});

describe('a request that can not be', () => {
  it.each([
    [{ input: 'no' }, 'REJECTED', 'its input is no JSON object'],
    [{ undo: { capability: 'x', input: '[]' } }, 'REJECTED', 'the input of its undo is no JSON object'],
    [{ blastRadius: 2 }, 'REJECTED', 'its blastRadius is 2'],
    [{ requestedBy: ' ' }, 'REJECTED', 'it has no requestedBy'],
    [{ reason: 'x'.repeat(70_000) }, 'REJECTED', 'limit 65536'],
    [{ requires: Array.from({ length: 21 }, () => 'true') }, 'REJECTED', 'requires 21 things'],
    [{ requires: ['frozen'] }, 'REJECTED', 'it requires frozen, which is not so'],
    [{ requires: ['frozn'] }, 'REJECTED', 'did you mean frozen?'],
    [{ expiresAt: 5 }, 'EXPIRED', 'too late to decide when it came'],
  ] as const)('%#: %s', (change, verdict, reason) => {
    const mesh = given();
    mesh.request(change);
    expect(verdicts(mesh)).toEqual([verdict]);
    expect(mesh.decisions()[0]?.reason).toContain(reason);
    expect(mesh.said('muster.change-claims.v1')).toEqual([]);
  });
});

describe('people', () => {
  const till = { target: 'till' };
  const sre = { roles: ['sre'] };

  it('approve what was passed up to them', () => {
    const mesh = given();
    mesh.request(till);
    mesh.review('ada', 'APPROVE', { ...sre, comment: 'Fine.' });
    expect(mesh.decisions()).toMatchObject([
      { verdict: 'ESCALATED', sequence: 1, reviewersNeeded: 1, rolesNeeded: ['sre'], expiresAt: mesh.now() + hourMs },
      { verdict: 'APPROVED', sequence: 2, decidedBy: ['ada'], reviews: [{ reviewer: 'ada', comment: 'Fine.' }] },
    ]);
    expect(mesh.audit().map(({ action }) => action)).toEqual(['escalate', 'review', 'decide']);
  });

  it.each<readonly [string, (mesh: Drive) => void, string]>([
    ['the requester', (mesh) => mesh.review(' Grace ', 'APPROVE', sre), 'nobody reviews their own'],
    [
      'somebody without the role',
      (mesh) => mesh.review('bob', 'DENY', { roles: ['dba'] }),
      'none of the roles it takes (sre)',
    ],
    ['nobody', (mesh) => mesh.review(' ', 'APPROVE', sre), 'does not say who'],
    [
      'somebody undecided',
      (mesh) => mesh.publish('muster.reviews.v1', { changeId: 'chg-1', reviewer: 'ada', verdict: 'UNKNOWN', ...sre }),
      'says UNKNOWN',
    ],
    ['somebody too early', (mesh) => mesh.review('ada', 'APPROVE', { ...sre, changeId: 'chg-9' }), 'Nobody has asked'],
  ])('are refused: %s', (_, happen, reason) => {
    const mesh = given();
    mesh.request({ ...till, requestedBy: 'grace' });
    happen(mesh);
    const refusals = mesh
      .said('muster.audit.v1')
      .filter((record) => record.action === 'refuse-review' && !isWaiting(record));
    expect(refusals.map(({ facts }) => facts)).toEqual([expect.stringContaining(reason)]);
    expect(verdicts(mesh)).toEqual(['ESCALATED']);
    mesh.review('ada', 'APPROVE', sre);
    expect(verdicts(mesh)).toEqual(['ESCALATED', 'APPROVED']);
  });

  it('are told when it is decided already, or too late', () => {
    const mesh = given();
    mesh.request(till);
    mesh.review('ada', 'DENY', { ...sre, comment: 'No.' });
    mesh.review('bob', 'APPROVE', sre);
    mesh.request({ ...till, changeId: 'chg-2' });
    mesh.pass(hourMs);
    mesh.review('ada', 'APPROVE', { ...sre, changeId: 'chg-2' });
    expect(verdicts(mesh)).toEqual(['ESCALATED', 'REJECTED']);
    expect(verdicts(mesh, 'chg-2')).toEqual(['ESCALATED', 'ESCALATED', 'EXPIRED']);
    expect(mesh.audit().at(-1)?.facts).toContain('It is decided already: REJECTED at 2026-01-07T12:00:00.000Z by ada.');
    expect(mesh.audit('chg-2').at(-1)?.facts).toContain('It is decided already: EXPIRED');
  });

  it('are warned before it expires, and told that it has', () => {
    const mesh = given();
    mesh.request(till);
    mesh.pass(45 * minuteMs);
    mesh.pass(14 * minuteMs);
    expect(verdicts(mesh)).toEqual(['ESCALATED', 'ESCALATED']);
    expect(mesh.decisions()[1]?.reason).toContain('Expires in 15 min without 1 approval of sre.');
    mesh.pass(minuteMs);
    expect(mesh.decisions()[2]).toMatchObject({ verdict: 'EXPIRED', decidedBy: ['approval/expiry'] });
    expect(mesh.decisions()[2]?.reason).toContain('nobody decided it in time; it took 1 approval of sre');
  });

  it('must be several where that is asked for: each counts once, and the last word of each', () => {
    const mesh = given();
    mesh.request({ ...till, reviewersRequested: 3, rolesRequested: ['sre', 'dba'] });
    mesh.review('ada', 'APPROVE', sre);
    mesh.review('ADA', 'APPROVE', sre);
    mesh.review('bob', 'APPROVE', { roles: ['dba'] });
    expect(verdicts(mesh)).toEqual(['ESCALATED']);
    expect(mesh.audit().at(-1)?.facts).toContain('"missing":"1 approval of sre or dba"');
    mesh.review('carol', 'APPROVE', { roles: ['dba'] });
    expect(mesh.decisions()[1]).toMatchObject({ verdict: 'APPROVED', decidedBy: ['ADA', 'bob', 'carol'] });
  });

  it('reject with one denial, also after an approval of their own', () => {
    const mesh = given();
    mesh.request({ ...till, reviewersRequested: 2, rolesRequested: ['sre'] });
    mesh.review('ada', 'APPROVE', sre);
    mesh.review('ada', 'DENY', sre);
    expect(mesh.decisions()[1]).toMatchObject({
      verdict: 'REJECTED',
      decidedBy: ['ada'],
      reviews: [{ verdict: 'DENY' }],
    });
  });

  it('can not approve what its own requirements forbid by then', () => {
    const mesh = given();
    mesh.request({ ...till, requires: ['!frozen'] });
    mesh.flag('freeze');
    mesh.review('ada', 'APPROVE', sre);
    expect(mesh.decisions()[1]).toMatchObject({ verdict: 'REJECTED' });
    expect(mesh.decisions()[1]?.reason).toContain('People approved it, but it requires !frozen');
  });
});

describe('experience', () => {
  it('takes automatic approval away from a class that fails, and gives it back', () => {
    const mesh = given({ maxFalseShare: 1 });
    const ask = (changeId: string): string[] => {
      mesh.request({ changeId });
      return verdicts(mesh, changeId);
    };
    expect(ask('a')).toEqual(['APPROVED']);
    mesh.end('a', 'RUN_COMPENSATED');
    expect(ask('b')).toEqual(['ESCALATED']);
    expect(mesh.decisions('b')[0]).toMatchObject({ verified: 0, rolledBack: 1 });
    expect(mesh.decisions('b')[0]?.reason).toContain('the confidence of 0.67 is under 0.7');
    for (const changeId of ['b', 'c']) {
      if (changeId !== 'b') ask(changeId);
      mesh.review('ada', 'APPROVE', { changeId });
      mesh.end(changeId, 'RUN_COMPLETED');
    }
    expect(ask('d')).toEqual(['APPROVED']);
  });

  it('does not count what was not carried out', () => {
    const mesh = given();
    mesh.request({ changeId: 'a' });
    mesh.end('a', 'RUN_CANCELLED');
    mesh.end('a', 'RUN_FAILED');
    mesh.request({ changeId: 'b' });
    expect(mesh.decisions('b')[0]).toMatchObject({ verdict: 'APPROVED', verified: 0, rolledBack: 0 });
  });
});

describe('what is lost', () => {
  it('is built again from the topics: the decisions on them stand, whatever the rules say now', () => {
    const mesh = given();
    mesh.request({ changeId: 'a' });
    mesh.request({ changeId: 'b', target: 'till' });
    mesh.review('ada', 'APPROVE', { changeId: 'b', roles: ['sre'] });
    mesh.request({ changeId: 'c', target: 'till' });
    const again = drive();
    again.policy([{ ruleId: 'no', when: 'true', verdict: 'DENY' }]);
    again.rebuild(mesh.log.filter(({ topic }) => topic !== 'muster.policies.v1'));
    again.review('bob', 'DENY', { changeId: 'a' });
    again.review('bob', 'DENY', { changeId: 'b', roles: ['sre'] });
    again.review('ada', 'APPROVE', { changeId: 'c', roles: ['sre'] });
    again.pass(2 * hourMs);
    expect([again.decisions('a'), again.decisions('b')]).toEqual([[], []]);
    expect(again.decisions('c')).toMatchObject([{ verdict: 'APPROVED', sequence: 2 }]);
    for (const changeId of ['a', 'b', 'c'])
      expect(verifyChain([...mesh.audit(changeId), ...again.audit(changeId)])).toEqual([]);
  });

  it.each([
    ['as they were', {}],
    ['reviews from a clock that is behind', { 'muster.reviews.v1': -minuteMs }],
    ['reviews from a clock that is ahead', { 'muster.reviews.v1': minuteMs }],
    ['decisions from a clock that is behind', { 'muster.decisions.v1': -minuteMs }],
    ['requests from a clock that is ahead', { 'muster.change-requests.v1': minuteMs }],
  ])('an audit chain goes on where it was when the topics are read again: %s', (_, skew: Record<string, number>) => {
    const mesh = given();
    const sre = { roles: ['sre'] };
    for (const changeId of ['a', 'b']) {
      mesh.request({ changeId, target: 'till' });
      mesh.pass(1_000);
      mesh.review('ada', 'APPROVE', { changeId });
      mesh.pass(1_000);
    }
    mesh.review('ada', 'APPROVE', { changeId: 'a', ...sre });
    mesh.review('bob', 'DENY', { changeId: 'a', ...sre });
    mesh.pass(1_000);
    const again = given();
    const seen = ({ topic, timestamp }: Drive['log'][number]): number => timestamp + (skew[topic] ?? 0);
    again.rebuild(mesh.log.toSorted((one, other) => seen(one) - seen(other)));
    for (const changeId of ['a', 'b']) {
      again.publish('muster.reviews.v1', { changeId, reviewer: 'carol', verdict: 'DENY', ...sre }, `late-${changeId}`);
      expect(again.audit(changeId)).not.toEqual([]);
      expect(verifyChain([...mesh.audit(changeId), ...again.audit(changeId)])).toEqual([]);
    }
  });

  it('the same log makes the same records again, hash for hash', () => {
    const mesh = given();
    mesh.request({ target: 'till' });
    mesh.review('ada', 'APPROVE');
    mesh.review('ada', 'APPROVE', { roles: ['sre'] });
    const rewritten = rehearse(approval);
    const records = mesh.log
      .filter(({ topic }) => topic === 'muster.audit.v1')
      .flatMap((message) => rewritten.take(message).flatMap(({ publications }) => publications));
    expect(records.map(({ value }) => (value as { hash: string }).hash)).toEqual(mesh.audit().map(({ hash }) => hash));
    expect(mesh.audit().map(({ action }) => action)).toEqual(['escalate', 'refuse-review', 'review', 'decide']);
  });

  it('a ledger that does not answer leaves it to people, and its late answer is given back', () => {
    const mesh = given();
    const silent = drive();
    silent.rebuild(mesh.log);
    silent.rebuild([requestIn(mesh)]);
    silent.pass(minuteMs);
    expect(silent.decisions()[0]?.reason).toContain('the ledger of budgets has not answered');
    silent.publish('muster.change-grants.v1', { changeId: 'chg-1', isGranted: true });
    expect(silent.said('muster.change-claims.v1').map(({ kind }) => kind)).toEqual(['RELEASE']);
  });
});

function requestIn(mesh: Drive): Drive['log'][number] {
  mesh.request();
  const request = mesh.log.find(({ topic }) => topic === 'muster.change-requests.v1');
  if (request === undefined) throw new Error('no request was published');
  return request;
}
