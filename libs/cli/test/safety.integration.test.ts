import { randomUUID } from 'node:crypto';
import { nextAuditRecord } from '@muster/policy';
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

interface Listed {
  readonly flag: string;
  readonly standing: string;
  readonly targets: string[];
  readonly reason: string;
  readonly setBy: string;
}
const listed = async (flag: string): Promise<Listed | undefined> =>
  (JSON.parse((await muster(['flags', 'list', '--json'])).stdout) as Listed[]).find((each) => each.flag === flag);

describe('flags', () => {
  it('are set, ended and taken away', async () => {
    const name = `f${randomUUID()}`;
    const added = await muster([
      'freeze',
      'add',
      name,
      '--targets',
      'shop*,till',
      '--until',
      '2h',
      '--reason',
      'a test',
      '--by',
      'ann',
    ]);
    expect(added).toMatchObject({ code: 0, stderr: expect.stringMatching(/is on until \S+.* for shop\*, till\.\n$/) });
    const flag = `freeze/${name}`;
    expect(await listed(flag)).toMatchObject({
      standing: 'ON',
      targets: ['shop*', 'till'],
      reason: 'a test',
      setBy: 'ann',
    });
    expect(await muster(['freeze', 'end', name, '--by', 'bob'])).toMatchObject({ code: 0 });
    expect(await listed(flag)).toMatchObject({ standing: 'OFF', targets: ['shop*', 'till'], setBy: 'bob' });
    expect(await muster(['flags', 'clear', flag])).toMatchObject({ code: 0 });
    expect(await listed(flag)).toBeUndefined();
    expect(await muster(['flags', 'clear', flag])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining(`There is no flag ${flag}`),
    });
  });

  it('say what is asked for in the wrong way', async () => {
    expect(await muster(['kill-switch', 'on'])).toMatchObject({ code: 2, stderr: expect.stringContaining('--reason') });
    expect(await muster(['freeze', 'end', 'nothing'])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('There is no flag'),
    });
  });
});

describe('audit', () => {
  it('shows a chain, and finds it broken when it is', async () => {
    const subject = `test/${randomUUID()}`;
    const first = nextAuditRecord(null, { subject, actor: 'ann', action: 'review', at: Date.now() });
    const second = nextAuditRecord(first, { subject, actor: 'test', action: 'tell', at: Date.now(), facts: { n: 2 } });
    expect(await muster(['publish', 'audit', JSON.stringify([first, second])])).toMatchObject({ code: 0 });
    const shown = await muster(['audit', 'show', subject]);
    expect(shown).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/1 +.* ann +review[^]*2 +.* test +tell.*\{"n":2\}/),
    });

    const forged = {
      ...nextAuditRecord(second, { subject, actor: 'ann', action: 'review', at: Date.now() }),
      actor: 'bob',
    };
    await muster(['publish', 'audit', JSON.stringify(forged)]);
    const broken = 'was changed after it was written';
    expect(await muster(['audit', 'show', subject])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining(`3 ${broken}`),
    });
    const { code, stdout } = await muster(['audit', 'verify', '--json']);
    const { findings } = JSON.parse(stdout) as { findings: { subject: string; sequence: number; problem: string }[] };
    expect(code).toBe(1);
    expect(findings.filter((each) => each.subject === subject)).toMatchObject([
      { sequence: 3, problem: expect.stringContaining(broken) },
    ]);
  });

  it('says that there is nothing of a name nobody wrote', async () => {
    expect(await muster(['audit', 'show', 'approval/none'])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('Nothing is recorded'),
    });
  });
});
