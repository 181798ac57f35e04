/** Where the limit is: the load is stepped up until a hop takes too long, for one, two and four instances; or, with --keys, what keys cost. */
import { measureKeyCost } from './key-cost.ts';
import { measureLoadSteps } from './load-steps.ts';
import { hasOption, numberOption, textOption } from './percentiles.ts';

if (hasOption('help')) {
  process.stdout
    .write(`npm run bench:limits -- [--instances 1,2,4] [--from 2000] [--factor 1.5] [--most 60000] [--seconds 10] [--series 10000] [--limit-ms 100]
npm run bench:limits -- --keys [--min-keys 1000] [--max-keys 1000000] [--messages 1000000] [--rate 1000] [--minutes 6]

The first offers metrics to the monitoring agent at a rate that grows by the factor, until the p99 of the hop (from the log's taking a metric in to the agent's having
dealt with it) passes the limit or the agent falls behind. For each step it prints the rate offered and stored, the hop, the time from making a marked metric to its
alert's being in the log, and what each process used; at the end of each run what limits, with a CPU profile of one instance by part.

The second gives the agent the same number of messages over 1,000, 10,000, 100,000 and 1,000,000 keys, and prints how fast it gets through them, the CPU of each, the
memory of agent and Redis, and how long it takes under an even load from kill -9 until every partition is up to date again, restart included. A number of keys that takes
longer than --minutes is given up, and the row says where.

  --profiles DIR   keep the CPU profiles (Chrome's developer tools open them)\n`);
  process.exit(0);
}

if (hasOption('keys'))
  await measureKeyCost({
    fewestKeys: numberOption('min-keys', 1_000),
    mostKeys: numberOption('max-keys', 1_000_000),
    messages: numberOption('messages', 1_000_000),
    rate: numberOption('rate', 1_000),
    withinMs: numberOption('minutes', 6) * 60_000,
  });
else
  await measureLoadSteps({
    instances: (textOption('instances') ?? '1,2,4').split(',').map(Number),
    from: numberOption('from', 2_000),
    factor: numberOption('factor', 1.5),
    most: numberOption('most', 60_000),
    seconds: numberOption('seconds', 10),
    series: numberOption('series', 10_000),
    limitMs: numberOption('limit-ms', 100),
    profiles: textOption('profiles'),
  });
process.exit();
