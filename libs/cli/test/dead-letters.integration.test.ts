import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { jsonLines, muster, startMuster } from './muster.ts';
import type { RunningCommand } from './muster.ts';

if (!process.env['KAFKA_BROKERS'] || !process.env['SCHEMA_REGISTRY_URL'])
  throw new Error('KAFKA_BROKERS and SCHEMA_REGISTRY_URL are not set; they name what integration tests run against.');

const folder = mkdtempSync(join(tmpdir(), 'muster-letters-'));
const env = { MUSTER_DATA_DIR: folder };
const target = `letters-${Date.now()}`;
const soon = { timeout: 60_000, interval: 200 };
let mesh: RunningCommand;

interface Letter {
  readonly partition: number;
  readonly offset: number;
  readonly key: string;
  readonly fault: { readonly message: string };
  readonly record: { readonly envelope: { readonly id: string } };
}
const letters = async () => {
  const ended = await muster(['dead-letters', 'show', 'metrics', '--from', '10m', '--limit', '100000', '--json'], {
    env,
  });
  return (ended.code === 0 ? (jsonLines(ended) as Letter[]) : []).filter(({ key }) => key === `${target}/cpu`);
};

beforeAll(() => {
  mesh = startMuster(['up', '--agents', 'monitoring'], env);
});
afterAll(async () => {
  mesh.child.kill('SIGINT');
  await mesh.ended;
  rmSync(folder, { recursive: true, force: true });
});

it('a message that an agent rejects is listed with its reason, shown, and sent back as it was', async () => {
  await expect.poll(mesh.output, soon).toContain('Ctrl-C ends it.');
  const sample = { target, name: 'cpu', value: 1e200, at: Date.now() };
  expect(await muster(['publish', 'metrics', JSON.stringify(sample)], { env })).toMatchObject({ code: 0 });
  await expect.poll(async () => (await letters()).length, soon).toBe(1);
  const [letter] = await letters();
  expect(letter?.fault.message).toContain('value is 1e+200');
  const place = `metrics/${letter!.partition}/${letter!.offset}`;

  const list = await muster(['dead-letters', 'list', place], { env });
  expect(list.stdout).toMatch(new RegExp(`1 +monitoring .* ${place} +value is 1e\\+200: `));
  const shown = await muster(['dead-letters', 'show', place], { env });
  expect(shown.stdout).toContain(`"target":"${target}"`);

  const copies = async (): Promise<string[]> => {
    const args = ['tail', 'metrics', '--from', '10m', '--json', '--limit', '2', '--where', `target == "${target}"`];
    return (jsonLines(await muster(args, { env })) as { id: string }[]).map(({ id }) => id);
  };
  const dry = await muster(['dead-letters', 'redrive', place], { env });
  expect(dry).toMatchObject({ code: 0, stderr: expect.stringContaining('Nothing was published. Add --yes') });
  const meant = await muster(['dead-letters', 'redrive', place, '--yes'], { env });
  expect(meant).toMatchObject({ code: 0, stderr: expect.stringContaining('1 letter is back on muster.metrics.v1.') });
  const { id } = letter!.record.envelope;
  expect(await copies()).toEqual([id, id]);
});

it.each([
  [['show', 'metrics/0/999999999'], 1, 'There are no dead letters of metrics/0/999999999.'],
  [['show', 'metrics/3'], 2, 'metrics/3 is not understood: give a topic (metrics) or where the letter was'],
  [['list', 'metrcs'], 2, 'There is no topic metrcs'],
  [['redrive', '--rate', '0'], 2, 'Give a whole number from 1.'],
])('muster dead-letters %j is told in a sentence', async (args, code, sentence) => {
  expect(await muster(['dead-letters', ...args], { env })).toMatchObject({
    code,
    stdout: '',
    stderr: expect.stringContaining(sentence),
  });
});
