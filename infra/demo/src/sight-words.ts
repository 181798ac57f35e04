/** What is said of what is seen: in full when it is seen, in a line in the end. */
import { duration, wrapped } from './layout.ts';
import type { Palette } from './palette.ts';
import { jobProgressOf, visitsOf, type Sight, type Sighted } from './sights.ts';

interface News {
  readonly style: 'good' | 'bad' | 'warning' | 'strong';
  readonly mark: string;
  readonly text: string;
}

/** Lines for a sight that says something new, given those before it. */
export function sightWords(before: readonly Sighted[], sight: Sighted, paint: Palette): string[] {
  const news = newsOf(before, sight);
  if (news === undefined) return [];
  return [paint[news.style](news.mark), ...(news.text === '' ? [] : wrapped(news.text))];
}

/** What happened, of all sights since a time. */
export const sightMoments = (sights: readonly Sighted[], since: number, paint: Palette) =>
  sights.flatMap((sight, index) => {
    if (sight.at < since) return [];
    const news = newsOf(sights.slice(0, index), sight);
    return news === undefined
      ? []
      : [{ at: sight.at, words: `${paint[news.style](news.mark)}  ${news.text}`.trimEnd() }];
  });

/** What is to be seen at a glance: who was served and refused, and how far a job is. */
export function glance(story: { readonly sights: readonly Sighted[] }): string[] {
  const visits = (['attacker', 'scanner', 'customers'] as const).flatMap((who) => {
    const last = visitsOf(story, who);
    return last === undefined ? [] : [`${who} ${last.served} served, ${last.refused} refused`];
  });
  const isGuarded = visits.length > 1;
  const progress = jobProgressOf(story);
  return [...(isGuarded ? visits : []), ...(progress === undefined ? [] : [progressWords(progress)])];
}

function newsOf(before: readonly Sighted[], { at, ...sight }: Sighted): News | undefined {
  switch (sight.about) {
    case 'visits': {
      const { who, served, refused } = sight;
      const last = visitsOf({ sights: before }, who);
      if (refused === 0 || (last?.refused ?? 0) > 0) return undefined;
      const text = `403 for the first time, after ${served} requests that were answered`;
      return { style: who === 'attacker' ? 'good' : 'bad', mark: `REFUSED  the ${who}`, text };
    }
    case 'block': {
      const { address, block } = sight;
      if (block === null) return { style: 'strong', mark: 'LET IN AGAIN', text: `the block of ${address} is over` };
      const { status, endsAt, reason, rule, decidedBy, offence } = block;
      if (status === 'RELEASED')
        return { style: 'strong', mark: 'RELEASED', text: `${address}, by ${decidedBy}: ${reason}` };
      const text = `${address} for ${duration(endsAt - at)} (rule ${rule}, time ${offence}): ${reason}`;
      return { style: 'strong', mark: 'BLOCKED', text };
    }
    case 'health': {
      const { target, status, reason } = sight.report;
      if (status === 'UNKNOWN') return undefined;
      const style = status === 'HEALTHY' ? 'good' : status === 'UNHEALTHY' ? 'bad' : 'warning';
      return { style, mark: `${target} is ${status}`, text: reason };
    }
    case 'process': {
      const { name, pid, isUp } = sight;
      const text = `process ${pid} ${isUp ? 'was started' : 'was ended with kill -9'}`;
      return { style: isUp ? 'strong' : 'bad', mark: name, text };
    }
    case 'held': {
      const text = `the block holds: ${sight.refused} requests were refused, none came through`;
      return { style: 'good', mark: 'VERIFIED', text };
    }
    case 'count': {
      const { rows, repeated } = sight;
      const text = `${rows} rows stand in the files, ${repeated === 0 ? 'none' : repeated} of them twice`;
      return { style: repeated === 0 ? 'good' : 'bad', mark: 'COUNTED', text };
    }
    case 'answer':
      return { style: 'strong', mark: 'ENDED', text: sight.lines.join(' ') };
    case 'progress': {
      // Only what comes first after an agent was started again is news.
      const last = before.findLast(({ about }) => about === 'progress' || about === 'process');
      if (last?.about !== 'process' || !last.isUp) return undefined;
      return { style: 'good', mark: 'GOES ON', text: progressWords(sight.progress) };
    }
  }
}

const progressWords = ({ done, total, message }: Extract<Sight, { about: 'progress' }>['progress']): string =>
  `${total === null || total === 0 ? '' : `${Math.floor((100 * done) / total)} %: `}${message}`;
