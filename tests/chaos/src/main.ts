/** `npm run chaos`: faults on a real mesh, one after the other, and a table of what came of each. */
import { join, resolve } from 'node:path';
import { help, readOptions } from './options.ts';
import { explanationOf, isKept, tableOf } from './report.ts';
import { runTrial, type TrialResult } from './run-trial.ts';

const dataDir = resolve(import.meta.dirname, '../../../.muster/chaos');
const interruption = new AbortController();

async function main(): Promise<number> {
  const options = readOptions(process.argv.slice(2));
  if (options === undefined) {
    process.stdout.write(help);
    return 0;
  }
  const results: TrialResult[] = [];
  let isBroken = false;
  for (const fault of options.faults) {
    const beganAt = Date.now();
    const log = (line: string): void =>
      void process.stderr.write(
        `${((Date.now() - beganAt) / 1_000).toFixed(1).padStart(6)} s  ${fault.name}: ${line}\n`,
      );
    try {
      const result = await runTrial(fault, {
        ...options,
        log,
        dataDir: join(dataDir, fault.name),
        brokers: 3,
        steadyMs: 15_000,
        afterMs: 20_000,
        signal: interruption.signal,
      });
      results.push(result);
      process.stderr.write(`${tableOf([result])}\n`);
      if (!isKept(result)) process.stderr.write(`${explanationOf(result)}\n`);
      isBroken ||= !isKept(result);
    } catch (error) {
      if (interruption.signal.aborted) break;
      process.stderr.write(
        `${fault.name} could not be tried: ${error instanceof Error ? error.stack : String(error)}\n`,
      );
      isBroken = true;
    }
  }
  if (results.length > 0) process.stdout.write(`\n${tableOf(results)}\n`);
  return interruption.signal.aborted ? 130 : isBroken ? 1 : 0;
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.on(signal, () => interruption.abort(new Error('interrupted')));
try {
  process.exitCode = await main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 2;
}
process.exit();
