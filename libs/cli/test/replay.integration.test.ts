import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { jsonLines, muster, startMuster } from './muster.ts';
import type { RunningCommand } from './muster.ts';

if (!process.env['KAFKA_BROKERS'] || !process.env['SCHEMA_REGISTRY_URL'])
  throw new Error('KAFKA_BROKERS and SCHEMA_REGISTRY_URL are not set; they name what integration tests run against.');

const folder = mkdtempSync(join(tmpdir(), 'muster-replay-'));
const target = `replayed-${Date.now()}`;
// The agent and its replay read the same settings; with these, a series that stops is missed while a test can wait for it.
const env = { MUSTER_DATA_DIR: folder, MUSTER_ABSENCE_AFTER_MS: '1000' };
const soon = { timeout: 60_000, interval: 200 };
let mesh: RunningCommand;
const from = new Date().toISOString();

interface Line {
  readonly kind: string;
  readonly key?: string;
  readonly replayed?: {
    readonly record: { readonly status: string; readonly severity: string; readonly title: string };
  };
}
interface Summary extends Line {
  readonly heard: Readonly<Record<string, number>>;
  readonly same: number;
  readonly notYet: number;
}

// What others have published before is no concern of this target's.
const replay = (...args: string[]) =>
  muster(['replay', '--agent', 'monitoring', '--from', from, '--warm-up', '1s', ...args], { env });
/** The lines about this test's target, and the summary. */
const compare = async (...args: string[]) => {
  const lines = jsonLines(await replay('--diff', '--json', ...args)) as Line[];
  return {
    lines: lines.filter(({ key }) => key?.startsWith(target) ?? false),
    summary: lines.at(-1) as Summary,
  };
};

beforeAll(() => {
  mesh = startMuster(['up', '--agents', 'monitoring'], env);
  const series = Array.from(
    { length: 700 },
    (_, n) => `${1_700_000_000 + n},${n >= 600 && n < 640 ? 900 : 100 + (n % 20)}`,
  );
  writeFileSync(join(folder, 'latency_ms.csv'), `${series.join('\n')}\n`);
  writeFileSync(join(folder, 'beat.csv'), `${series.slice(0, 70).join('\n')}\n`);
});
afterAll(async () => {
  mesh.child.kill('SIGINT');
  await mesh.ended;
  rmSync(folder, { recursive: true, force: true });
});

it('of an agent finds what it said, woken or not; with other rules, what these would have changed; with a golden file, what is not as it was', async () => {
  const csv = join(folder, 'latency_ms.csv');
  await expect.poll(mesh.output, soon).toContain('Ctrl-C ends it.');
  expect(await muster(['play', csv, '--target', target, '--unit', 'ms', '--speed', 'max'], { env })).toMatchObject({
    code: 0,
  });
  const beat = ['play', join(folder, 'beat.csv'), '--target', target, '--speed', '10x'];
  expect(await muster(beat, { env })).toMatchObject({ code: 0 });
  await expect.poll(async () => (await replay()).stdout, soon).toContain(`${target} beat has stopped`);
  // Until the agent has committed what it heard, nothing of it is compared.
  await expect
    .poll(async () => {
      const { lines, summary } = await compare();
      return [lines, summary.same > 0, summary.notYet];
    }, soon)
    .toEqual([[], true, 0]);
  const { summary } = await compare();
  expect(summary.heard['muster.metrics.v1']).toBeGreaterThanOrEqual(700);

  const rule = {
    ruleId: 'slow',
    when: `target == "${target}" && value > 500.0`,
    verdict: 'ALERT',
    severity: 'CRITICAL',
    title: 'too slow',
  };
  const policies = join(folder, 'rules.json');
  writeFileSync(policies, JSON.stringify({ policyId: 'strict', version: 1, agent: 'monitoring', rules: [rule] }));
  const stricter = await compare('--policy', policies);
  // Others may have rules of their own on these servers.
  const ofRule = stricter.lines.filter(({ key }) => key?.endsWith('rule/strict/slow') ?? false);
  expect(ofRule.map(({ kind, replayed }) => [kind, replayed?.record.status, replayed?.record.severity])).toEqual([
    ['added', 'FIRING', 'CRITICAL'],
    ['added', 'RESOLVED', 'CRITICAL'],
  ]);
  const shown = await replay('--diff', '--policy', policies);
  expect(shown.stdout).toMatch(/^\+ .*FIRING +CRITICAL +too slow/m);
  expect(shown.stderr).toMatch(/monitoring replayed from .*\d+ messages/);

  const golden = join(folder, 'golden.jsonl');
  const to = new Date().toISOString();
  expect(await replay('--to', to, '--golden', golden)).toMatchObject({
    code: 0,
    stderr: expect.stringContaining('written to'),
  });
  expect(await replay('--to', to, '--golden', golden)).toMatchObject({
    code: 0,
    stderr: expect.stringContaining('No difference'),
  });
  const other = await replay('--golden', golden, '--policy', policies);
  expect(other).toMatchObject({ code: 1, stderr: expect.stringMatching(/\d+ outcomes are not as in/) });
  expect(await replay('--golden', golden, '--policy', policies, '--update')).toMatchObject({ code: 0 });
  expect(await replay('--golden', golden, '--policy', policies)).toMatchObject({ code: 0 });
}, 120_000);

it.each([
  [['--agent', 'nobody', '--from', '1h'], 2, 'There is no agent nobody: there are approval, coordinator,'],
  [['--agent', 'monitoring'], 2, 'Say from when on with --from'],
  [
    ['--agent', 'monitoring', '--from', 'metrics/0/999999999'],
    2,
    'There is no record at muster.metrics.v1/0/999999999',
  ],
  [['--agent', 'monitoring', '--from', '3650d', '--to', '3640d'], 1, 'There is nothing that monitoring hears from'],
  [['--agent', 'monitoring', '--from', '1h', '--diff', '--golden', 'x'], 2, 'give one of them'],
])('muster replay %j is told in a sentence', async (args, code, sentence) => {
  expect(await muster(['replay', ...args], { env })).toMatchObject({
    code,
    stdout: '',
    stderr: expect.stringContaining(sentence),
  });
});
