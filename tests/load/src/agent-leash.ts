/**
 * Loaded into an agent's process before its program (`node --import`). It ends the process when the benchmark is gone, however that
 * ended: an agent left behind would join the next run's group and take half of its work. And it answers the benchmark's questions.
 */
import { writeFileSync } from 'node:fs';
import { Session } from 'node:inspector/promises';
import { monitorEventLoopDelay, PerformanceObserver } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';

/** What the process knows of itself since it was asked the last time, ms where nothing else is said. */
export interface Vitals {
  readonly elapsedMs: number;
  /** CPU time, of all threads. */
  readonly cpuMs: number;
  readonly gcMs: number;
  /** Share of the time in which the event loop did not wait, 0..1. */
  readonly loopUse: number;
  /** How late timers were: what anything that is ready waits for its turn. */
  readonly loopDelayP99Ms: number;
  readonly loopDelayMaxMs: number;
  /** Bytes. */
  readonly memory: NodeJS.MemoryUsage;
}

export type Question =
  | { readonly kind: 'vitals' }
  /** What is alive: memory just after everything else was collected. Stops the process for as long as that takes. */
  | { readonly kind: 'alive' }
  /** Writes a CPU profile of so many ms into a file. */
  | { readonly kind: 'profile'; readonly forMs: number; readonly file: string };
export type Answer =
  | { readonly kind: 'vitals'; readonly vitals: Vitals }
  | { readonly kind: 'alive'; readonly memory: NodeJS.MemoryUsage }
  | { readonly kind: 'profile' };

const resolution = 20;
const loopDelay = monitorEventLoopDelay({ resolution });
loopDelay.enable();
let gcMs = 0;
new PerformanceObserver((list) => {
  for (const { duration } of list.getEntries()) gcMs += duration;
}).observe({ entryTypes: ['gc'] });

let askedAt = performance.now();
let usedBefore = performance.eventLoopUtilization();
let cpuBefore = process.cpuUsage();

function vitals(): Vitals {
  const now = performance.now();
  const used = performance.eventLoopUtilization();
  const cpu = process.cpuUsage(cpuBefore);
  const late = (nanoseconds: number): number => Math.max(0, nanoseconds / 1e6 - resolution);
  const answer = {
    elapsedMs: now - askedAt,
    cpuMs: (cpu.user + cpu.system) / 1_000,
    gcMs,
    loopUse: performance.eventLoopUtilization(used, usedBefore).utilization,
    loopDelayP99Ms: late(loopDelay.percentile(99)),
    loopDelayMaxMs: late(loopDelay.max),
    memory: process.memoryUsage(),
  };
  askedAt = now;
  usedBefore = used;
  cpuBefore = process.cpuUsage();
  gcMs = 0;
  loopDelay.reset();
  return answer;
}

async function alive(): Promise<NodeJS.MemoryUsage> {
  const session = new Session();
  session.connect();
  await session.post('HeapProfiler.collectGarbage');
  session.disconnect();
  return process.memoryUsage();
}

async function profile(forMs: number, file: string): Promise<void> {
  const session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.start');
  await sleep(forMs);
  const result = await session.post('Profiler.stop');
  writeFileSync(file, JSON.stringify(result.profile));
  session.disconnect();
}

process.on('disconnect', () => process.exit(1));
process.on('message', (question: Question) => {
  const answer = async (): Promise<Answer> => {
    if (question.kind === 'vitals') return { kind: 'vitals', vitals: vitals() };
    if (question.kind === 'alive') return { kind: 'alive', memory: await alive() };
    await profile(question.forMs, question.file);
    return { kind: 'profile' };
  };
  void answer().then((said) => process.send?.(said));
});
process.channel?.unref();
