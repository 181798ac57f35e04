import type { ChangeRequestInput } from '@muster/schemas';
import { expect, it } from 'vitest';
import { chance } from '../test/chance.ts';
import { drive } from '../test/drive.ts';

/**
 * Kinds of requests as operations people see them, each labelled by hand before the rules were tried on it: safe to do without a person, or
 * not. `of`: how many of a thousand. The share that is approved is told, not tuned towards; what must hold is that nothing unsafe is.
 */
const kinds: readonly {
  readonly of: number;
  readonly isSafe: boolean;
  readonly change: Partial<ChangeRequestInput>;
}[] = [
  { of: 420, isSafe: true, change: { target: 'web' } },
  {
    of: 180,
    isSafe: true,
    change: { target: 'web', changeClass: 'scale', undo: { capability: 'recovery.scale', input: '{}' } },
  },
  { of: 150, isSafe: true, change: { target: 'batch', blastRadius: 0.2 } },
  { of: 40, isSafe: true, change: { target: 'batch', blastRadius: 1 } },
  { of: 40, isSafe: true, change: { target: 'web', requestedBy: 'ada', incidentId: null } },
  { of: 60, isSafe: false, change: { target: 'ledger' } },
  { of: 40, isSafe: false, change: { target: 'orders' } },
  { of: 30, isSafe: false, change: { target: 'web', changeClass: 'migrate', undo: null, blastRadius: 1 } },
  { of: 20, isSafe: false, change: { target: 'web', changeClass: 'scale', undo: null } },
  { of: 20, isSafe: false, change: { target: 'nobody-knows' } },
];

it('of a thousand ordinary requests what is unsafe is left to people; the share that is approved is told', () => {
  const random = chance(3);
  const mesh = drive();
  mesh.target('web');
  mesh.target('batch', { tier: 'LOW' });
  mesh.target('orders', { tier: 'HIGH', dependsOn: ['ledger'] });
  mesh.target('ledger', { tier: 'CRITICAL' });
  const requests = kinds
    .flatMap(({ of, ...kind }) => Array.from({ length: of }, () => kind))
    .map((kind) => ({ ...kind, at: random.next() }))
    .toSorted((a, b) => a.at - b.at);
  const approved = { safe: 0, unsafe: 0 };
  for (const [index, { change, isSafe }] of requests.entries()) {
    const changeId = `chg-${index}`;
    // Each service is many: budgets of a target are not what is looked at here.
    const target = change.target === 'web' ? `web-${index % 40}` : (change.target ?? '');
    if (change.target === 'web' && index < 400) mesh.target(target);
    mesh.request({ ...change, target, changeId });
    const isApproved = mesh.said('muster.decisions.v1').at(-1)?.verdict === 'APPROVED';
    if (isApproved) approved[isSafe ? 'safe' : 'unsafe'] += 1;
    if (isApproved) mesh.end(changeId, random.next() < 0.97 ? 'RUN_COMPLETED' : 'RUN_COMPENSATED');
    mesh.pass(5 * 60_000);
  }
  const safe = requests.filter(({ isSafe }) => isSafe).length;
  console.log(
    `approved without a person: ${approved.safe} of ${safe} safe requests (${((100 * approved.safe) / safe).toFixed(1)} %), ${approved.unsafe} of ${requests.length - safe} unsafe ones`,
  );
  expect(approved.unsafe).toBe(0);
  expect(approved.safe).toBeGreaterThan(safe / 2);
}, 30_000);
