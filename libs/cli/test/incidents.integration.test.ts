import { randomUUID } from 'node:crypto';
import type { IncidentInput } from '@muster/schemas';
import { beforeAll, describe, expect, it } from 'vitest';
import { muster } from './muster.ts';

if (!process.env['KAFKA_BROKERS'] || !process.env['SCHEMA_REGISTRY_URL'])
  throw new Error('KAFKA_BROKERS and SCHEMA_REGISTRY_URL are not set; they name what integration tests run against.');

beforeAll(async () => {
  for (const args of [
    ['topics', 'create'],
    ['schemas', 'push'],
  ]) {
    const { code, stderr } = await muster(args);
    if (code !== 0) throw new Error(stderr);
  }
});

describe('muster incidents', () => {
  const incidentId = randomUUID();
  const incident: IncidentInput = {
    incidentId,
    status: 'OPEN',
    severity: 'CRITICAL',
    title: 'db fails',
    target: 'db',
    targets: ['db'],
    alertCount: 1,
    suspectedCause: { target: 'db', fingerprint: 'db/up', confidence: 0.9, reasons: ['shop depends on it'] },
    timeline: [{ at: Date.now(), text: 'db fails (db)' }],
    openedAt: Date.now(),
  };
  const publish = async (over: Partial<IncidentInput>): Promise<void> => {
    const { code, stderr } = await muster(['publish', 'incidents', JSON.stringify({ ...incident, ...over })]);
    if (code !== 0) throw new Error(stderr);
  };

  it('lists those that are open, shows one by the beginning of its id, and keeps what is over for --all', async () => {
    await publish({});
    const listed = await muster(['incidents']);
    expect(listed.stdout).toMatch(new RegExp(`${incidentId.slice(0, 8)}\\S* +OPEN +CRITICAL .* db +db fails`));
    const shown = await muster(['incidents', 'show', incidentId.slice(0, 8)]);
    expect(shown.stdout).toContain('- shop depends on it');
    await publish({ status: 'RESOLVED', resolvedAt: Date.now() });
    expect((await muster(['incidents'])).stdout).not.toContain(incidentId.slice(0, 8));
    const all = JSON.parse((await muster(['incidents', '--all', '--json'])).stdout) as IncidentInput[];
    expect(all.find((each) => each.incidentId === incidentId)).toMatchObject({ status: 'RESOLVED' });
    expect(await muster(['incidents', 'show', 'nobody'])).toMatchObject({
      code: 1,
      stderr: 'There is no incident nobody: `muster incidents --all` shows those there are.\n',
    });
  });
});

describe('muster silence', () => {
  it('makes, lists and ends a silence, and refuses one that mutes nothing', async () => {
    const id = `t-${randomUUID().slice(0, 8)}`;
    const why = ['--for', '1h', '--comment', 'new disks'];
    const made = await muster(['silence', 'add', `target=${id}`, 'severity!=CRITICAL', '--id', id, ...why]);
    expect(made).toMatchObject({ code: 0 });
    expect((await muster(['silence', 'list'])).stdout).toMatch(new RegExp(`${id} +ON .* severity!=CRITICAL`));
    expect(await muster(['silence', 'end', id])).toMatchObject({ code: 0 });
    expect((await muster(['silence', 'list'])).stdout).not.toContain(id);
    expect((await muster(['silence', 'list', '--all'])).stdout).toMatch(new RegExp(`${id} +OVER`));
    expect((await muster(['silence', 'end', id])).stderr).toContain(`Silence ${id} ended at`);
    const bad = await muster(['silence', 'add', 'target=~(shop', ...why]);
    expect(bad).toMatchObject({ code: 2 });
    expect(bad.stderr).toContain('missing closing )');
  });
});
