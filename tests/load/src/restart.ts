/** What a rolling restart costs: two instances are stopped and started one after the other under load, beside two bare kafkajs consumers doing the same. */
import { fork } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { headerText, type Bus, type LogRecord } from '@muster/bus';
import { keep } from './children.ts';
import { prepareFor, withBenchMesh } from './bench-mesh.ts';
import { metricFor, watchEchoes, watchSubject, type Echo } from './echoes.ts';
import { aloneInGroup, startMember, subjectMain } from './fleet.ts';
import { pacedLoad } from './paced-load.ts';
import { hasOption, ms, numberOption, percentiles } from './percentiles.ts';
import { circumstances } from './process-cost.ts';
import { standStillOf, type StandStill } from './stand-still.ts';
import { subject } from './subject.ts';

if (hasOption('help')) {
  process.stdout.write(`npm run bench:restart -- [--rate 500] [--keys 240] [--rounds 3]

Two instances of an agent that answers each message, under an even load. One gets SIGTERM; when it is gone it is started again; when it is ready the other one's turn comes.
The same with two bare kafkajs consumers (eachMessage, produce, the same group settings, commits every second and at the end), in turns, in the same run. Prints
the time from the log's taking a message in to its taking the answer in, while that goes on; the longest time in which a partition's answers stood still; and what was
lost or came twice. A bare consumer keeps no state and drops no second copies: it has less to do.\n`);
  process.exit(0);
}

const rate = numberOption('rate', 500);
const keys = numberOption('keys', 240);
const rounds = numberOption('rounds', 3);
const relayed = 'muster.bench-relayed.v1';
const program = join(import.meta.dirname, 'bare-relay.ts');

/** One instance of what is restarted. */
interface Instance {
  stop(): Promise<void>;
  start(): Promise<void>;
}

/** Under an even load, restarts one after the other, and looks at what came out from the first stop to a while after the last start. */
async function restartAll(
  instances: readonly Instance[],
  bus: Bus,
  echoes: { take(): Echo[] },
): Promise<StandStill & { seconds: number }> {
  const sent = new Set<string>();
  let isWatched = false;
  const load = pacedLoad(bus, rate, (from, count) =>
    Array.from({ length: count }, (_, offset) => {
      const metric = metricFor(`key-${(from + offset) % keys}`, 50, 'busy');
      if (isWatched) sent.add(metric.envelope.id);
      return metric;
    }),
  );
  await sleep(5_000);
  echoes.take();
  isWatched = true;
  const beganAt = performance.now();
  await sleep(2_000);
  for (const instance of instances) {
    // Else the stops would all fall on the same moment between two heartbeats, which decides how long it takes to be noticed.
    await sleep(Math.random() * 1_000);
    await instance.stop();
    await instance.start();
    await sleep(2_000);
  }
  isWatched = false;
  const seconds = (performance.now() - beganAt) / 1_000;
  await load.stop();
  return { ...standStillOf(await allOf(sent, echoes), sent), seconds };
}

const when = await circumstances();
/** Waits for the last echoes: until each of these metrics has one, or nothing has come for 20 s. A second more lets second copies come. */
async function allOf(sent: ReadonlySet<string>, echoes: { take(): Echo[] }): Promise<Echo[]> {
  const all: Echo[] = [];
  const missing = new Set(sent);
  for (let movedAt = Date.now(); missing.size > 0 && Date.now() - movedAt < 20_000; await sleep(100))
    for (const echo of echoes.take()) {
      all.push(echo);
      missing.delete(echo.id);
      movedAt = Date.now();
    }
  await sleep(1_000);
  return [...all, ...echoes.take()];
}

