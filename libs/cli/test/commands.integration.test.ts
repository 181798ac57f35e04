import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { topics } from '@muster/schemas';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { jsonLines, muster, startMuster } from './muster.ts';

if (!process.env['KAFKA_BROKERS'] || !process.env['SCHEMA_REGISTRY_URL'])
  throw new Error('KAFKA_BROKERS and SCHEMA_REGISTRY_URL are not set; they name what integration tests run against.');

const folder = mkdtempSync(join(tmpdir(), 'muster-cli-'));
const elsewhere = { KAFKA_BROKERS: '', SCHEMA_REGISTRY_URL: '', MUSTER_DATA_DIR: folder };
const sample = (target: string, value: number, more: object = {}) => ({
  target,
  name: 'orders',
  value,
  at: Date.now(),
  ...more,
});
const lines = (records: readonly object[]) => records.map((record) => JSON.stringify(record)).join('\n');
const file = (name: string, text: string) => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};
const read = async (target: string, limit: number, ...more: string[]) =>
  jsonLines(
    await muster([
      'tail',
      'metrics',
      '--json',
      '--from',
      '10m',
      '--where',
      `target == "${target}"`,
      '--limit',
      String(limit),
      ...more,
    ]),
  ) as { id: string; key: string; record: { value: number; at: number; labels: object; unit: string } }[];

