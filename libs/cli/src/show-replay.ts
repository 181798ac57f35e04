/** `muster replay`: what an agent would say to what the log recorded. */
import type { AgentDefinition } from '@muster/agent';
import type { Bus } from '@muster/bus';
import type { GlobalOptions } from './addresses.ts';
import { Failure, misuse } from './failure.ts';
import { interruption } from './invocation.ts';
import { loadAgents } from './mesh-topics.ts';
import { formatTime, parseDuration } from './moment.ts';
import { findServices } from './project.ts';
import { readGolden } from './replay/golden-file.ts';
import type { Golden } from './replay/golden-file.ts';
import { checking, comparing, listing, recording, showDifferences } from './replay/listener.ts';
import type { Listening, Showing } from './replay/listener.ts';
import { oldestTime, parseMoment, timeOf } from './replay/log-moment.ts';
import { readPolicyFile } from './replay/policy-file.ts';
import { replayAgent } from './replay/replay-agent.ts';
import type { Replayed, ReplayOptions } from './replay/replay-agent.ts';
import type { Range } from './replay/stretches.ts';
import {
  comparedSummary,
  counted,
  cutSentences,
  publishedSummary,
  readSummary,
  summaryJson,
} from './replay/summary.ts';
import { withBus } from './session.ts';
import type { Terminal } from './terminal.ts';

export interface ReplayFlags extends GlobalOptions {
  readonly agent: string;
  readonly from?: string;
  readonly to?: string;
  readonly policy?: string;
  readonly warmUp?: string;
  readonly diff: boolean;
  readonly golden?: string;
  readonly update: boolean;
  readonly limit?: number;
}

/** A replay under way: what it found is shown when it is through. */
interface Run {
  readonly bus: Bus;
  readonly flags: ReplayFlags;
  readonly options: ReplayOptions;
  readonly showing: Showing;
}

export async function showReplay(flags: ReplayFlags, terminal: Terminal): Promise<void> {
  const now = Date.now();
  if (flags.diff && flags.golden !== undefined)
    throw misuse('--diff compares with what is on record, --golden with a file: give one of them.');
  if (flags.update && flags.golden === undefined)
    throw misuse('--update needs the file that is written anew: --golden <file>.');
  const definition = await agentNamed(flags.agent);
  const policies =
    flags.policy === undefined ? undefined : { file: flags.policy, values: readPolicyFile(flags.policy) };
  const golden = flags.golden === undefined ? undefined : readGolden(flags.golden);
  if (golden !== undefined && golden.agent !== definition.name)
    throw misuse(`${flags.golden} holds outcomes of ${golden.agent}, not of ${definition.name}.`);
  const moments = {
    from: flags.from === undefined ? undefined : parseMoment('--from', flags.from, now),
    to: flags.to === undefined ? undefined : parseMoment('--to', flags.to, now),
  };
  if (moments.from === undefined && golden === undefined)
    throw misuse(
      'Say from when on with --from: how long ago (15m, 2h, 7d), a time, or a place in the log (metrics/3/1500).',
    );
  const warmUpMs = warmUpOf(flags);
  const stopping = interruption();
  try {
    await withBus(flags, async (bus) => {
      const isCheck = golden !== undefined && !flags.update;
      const range =
        isCheck || moments.from === undefined
          ? { from: golden!.from, to: golden!.to }
          : {
              from: await timeOf(bus, moments.from),
              to: moments.to === undefined ? now : await timeOf(bus, moments.to),
            };
      if (range.from >= range.to)
        throw misuse('The replay would end before it begins: --to must be later than --from.');
      const options = {
        definition,
        environment: process.env,
        range,
        now,
        warmUpMs,
        policies,
        isCompared: flags.diff,
        signal: stopping.signal,
      };
      const showing = { terminal, isJson: flags.json === true, limit: flags.limit ?? Infinity, now };
      await perform({ bus, flags, options, showing }, isCheck ? golden : undefined);
    });
  } catch (error) {
    throw stopping.signal.aborted ? new Failure('Interrupted: the replay is not complete.', 130) : error;
  } finally {
    stopping.release();
  }
}

async function perform(run: Run, golden: Golden | undefined): Promise<void> {
  const { flags, options, showing } = run;
  const { golden: file } = flags;
  const { terminal } = showing;
  if (golden !== undefined) return check(run, golden);
  if (file !== undefined) return record(run, file);
  if (flags.diff) return compare(run);
  const list = listing(showing);
  const replayed = await replay(run, list);
  if (list.left > 0) terminal.say(terminal.colours.dim(`... and ${counted(list.left, 'more outcome')}.`));
  await conclude(
    run,
    replayed,
    publishedSummary(replayed),
    summaryJson(options.definition.name, options.range, replayed, undefined),
  );
}