await withBenchMesh(
  [],
  async ({ urls }, bus, dataDir) => {
    await prepareFor(bus, [subject]);
    await bus.log.admin.createTopics([
      { topic: relayed, partitions: 12, config: { 'message.timestamp.type': 'LogAppendTime' } },
    ]);
    const answers = await watchSubject(bus);
    const copies = await watchEchoes(bus, relayed, relayedEcho);

    const agentAt = (index: number): Instance & { begin(): Promise<void> } => {
      const start = () => startMember({ main: subjectMain, instance: `subject-${index}`, urls, dataDir });
      let member: Awaited<ReturnType<typeof start>> | undefined;
      const begin = async (): Promise<void> => {
        member = await start();
        await member.ready();
      };
      return { begin, start: begin, stop: async () => member?.end('SIGTERM') };
    };
    const bareAt = (index: number, group: string): Instance => {
      const readyFile = join(dataDir, `bare-${index}.ready`);
      let gone: Promise<void> = Promise.resolve();
      let end: () => void = () => undefined;
      return {
        async start() {
          rmSync(readyFile, { force: true });
          const settings = [urls.kafkaBrokers, 'muster.metrics.v1', relayed, group, readyFile];
          // kafkajs sets timers in the past, of which Node warns.
          const child = fork(program, settings, { execArgv: ['--no-warnings'] });
          keep(child);
          gone = new Promise((settle) => child.once('exit', () => settle()));
          end = () => void child.kill('SIGTERM');
          const until = Date.now() + 60_000;
          while (!existsSync(readyFile)) {
            if (Date.now() > until || child.exitCode !== null)
              throw new Error('the bare consumer did not join its group');
            await sleep(20);
          }
        },
        async stop() {
          end();
          await gone;
        },
      };
    };

    const ours: StandStill[] = [];
    const theirs: StandStill[] = [];
    for (let round = 1; round <= rounds; round += 1) {
      const agents = [agentAt(1), agentAt(2)];
      await Promise.all(agents.map((agent) => agent.begin()));
      await aloneInGroup(bus, subject.name, 2);
      answers.take();
      const our = await restartAll(agents, bus, answers);
      ours.push(our);
      await Promise.all(agents.map((agent) => agent.stop()));

      const bare = [bareAt(1, `bare-relay-${round}`), bareAt(2, `bare-relay-${round}`)];
      for (const each of bare) await each.start();
      copies.take();
      const their = await restartAll(bare, bus, copies);
      theirs.push(their);
      await Promise.all(bare.map((each) => each.stop()));
      process.stderr.write(
        `  round ${round} of ${rounds}: agents ${our.seconds.toFixed(1)} s, bare ${their.seconds.toFixed(1)} s\n`,
      );
    }
    process.stdout.write(
      `\n${when}\nrolling restart of two under ${rate} messages/s, ${rounds} times\n` +
        `hop during the restart            p50        p95        p99        max   lost   twice\n`,
    );
    for (const [name, all] of [
      ['muster agents', ours],
      ['bare kafkajs consumers', theirs],
    ] as const) {
      const mean = (pick: (each: StandStill) => number): number =>
        all.reduce((sum, each) => sum + pick(each), 0) / all.length;
      process.stdout.write(
        `${name.padEnd(26)} ${ms(mean(({ hop }) => hop.p50))} ${ms(mean(({ hop }) => hop.p95))} ${ms(mean(({ hop }) => hop.p99))} ${ms(Math.max(...all.map(({ hop }) => hop.max)))} ${String(all.reduce((sum, { lost }) => sum + lost, 0)).padStart(6)} ${String(all.reduce((sum, { repeated }) => sum + repeated, 0)).padStart(7)}\n`,
      );
    }
    process.stdout.write(`longest stand-still of a partition  p50        p95        p99        max\n`);
    for (const [name, all] of [
      ['muster agents', ours],
      ['bare kafkajs consumers', theirs],
    ] as const) {
      const gaps = all.flatMap(({ gaps: each }) => each);
      const { p50, p95, p99 } = percentiles(gaps);
      process.stdout.write(`${name.padEnd(26)} ${ms(p50)} ${ms(p95)} ${ms(p99)} ${ms(Math.max(...gaps))}\n`);
    }
  },
  'bench-restart',
);
process.exit();

function relayedEcho({ key, partition, timestamp, headers }: LogRecord): Echo | undefined {
  const [id, takenAt] = [headerText(headers, 'id'), Number(headerText(headers, 'takenAt'))];
  if (id === undefined || key === null) return undefined;
  return { key: Buffer.from(key).toString(), id, partition, at: timestamp, hopMs: timestamp - takenAt };
}
