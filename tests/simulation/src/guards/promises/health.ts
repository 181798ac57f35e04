/** How targets are said to be is how they are, by what was found. */
import type { Message } from '@muster/bus';
import { faultsLastMs } from '../../promises/effects.ts';
import type { Promised, Story } from '../../story.ts';
import { dependencies, type GuardsPlan } from '../guards-plan.ts';
import { failAfter, recoverAfter } from '../weather.ts';

type Guarded = Promised<Story<GuardsPlan>>;
type Report = Message<'muster.health-reports.v1'>;
type Result = Message<'muster.check-results.v1'>;
type Status = 'UNKNOWN' | 'HEALTHY' | 'DEGRADED' | 'UNHEALTHY';

const levels = { PASS: 0, WARN: 1, FAIL: 2 } as const;

/** What is to be said of a target that has one check, written down anew: so many results in a row, and nothing else. */
function judge(): { hear(result: Result): Status; forget(): Status } {
  let row: number[] = [];
  let [isBad, isBroken, isKnown] = [false, false, false];
  /** Whether the last results were all of this level or worse. */
  const were = (count: number, holds: (level: number) => boolean): boolean =>
    row.length >= count && row.slice(-count).every(holds);
  const turned = (is: boolean, level: number): boolean =>
    is ? !were(recoverAfter, (each) => each < level) : were(failAfter, (each) => each >= level);
  return {
    hear({ value: { outcome } }) {
      row = [...row, levels[outcome as keyof typeof levels]].slice(-Math.max(failAfter, recoverAfter));
      isBad = turned(isBad, 1);
      isBroken = turned(isBroken, 2);
      isKnown = isKnown || outcome === 'PASS' || isBad || isBroken;
      return isBroken ? 'UNHEALTHY' : isBad ? 'DEGRADED' : isKnown ? 'HEALTHY' : 'UNKNOWN';
    },
    forget() {
      row = [];
      [isBad, isBroken, isKnown] = [false, false, false];
      return 'UNKNOWN';
    },
  };
}

interface Said {
  readonly report: Report;
  /** What it should say of the target itself. */
  readonly own: Status;
  /** What it says was found; none: time passed. */
  readonly result: Result | undefined;
}

/** The reports of a target, each with what it should say by the results that led to it. */
function saidOf(story: Story, target: string): Said[] {
  const results = new Map(story.messages('muster.check-results.v1').map((result) => [result.id, result]));
  const judged = judge();
  let own: Status = 'UNKNOWN';
  return story.messages('muster.health-reports.v1').flatMap((report): Said[] => {
    if (report.key !== target) return [];
    const result = results.get(report.value.envelope.causationId ?? '');
    if (result !== undefined) own = judged.hear(result);
    else if (report.value.status === 'UNKNOWN') own = judged.forget();
    return [{ report, own, result }];
  });
}

/** Each new result is answered by a report, which says what so many results in a row make of the target. */
export const statusFollowsResults: Guarded = (story, report) => {
  for (const target of Object.keys(dependencies)) {
    const said = saidOf(story, target);
    const answered = new Set(said.flatMap(({ result }) => result?.id ?? []));
    let newestAt = 0;
    for (const { key, id, value } of story.messages('muster.check-results.v1')) {
      if (key !== target || value.checkedAt <= newestAt) continue;
      newestAt = value.checkedAt;
      if (!answered.has(id))
        report('unheard', 'health', target, `what was found at ${value.checkedAt} is in no report`);
    }
    // A store that lost something has lost how many there were in a row: it takes as many again, each time.
    const losses = story.plan.faults.filter(({ kind }) => kind.startsWith('store')).length;
    const most = story.isStoreLossy ? losses * Math.max(failAfter, recoverAfter) : 0;
    let wrong = 0;
    for (const { own, report: told, result } of said) {
      const { status, affectedBy, checkedAt } = told.value;
      const wanted = own === 'HEALTHY' && affectedBy.length > 0 ? 'DEGRADED' : own;
      wrong = status === wanted ? 0 : wrong + 1;
      if (wrong <= most) continue;
      report(
        'misjudged',
        'health',
        target,
        `it is said to be ${status}, and is ${wanted} by what was found until ${checkedAt} (${result?.value.outcome})`,
      );
      break;
    }
  }
};

