// What `npm start` runs: the demo, with its command line, its signals and its exit code.
import { messageOf } from '@muster/resilience';
import { targetOfRun } from './demo-mesh.ts';
import { interruptions } from './interruptions.ts';
import { duration, width, wrapped } from './layout.ts';
import { residentMiB } from './memory.ts';
import { readOptions, usage } from './options.ts';
import { colourful, plain, wantsColour } from './palette.ts';
import { commandsFor, musterSays } from './person.ts';
import { play } from './play.ts';
import { processLines } from './processes.ts';
import { question } from './questions.ts';
import { allProcesses, close, kill, open, stageOn, type Running } from './running.ts';
import type { Scenario } from './scenario.ts';
import { screenOn } from './screen.ts';
import { beginStory } from './story.ts';
import { asking, suggestions, timeline, verdict } from './summary.ts';
import { tellerOn, type Teller } from './teller.ts';
import { watchProcesses } from './watching.ts';

async function run(isOnce: boolean, scenario: Scenario): Promise<number> {
  const paint = wantsColour(process.stdout, process.env) ? colourful : plain;
  const teller = tellerOn(screenOn(process.stdout), paint, beginStory(targetOfRun(), Date.now(), scenario));
  const running: Running = { companions: new Map() };
  const ended = new AbortController();
  const interruption = interruptions(() => kill(running));
  interruption.signal.addEventListener('abort', () => teller.wentWrong(interruption.signal.reason));
  // Node would write into the panel.
  process.removeAllListeners('warning');
  process.on('warning', ({ message }) => teller.happened({ kind: 'note', text: message }));
  try {
    teller.say([paint.strong('Muster: a mesh of operations agents, and a shop for it to watch'), '']);
    const stage = stageOn(running, teller, interruption.signal);
    await open(stage, interruption.signal);
    watchProcesses(`${running.shop!.urls['keeper']}/processes/${teller.story.target}`, teller, ended.signal);
    await introduce(running, teller);
    await play(stage, isOnce);
    await conclude(running, teller);
    if (isOnce) return 0;
    const { shop, mesh } = running;
    const next = suggestions({ url: shop!.urls['shop']!, faultUrl: shop!.urls['fault']! }, mesh!.agents, scenario);
    teller.say([paint.strong('Try in another terminal'), ...indented(next), '']);
    await teller.until(() => false);
    return 0;
  } catch (error) {
    // Ctrl-C is how a demo that stays up is meant to end.
    if (interruption.signal.aborted) return teller.story.phase === 'calm' ? 0 : interruption.exitCode();
    const lines = messageOf(error).split('\n');
    teller.say(['', ...lines.flatMap((line) => wrapped(line, width)).map(paint.bad), '']);
    return 1;
  } finally {
    ended.abort();
    await end(running, teller);
  }
}

async function introduce(running: Running, { say, happened, story }: Teller): Promise<void> {
  say(['', ...indented(processLines(await allProcesses(running))), '']);
  const took = duration(Date.now() - story.startedAt);
  const text = `Everything is up after ${took}. Customers ask the shop for something 50 times a second. Twice a second it publishes what it measures of itself to muster.metrics.v1; monitoring learns from that what is usual.`;
  happened({ kind: 'note', text });
}

async function conclude(running: Running, { say, paint, story }: Teller): Promise<void> {
  const processes = await allProcesses(running);
  const memory = processes.map(({ pid }) => residentMiB(pid));
  const happened = timeline(story, paint);
  if (happened.length > 0) say(['', paint.strong('What happened'), ...happened]);
  say(['', ...indented(verdict(story)), '']);
  const asked = question(story);
  if (asked !== undefined) say([...asking(asked, await musterSays(commandsFor(asked).look), paint), '']);
  say([paint.strong('Memory that each process takes'), ...indented(processLines(processes, memory)), '']);
}

async function end(running: Running, { happened, say, close: closeTeller }: Teller): Promise<void> {
  const beganAt = Date.now();
  const hasBegun = running.mesh !== undefined;
  happened({ kind: 'phase', phase: 'ending' });
  if (hasBegun) {
    const text = 'Stopping the shop, then the agents, then the servers; Ctrl-C again ends them at once.';
    happened({ kind: 'note', text });
  }
  await close(running);
  closeTeller();
  say([hasBegun ? `Everything has stopped (${duration(Date.now() - beganAt)}).` : 'Nothing was left running.']);
}

const indented = (lines: readonly string[]): string[] => lines.map((line) => `  ${line}`);

const options = readOptions(process.argv.slice(2));
if (options.kind === 'help') console.log(usage);
else if (options.kind === 'wrong') {
  console.error(options.sentence);
  process.exitCode = 2;
} else process.exit(await run(options.isOnce, options.scenario));
