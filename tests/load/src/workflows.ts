/** Runs of playbooks on a real mesh: how soon they start, a thousand at once, a thousand that wait, and the coordinator killed in the middle. */
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pushSchemas, type Bus } from '@muster/bus';
import type { MeshUrls } from '@muster/cli';
import { coordinator } from '@muster/coordinator';
import { topics, type TopicName } from '@muster/schemas';
import { prepareFor, withBenchMesh } from './bench-mesh.ts';
import { startMember, type FleetMember } from './fleet.ts';
import { startEcho } from './peers/start-echo.ts';
import { hasOption, ms, numberOption, percentiles } from './percentiles.ts';
import { circumstances, residentOf } from './process-cost.ts';
import { watchRuns, type RunWatch } from './run-watch.ts';

if (hasOption('help')) {
  process.stdout.write(`npm run bench:workflows -- [--starts 500] [--rate 20] [--runs 1000] [--alone]

Runs of three steps, one after the other, on a real mesh with one coordinator. Prints: from the command that starts a run until the task of its first step is readable, as p50, p95 and
p99, at --rate a second; then --runs of them at once: how many completed, in what time, and the coordinator's resident memory; then as many that wait for a signal, of which a tenth is
told to go on; then as many at once, with kill -9 of the coordinator when a third has ended: how many complete, and how long until it goes on. Tasks go through the router to an
agent that answers at once; --alone: the benchmark writes the results itself, so that the coordinator is measured by itself.\n`);
  process.exit(0);
}

const starts = numberOption('starts', 500);
const rate = numberOption('rate', 20);
const runs = numberOption('runs', 1_000);
const isAlone = hasOption('alone');
const patienceMs = 300_000;
const main = resolve(import.meta.dirname, '../../../services/coordinator/src/main.ts');

const step = (needs: string): string => `{ ${needs}capability: bench.echo, with: { n: 1, text: "" } }`;
const three = `  a: ${step('')}\n  b: ${step('needs: [a], ')}\n  c: ${step('needs: [b], ')}\n`;
const playbooks = {
  'bench-three': `name: bench-three\nversion: 1\nsteps:\n${three}`,
  'bench-waiting': `name: bench-waiting\nversion: 1\nsteps:\n  go: { wait: { signal: go, timeout: 2h } }\n${three.replace('a: { ', 'a: { needs: [go], ')}`,
};

const lines: string[] = [];
const say = (line: string): void => void lines.push(line);

async function commandAll(bus: Bus, watch: RunWatch, ids: readonly string[], command: object): Promise<void> {
  for (const workflowId of ids) watch.startedAt.set(workflowId, performance.now());
  await bus.publish(
    ids.map((workflowId) => {
      const id = `${workflowId}-${JSON.stringify(command).length}-${Math.random()}`;
      const envelope = { id, time: Date.now(), source: 'bench', correlationId: workflowId, causationId: null };
      return {
        topic: 'muster.workflow-commands.v1' as const,
        value: { workflowId, kind: 'START' as const, ...command },
        envelope,
      };
    }),
  );
}

/** Waits until so many of the runs ended; the share that completed, and the time it took, s. */
async function untilEnded(
  watch: RunWatch,
  ids: readonly string[],
  meanwhile: () => void = () => undefined,
): Promise<string> {
  const began = performance.now();
  const done = (): number => ids.filter((id) => watch.ended.has(id)).length;
  while (done() < ids.length && performance.now() - began < patienceMs) {
    meanwhile();
    await sleep(50);
  }
  const completed = ids.filter((id) => watch.ended.get(id) === 'RUN_COMPLETED').length;
  return `${completed} of ${ids.length} completed in ${((performance.now() - began) / 1_000).toFixed(1)} s`;
}

const named = (name: string, count: number): string[] =>
  Array.from({ length: count }, (_, index) => `${name}-${index}`);

async function startLatency(bus: Bus, watch: RunWatch): Promise<void> {
  const ids = named('start', starts);
  const began = performance.now();
  for (const [index, id] of ids.entries()) {
    const waitMs = began + (index * 1_000) / rate - performance.now();
    if (waitMs > 0) await sleep(waitMs);
    void commandAll(bus, watch, [id], { playbook: 'bench-three' });
  }
  await untilEnded(watch, ids);
  // The first ones find caches that are empty.
  const { p50, p95, p99 } = percentiles(watch.firstTaskMs.slice(Math.min(50, starts / 2)));
  say(`start command -> first task, ${rate}/s ${ms(p50)} ${ms(p95)} ${ms(p99)}   (p50, p95, p99)`);
}

async function memoryOf(member: FleetMember): Promise<string> {
  await member.alive();
  return `${residentOf(member.pid).toFixed(0)} MB`;
}