/** For a target that stands alone, people are told of each change for the worse, and that it is well again: of nothing else, in this order. */
export const changesAreTold: Guarded = (story, report) => {
  for (const [target, above] of Object.entries(dependencies)) {
    const alerts = story.messages('muster.alerts.v1').filter(({ key }) => key === `health/${target}`);
    const told = alerts.map(({ value }) => `${value.status} ${value.severity}`);
    if (told.length > 0 && !told.at(-1)?.startsWith('RESOLVED'))
      report('not resolved', 'health', target, `its alerts are ${told.join(', ')}, and it is well`);
    if (above.length > 0 || story.isStoreLossy) continue;
    const due: string[] = [];
    let severity = '';
    for (const { own } of saidOf(story, target)) {
      const next = own === 'UNHEALTHY' ? 'CRITICAL' : own === 'DEGRADED' ? 'WARNING' : '';
      if (own === 'HEALTHY' && severity !== '') due.push(`RESOLVED ${severity}`);
      if (next !== '' && next !== severity && severity !== 'CRITICAL') due.push(`FIRING ${next}`);
      if (own === 'HEALTHY') severity = '';
      else if (next !== '' && severity !== 'CRITICAL') severity = next;
    }
    if (due.join() !== told.join())
      report(
        'mistold',
        'health',
        target,
        `by what was found its alerts are ${due.join(', ') || 'none'}, and they are ${told.join(', ') || 'none'}`,
      );
  }
};

/** When each target was UNHEALTHY by its reports: from, to, and what it was itself affected by. */
function spells(story: Story): { readonly target: string; readonly from: number; to: number; isRoot: boolean }[] {
  const found: { target: string; from: number; to: number; isRoot: boolean }[] = [];
  for (const target of Object.keys(dependencies)) {
    let open: (typeof found)[number] | undefined;
    for (const { key, value, timestamp } of story.messages('muster.health-reports.v1')) {
      if (key !== target) continue;
      if (value.status === 'UNHEALTHY') {
        if (open === undefined) found.push((open = { target, from: timestamp, to: Infinity, isRoot: true }));
        open.isRoot &&= value.affectedBy.length === 0;
      } else if (open !== undefined) {
        open.to = timestamp;
        open = undefined;
      }
    }
  }
  return found;
}

/** All that a target depends on, at whatever distance. */
const above = (target: string): string[] =>
  (dependencies[target] ?? []).flatMap((direct) => [direct, ...above(direct)]);

/** Who suffers from another names it, has no alert of its own beside that, and names nobody who is well. */
export const reasonsAreNamed: Guarded = (story, report) => {
  const slackMs = faultsLastMs(story);
  const all = spells(story);
  const whileDown = (target: string, timestamp: number): string[] =>
    all.flatMap(({ target: cause, from, to, isRoot }) =>
      isRoot && above(target).includes(cause) && from + slackMs < timestamp && timestamp < to ? [cause] : [],
    );
  for (const { key, value, timestamp } of story.messages('muster.health-reports.v1')) {
    const missing = whileDown(key, timestamp).filter((cause) => !value.affectedBy.includes(cause));
    if (missing.length > 0 && value.status !== 'UNKNOWN')
      report('no reason', 'health', key, `${missing.join(', ')} did not work, and its report does not say so`, [
        key,
        ...missing,
      ]);
    for (const cause of value.affectedBy)
      if (!all.some((spell) => spell.target === cause && spell.from <= timestamp && timestamp < spell.to + slackMs))
        report('wrong reason', 'health', key, `it is said to suffer from ${cause}, which worked`, [key, cause]);
  }
  for (const { value, timestamp } of story.messages('muster.alerts.v1')) {
    if (!value.fingerprint.startsWith('health/') || value.status !== 'FIRING') continue;
    const causes = whileDown(value.target, timestamp);
    if (causes.length > 0)
      report('told twice', 'health', value.target, `people were told of it, and it suffered from ${causes.join(', ')}`);
  }
};
