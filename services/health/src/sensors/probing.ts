import type { Io, Publication } from '@muster/agent';
import type { CheckResultInput } from '@muster/schemas';
import { mergeTargets, targetsFile, type Declared } from '../declared-targets.ts';
import { schedule, type Schedule, type ScheduleFigures } from '../schedule.ts';
import type { Settings, Tables } from '../settings.ts';
import { ownTarget } from '../telling.ts';

export type ProbingIo = Io<Settings> & { readonly tables: Tables };

const lookAtFileEveryMs = 2_000;
const tellOfSelfEveryMs = 10_000;
const mostLateMs = 5_000;

interface Probes {
  isNeeded(): boolean;
  /** What was found since the last time. */
  take(): CheckResultInput[];
}

/** Checks what is declared, for as long as it is asked: what was found since the last time. Each instance that runs has a schedule of its own. */
export function probing(perform: Parameters<typeof schedule>[0]['perform']) {
  const running = new WeakMap<AbortSignal, Probes>();
  const probesOf = (io: ProbingIo): Probes => {
    const probes = running.get(io.signal) ?? startProbes(perform, io);
    running.set(io.signal, probes);
    return probes;
  };
  return {
    isNeeded: (io: ProbingIo): boolean => probesOf(io).isNeeded(),
    sense: (io: ProbingIo): Promise<readonly Publication<'muster.check-results.v1'>[]> =>
      Promise.resolve(
        probesOf(io)
          .take()
          .map((value) => ({ topic: 'muster.check-results.v1', value })),
      ),
  };
}

function startProbes(
  perform: Parameters<typeof schedule>[0]['perform'],
  { config, signal, log, tables }: ProbingIo,
): Probes {
  const plan: Schedule = schedule({ perform, checksAtOnce: config.checksAtOnce });
  const file = targetsFile(config.targetsFile);
  let declared: Declared | undefined;
  let isPlanned = false;
  let topologyVersion = -1;
  let lookedAt = -Infinity;
  let toldAt = performance.now();
  signal.addEventListener('abort', () => plan.stop());

  const look = (): Declared => {
    if (declared !== undefined && performance.now() - lookedAt < lookAtFileEveryMs) return declared;
    lookedAt = performance.now();
    const { hasChanged, targets, problems } = file.read();
    const { version } = tables.targets;
    if (declared !== undefined && !hasChanged && (version === topologyVersion || !config.topologyChecks))
      return declared;
    topologyVersion = version;
    const merged = mergeTargets(targets, config.topologyChecks ? tables.targets.values() : []);
    declared = { targets: merged.targets, problems: [...problems, ...merged.problems] };
    isPlanned = false;
    for (const problem of declared.problems) log.warn({ problem }, 'a check is not declared as it should be');
    return declared;
  };

  return {
    isNeeded() {
      const { targets, problems } = look();
      // Where there is nothing left to check, it says so once more.
      return targets.length > 0 || problems.length > 0 || tables.reports.get(ownTarget) !== undefined;
    },
    take() {
      const { targets, problems } = look();
      // Not before it is asked for results: another instance makes the checks until then.
      if (!isPlanned) plan.declare(targets);
      isPlanned = true;
      const found = plan.take();
      if (performance.now() - toldAt < tellOfSelfEveryMs) return found;
      toldAt = performance.now();
      const figures = plan.figures();
      if (targets.length === 0 && problems.length === 0) return [...found, farewell()];
      return [...found, ...ownResults(figures, problems)];
    },
  };
}

/** There is nothing to check any more, and so nothing to say of how that goes. */
function farewell(): CheckResultInput {
  return { target: ownTarget, check: '', kind: '', outcome: 'REMOVED', checkedAt: Date.now() };
}

/** What health says of itself, as of any other target. */
function ownResults(
  { lateP99Ms, targets, checks }: Pick<ScheduleFigures, 'lateP99Ms' | 'targets' | 'checks'>,
  problems: readonly string[],
): CheckResultInput[] {
  const own = {
    target: ownTarget,
    kind: 'self',
    checkedAt: Date.now(),
    everyMs: tellOfSelfEveryMs,
    failAfter: 3,
    recoverAfter: 2,
  };
  const isLate = lateP99Ms > mostLateMs;
  const late = `checks of ${targets} targets begin up to ${Math.round(lateP99Ms / 1_000)} s late`;
  const wrong = `${problems.slice(0, 3).join('; ')}${problems.length > 3 ? ` (and ${problems.length - 3} more)` : ''}`;
  return [
    {
      ...own,
      check: 'schedule',
      outcome: isLate ? 'WARN' : 'PASS',
      reason: isLate ? late : '',
      value: lateP99Ms,
      unit: 'ms',
    },
    {
      ...own,
      check: 'targets',
      outcome: problems.length > 0 ? 'WARN' : 'PASS',
      reason: wrong,
      value: checks,
      unit: 'checks',
    },
  ];
}