async function atOnce(bus: Bus, watch: RunWatch, member: FleetMember): Promise<void> {
  const ids = named('once', runs);
  const before = await memoryOf(member);
  let peak = 0;
  void commandAll(bus, watch, ids, { playbook: 'bench-three' });
  const how = await untilEnded(watch, ids, () => (peak = Math.max(peak, residentOf(member.pid))));
  say(
    `${runs} runs at once: ${how}; resident memory ${before} before, ${peak.toFixed(0)} MB at the most, ${await memoryOf(member)} after`,
  );
}

async function waiting(bus: Bus, watch: RunWatch, member: FleetMember): Promise<void> {
  const ids = named('wait', runs);
  const before = await memoryOf(member);
  await commandAll(bus, watch, ids, { playbook: 'bench-waiting' });
  while (performance.now() - watch.lastSeenAt < 3_000) await sleep(100);
  const during = await memoryOf(member);
  const active = ids.filter((_, index) => index % 10 === 0);
  const signal = { kind: 'SIGNAL', signal: 'go' };
  void commandAll(bus, watch, active, signal);
  const tenth = await untilEnded(watch, active);
  const rest = ids.filter((_, index) => index % 10 !== 0);
  void commandAll(bus, watch, rest, signal);
  const others = await untilEnded(watch, rest);
  say(
    `${runs} waiting: resident memory ${before} before, ${during} with them; a tenth goes on: ${tenth}; the others: ${others}`,
  );
}

async function killed(
  bus: Bus,
  watch: RunWatch,
  member: FleetMember,
  again: () => Promise<FleetMember>,
): Promise<void> {
  const ids = named('kill', runs);
  void commandAll(bus, watch, ids, { playbook: 'bench-three' });
  const third = ids.slice(0, Math.ceil(runs / 3));
  while (ids.filter((id) => watch.ended.has(id)).length < third.length) await sleep(20);
  await member.end('SIGKILL');
  const killedAt = performance.now();
  const endedBefore = watch.ended.size;
  const next = again();
  let wentOnAfter = Number.NaN;
  const how = await untilEnded(watch, ids, () => {
    // What left before the kill is read within moments of it.
    const sinceMs = performance.now() - killedAt;
    if (
      Number.isNaN(wentOnAfter) &&
      sinceMs > 2_000 &&
      watch.ended.size > endedBefore &&
      performance.now() - watch.lastSeenAt < 500
    )
      wentOnAfter = sinceMs / 1_000;
  });
  await next;
  say(
    `${runs} at once, kill -9 after a third: ${how} after it; it went on after ${wentOnAfter.toFixed(1)} s; tasks asked for twice (same id, done once): ${watch.repeated.size}`,
  );
}

async function publishPlaybooks(bus: Bus): Promise<void> {
  await bus.warm({ reads: [], writes: ['muster.playbooks.v1', 'muster.agent-cards.v1'] });
  // What nobody offers is refused; where the benchmark does the tasks itself, it has to say that it can.
  const envelope = { id: 'bench-card', time: Date.now(), source: 'bench', correlationId: 'bench', causationId: null };
  const skills = [{ capability: 'bench.echo', version: '1.0.0', description: 'Answers.' }];
  const card = { agent: 'bench', version: '1.0.0', description: 'Answers.', skills };
  if (isAlone) await bus.publish([{ topic: 'muster.agent-cards.v1', value: card, envelope }]);
  await bus.publish(
    Object.entries(playbooks).map(([name, source]) => {
      const envelope = { id: name, time: Date.now(), source: 'bench', correlationId: name, causationId: null };
      return { topic: 'muster.playbooks.v1' as const, value: { name, version: 1, source }, envelope };
    }),
  );
}

const when = await circumstances();
await withBenchMesh(
  isAlone ? [] : ['router'],
  async ({ urls }: { readonly urls: MeshUrls }, bus, dataDir) => {
    await pushSchemas(
      urls.schemaRegistryUrl,
      topics.map(({ name }) => name as TopicName),
    );
    await prepareFor(bus, [coordinator]);
    if (!isAlone) await startEcho('echo', { bus, urls, dataDir });
    await publishPlaybooks(bus);
    let started = 0;
    const startCoordinator = async (): Promise<FleetMember> => {
      const member = await startMember({
        main,
        instance: `coordinator-${(started += 1)}`,
        urls,
        dataDir: join(dataDir, 'bench'),
      });
      await member.ready();
      return member;
    };
    const member = await startCoordinator();
    const watch = await watchRuns(bus, isAlone);
    await startLatency(bus, watch);
    await atOnce(bus, watch, member);
    await waiting(bus, watch, member);
    await killed(bus, watch, member, startCoordinator);
    await watch.stop();
    process.stdout.write(`\n${when}${isAlone ? '; the benchmark answers tasks itself' : ''}\n${lines.join('\n')}\n`);
    if (
      lines.some(
        (line) => !line.includes(`${runs} of ${runs}`) && / of \d+ completed/.test(line) && !line.includes('waiting'),
      )
    )
      process.exitCode = 1;
  },
  'bench-workflows',
);
process.exit();