async function compare(run: Run): Promise<void> {
  const { options, showing } = run;
  const { terminal } = showing;
  const twins = comparing();
  const replayed = await replay(run, twins);
  if (!replayed.hasRun)
    terminal.say(
      terminal.colours.yellow(
        `${options.definition.name} has not run here for long: what it would publish is compared with nothing of its own.`,
      ),
    );
  const compared = twins.finish((topic) => replayed.withHoles.has(topic));
  if (compared.differences.length > 0 && !showing.isJson)
    terminal.say(
      terminal.colours.dim('+ only in the replay   - only on record   ~ different (on record -> in the replay)'),
    );
  const left = await showDifferences(compared, showing);
  if (left > 0) terminal.say(terminal.colours.dim(`... and ${counted(left, 'more difference')}.`));
  await conclude(
    run,
    replayed,
    comparedSummary(compared, 'on record'),
    summaryJson(options.definition.name, options.range, replayed, compared),
  );
}

async function check(run: Run, golden: Golden): Promise<void> {
  const { options, showing, flags } = run;
  const { terminal } = showing;
  if (flags.from !== undefined || flags.to !== undefined)
    terminal.say(terminal.colours.dim(`The range is that of ${flags.golden}; --update writes it anew with another.`));
  const twins = checking(golden);
  const replayed = await replay(run, twins);
  const compared = twins.finish();
  const left = await showDifferences(compared, showing);
  if (left > 0) terminal.say(terminal.colours.dim(`... and ${counted(left, 'more difference')}.`));
  await conclude(
    run,
    replayed,
    comparedSummary(compared, `in ${flags.golden}`),
    summaryJson(options.definition.name, options.range, replayed, compared),
  );
  if (compared.differences.length > 0)
    throw new Failure(
      `${counted(compared.differences.length, 'outcome')} ${compared.differences.length === 1 ? 'is' : 'are'} not as in ${flags.golden}: see the lines above. If they are right, write it anew with --update.`,
    );
}

async function record(run: Run, file: string): Promise<void> {
  const { options } = run;
  const written = recording(file, { agent: options.definition.name, ...options.range });
  try {
    const replayed = await replay(run, written);
    const count = written.finish();
    const summary = `${counted(count, 'outcome')} written to ${file}.`;
    await conclude(run, replayed, summary, summaryJson(options.definition.name, options.range, replayed, undefined));
  } catch (error) {
    written.discard();
    throw error;
  }
}

async function replay({ bus, options, showing }: Run, listening: Listening): Promise<Replayed> {
  const { terminal, now } = showing;
  const { definition, range, policies } = options;
  let nextAt = Date.now() + 500;
  const replayed = await replayAgent(bus, options, {
    ...listening,
    warned({ value }) {
      const { title = 'A policy says something', description = '' } = (value ?? {}) as {
        title?: string;
        description?: string;
      };
      terminal.say(terminal.colours.yellow(`${policies?.file}: ${title}. ${description}`.trim()));
    },
    progress(read, of) {
      if (Date.now() < nextAt) return;
      nextAt = Date.now() + 200;
      terminal.progress(
        `${Math.min(99, Math.floor((100 * read) / Math.max(1, of)))} %  ${counted(read, 'record')} read`,
      );
    },
  });
  const total = [...replayed.heard.values()].reduce((sum, count) => sum + count, 0);
  if (total === 0 && replayed.wakes === 0)
    throw await nothingHeard(bus, definition, range, now, [...replayed.heard.keys()]);
  for (const sentence of cutSentences(range, replayed, now)) terminal.say(terminal.colours.yellow(sentence));
  return replayed;
}

async function nothingHeard(
  bus: Bus,
  { name }: AgentDefinition,
  { from, to }: Range,
  now: number,
  topics: Parameters<typeof oldestTime>[1][],
): Promise<Failure> {
  const since = await Promise.all(
    topics.map(async (topic) => {
      const oldest = await oldestTime(bus, topic);
      return oldest === undefined ? `${topic} is empty` : `${topic} has records since ${formatTime(oldest, now)}`;
    }),
  );
  return new Failure(
    `There is nothing that ${name} hears from ${formatTime(from, now)} to ${formatTime(to, now)}: ${since.join(', ')}.`,
  );
}

async function conclude({ options, showing }: Run, replayed: Replayed, sentences: string, json: string): Promise<void> {
  const { terminal, isJson, now } = showing;
  if (isJson) return terminal.print(json);
  terminal.say('');
  terminal.say(terminal.colours.dim(readSummary(options.definition.name, options.range, replayed, now)));
  terminal.say(sentences);
}

async function agentNamed(name: string): Promise<AgentDefinition> {
  const services = findServices();
  const service = services.find((candidate) => candidate.name === name);
  if (service === undefined)
    throw misuse(`There is no agent ${name}: there are ${services.map((candidate) => candidate.name).join(', ')}.`);
  const [definition] = await loadAgents([service]);
  return definition!;
}

function warmUpOf({ warmUp }: ReplayFlags): number | undefined {
  if (warmUp === undefined) return undefined;
  const warmUpMs = warmUp === 'all' ? Infinity : parseDuration(warmUp);
  if (warmUpMs === undefined)
    throw misuse(`--warm-up ${warmUp} is not understood: give a duration (30m, 6h, 2d) or all.`);
  return warmUpMs;
}