beforeAll(async () => {
  for (const args of [
    ['topics', 'create'],
    ['schemas', 'push'],
  ]) {
    const { code, stderr } = await muster(args);
    if (code !== 0) throw new Error(stderr);
  }
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('topics and schemas', () => {
  it('are created and registered once', async () => {
    const created = await muster(['topics', 'create', '--json']);
    expect(JSON.parse(created.stdout)).toMatchObject({ created: [] });
    const pushed = await muster(['schemas', 'push', '--json']);
    expect(new Set((JSON.parse(pushed.stdout) as { outcome: string }[]).map(({ outcome }) => outcome))).toEqual(new Set(['unchanged'])); // prettier-ignore
    expect(await muster(['schemas', 'check'])).toMatchObject({ code: 0 });
  });

  it('are listed, for people and for programs', async () => {
    const table = await muster(['topics']);
    expect(table.stdout).toMatch(/muster\.alerts\.v1 +fingerprint +12 +newest +mesh +yes/);
    const { stdout } = await muster(['topics', '--json']);
    const listed = JSON.parse(stdout) as { name: string; exists: boolean }[];
    expect(listed.filter(({ exists }) => exists).map(({ name }) => name)).toEqual(expect.arrayContaining(topics.map(({ name }) => name))); // prettier-ignore
  });
});

describe('publish and tail', () => {
  it('publish one record from the command line', async () => {
    const target = randomUUID();
    const { code, stdout, stderr } = await muster(['publish', 'metrics', JSON.stringify(sample(target, 3))]);
    expect([code, stdout, stderr]).toEqual([0, '', '1 record published to muster.metrics.v1.\n']);
    expect(await read(target, 1)).toMatchObject([{ key: `${target}/orders`, record: { value: 3 } }]);
  });

  it('publish what is right, name each line that is not, and fail', async () => {
    const target = randomUUID();
    const text = [
      JSON.stringify(sample(target, 1)),
      '{"target":',
      JSON.stringify(sample(target, 2, { at: 12 })),
      JSON.stringify(sample(target, 3, { unti: 'ms' })),
      JSON.stringify(sample('', 4)),
      JSON.stringify(sample(target, 5)),
    ].join('\n');
    const { code, stdout, stderr } = await muster(['publish', 'metrics', file('samples.jsonl', text), '--json']);
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toEqual({ topic: 'muster.metrics.v1', published: 2, failed: 4 });
    expect(stderr).toContain('line 2: it is no JSON');
    expect(stderr).toMatch(/line 3: .*\.at is \d+ days behind/);
    expect(stderr).toMatch(/line 4: .*no field unti; did you mean unit\?/);
    expect(stderr).toMatch(/line 5: .*target/);
    expect(stderr).toContain('4 records could not be published to muster.metrics.v1: see the lines above.');
    expect((await read(target, 2)).map(({ record }) => record.value)).toEqual(expect.arrayContaining([1, 5]));
  });

  it('publish from standard input what tail printed, with the same ids', async () => {
    const target = randomUUID();
    await muster(['publish', 'metrics', '-'], { input: lines([sample(target, 1), sample(target, 2)]) });
    const printed = await muster(['tail', 'metrics', '--json', '--from', '10m', '--where', `target == "${target}"`, '--limit', '2']); // prettier-ignore
    expect(await muster(['publish', 'metrics', '-'], { input: printed.stdout })).toMatchObject({ code: 0 });
    const ids = (await read(target, 4)).map(({ id }) => id);
    expect(ids).toHaveLength(4);
    expect(new Set(ids).size).toBe(2);
  });

  it('say that there was nothing', async () => {
    expect(await muster(['publish', 'metrics', '-'])).toMatchObject({ code: 1, stderr: expect.stringContaining('nothing to publish') }); // prettier-ignore
  });

  it('shows what comes, and ends cleanly on Ctrl-C', async () => {
    const target = randomUUID();
    const tail = startMuster(['tail', 'metrics', '--where', `target == "${target}"`]);
    await expect
      .poll(tail.output, { timeout: 10_000 })
      .toContain('Reading muster.metrics.v1 from now on; Ctrl-C ends it.');
    let sent = 0;
    await expect
      .poll(
        async () => {
          await muster(['publish', 'metrics', JSON.stringify(sample(target, (sent += 1), { unit: 'pieces' }))]);
          return tail.output();
        },
        { timeout: 20_000 },
      )
      .toMatch(new RegExp(`\\d\\d:\\d\\d:\\d\\d  ${target} orders \\d pieces`));
    tail.child.kill('SIGINT');
    expect(await tail.ended).toMatchObject({ code: 0 });
  });

  it('ends quietly when nobody reads on', async () => {
    const target = randomUUID();
    const records = Array.from({ length: 500 }, (_, value) => sample(target, value));
    await muster(['publish', 'metrics', '-'], { input: lines(records) });
    const tail = startMuster(['tail', 'metrics', '--from', '10m']);
    await once(tail.child.stdout, 'data');
    tail.child.stdout.destroy();
    await muster(['publish', 'metrics', '-'], { input: lines(records) });
    const { code, stderr } = await tail.ended;
    expect(code).toBe(0);
    expect(stderr).not.toContain('EPIPE');
  });
});

describe('play', () => {
  it('publishes a recorded series that ends now', async () => {
    const target = randomUUID();
    const csv = file(
      'load.csv',
      'timestamp,value\n2014-04-01 00:00:00,1\n2014-04-01 00:05:00,2\n2014-04-01 00:10:00,3\n',
    );
    const args = [
      'play',
      csv,
      '--target',
      target,
      '--unit',
      'percent',
      '--label',
      'host=a',
      '--speed',
      'max',
      '--json',
    ];
    const { code, stdout } = await muster(args);
    expect([code, JSON.parse(stdout)]).toEqual([0, { target, name: 'load', published: 3, of: 3 }]);
    const samples = (await read(target, 3)).map(({ record }) => record);
    expect(samples.map(({ value }) => value)).toEqual([1, 2, 3]);
    expect(samples[0]).toMatchObject({ unit: 'percent', labels: { host: 'a' } });
    expect(samples[2]!.at - samples[0]!.at).toBe(600_000);
    expect(Date.now() - samples[2]!.at).toBeLessThan(60_000);
  });

  it.each([
    ['a bad line', 'timestamp,value\n2014-04-01,1\nsoon,2\n', [], 1, 'line 3: "soon" is no time.'],
    ['times the log refuses', '2014-04-01,1\n', ['--keep-time'], 2, 'leave out --keep-time'],
    ['a speed that is none', '2014-04-01,1\n', ['--speed', 'fast'], 2, '--speed fast is not understood'],
    ['a category that is none', '2014-04-01,1\n', ['--category', 'SPEED'], 1, 'category'],
  ])('publishes nothing with %s', async (_, csv, more, code, sentence) => {
    const target = randomUUID();
    const ended = await muster(['play', file('bad.csv', csv), '--target', target, ...more]);
    expect(ended).toMatchObject({ code, stderr: expect.stringContaining(sentence) });
    await muster(['publish', 'metrics', JSON.stringify(sample(target, 9))]);
    expect((await read(target, 1)).map(({ record }) => record.value)).toEqual([9]);
  });
});

describe('status', () => {
  it('tells what is there, and fails while no agent is ready', async () => {
    const { stdout } = await muster(['status', '--json']);
    const status = JSON.parse(stdout) as { kafka: object; schemaRegistry: object; agents: object[]; groups: object[] };
    expect(status.kafka).toMatchObject({ brokers: process.env['KAFKA_BROKERS']!.split(','), missing: [] });
    expect(status.schemaRegistry).toMatchObject({ missing: [], incompatible: [] });
    const heartbeat = { agent: 'test', instance: `test-${randomUUID()}`, status: 'NOT_READY', reason: 'it is a test', startedAt: Date.now() }; // prettier-ignore
    await muster(['publish', 'agent-heartbeats', JSON.stringify(heartbeat)]);
    const { code, stdout: table, stderr } = await muster(['status']);
    expect(table).toMatch(new RegExp(`test +${heartbeat.instance} +NOT_READY .* it is a test`));
    expect([code, stderr]).toEqual([1, expect.stringContaining(`${heartbeat.instance} is NOT_READY`)]);
  });
});

describe('mistakes', () => {
  const nowhere = ['--brokers', '127.0.0.1:1', '--schema-registry', process.env['SCHEMA_REGISTRY_URL']!];
  const registryNowhere = ['--schema-registry', 'http://127.0.0.1:1'];
  it.each<[readonly string[], object, number, string]>([
    [['tail', 'alert'], {}, 2, 'There is no topic alert. The nearest are muster.alerts.v1'],
    [['tial'], {}, 2, 'Did you mean tail?'],
    [['tail'], {}, 2, "missing required argument 'topic'"],
    [['tail', 'alerts', '--from', 'lately'], {}, 2, '--from lately is not understood'],
    [['tail', 'alerts', '--where', 'severty == "INFO"'], {}, 2, 'Unknown variable: severty'],
    [['publish', 'metrics', 'no-such-file'], {}, 2, 'There is no file no-such-file'],
    [['tail', 'alerts', '--brokers', 'localhost'], {}, 2, 'The broker "localhost" is no address'],
    [['tail', 'alerts', ...nowhere], {}, 1, 'No Kafka broker answers at 127.0.0.1:1 (from --brokers)'],
    [['tail', 'alerts', ...registryNowhere], {}, 1, 'No schema registry answers at 127.0.0.1:1'],
    [['tail', 'alerts'], elsewhere, 1, 'no mesh runs here: start one with `muster up`'],
    [['status'], elsewhere, 1, 'no mesh runs here: start one with `muster up`'],
    [['schemas', 'push'], elsewhere, 1, 'No schema registry is known'],
    [['up', '--agents', 'nobody'], elsewhere, 2, 'There is no agent nobody: there are'],
  ])('muster %j is told in a sentence', async (args, env, code, sentence) => {
    const ended = await muster(args, { env });
    expect(ended).toMatchObject({ code, stdout: '', stderr: expect.stringContaining(sentence) });
    expect(ended.stderr).not.toMatch(/^ +at /m);
  });

  it('show where they come from only when asked', async () => {
    const { stderr } = await muster(['tail', 'alerts', ...nowhere, '--verbose']);
    expect(stderr).toMatch(/^ +at /m);
  });

  it('are no obstacle to listing the topics', async () => {
    const { code, stdout, stderr } = await muster(['topics'], { env: elsewhere });
    expect([code, stdout]).toEqual([0, expect.stringContaining('muster.alerts.v1')]);
    expect(stderr).toContain('Whether the topics exist is not known');
  });

  it.each(['up', 'down', 'status', 'tail', 'publish', 'play', 'replay', 'dead-letters', 'topics', 'schemas'])(
    'muster %s --help has examples',
    async (name) => {
      const { code, stdout } = await muster([name, '--help']);
      expect([code, stdout]).toEqual([0, expect.stringMatching(/Examples?:\n +\$ muster/)]);
    },
  );
});
