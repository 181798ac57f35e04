/** Monitoring says of each level what its samples say, once for each change. */
import { highRule, tooHigh } from '../gauges.ts';
import type { Promised } from '../../story.ts';

/** One FIRING for each time that the samples of a series rise above what is too high, one RESOLVED for each return; nothing else, in this order. */
export const alertsFollowSamples: Promised = (story, report) => {
  const isOfRule = `/rule/${highRule.policyId}/${highRule.ruleId}`;
  const alerts = Map.groupBy(
    story.messages('muster.alerts.v1').filter(({ value }) => value.fingerprint.endsWith(isOfRule)),
    ({ value }) => value.fingerprint.slice(0, -isOfRule.length),
  );
  const samples = Map.groupBy(story.messages('muster.metrics.v1'), ({ key }) => key);
  for (const [series, told] of alerts)
    if (!samples.has(series))
      report('unmeasured', 'monitoring', series, `there are ${told.length} alerts of it, and no samples`);
  for (const [series, measured] of samples) {
    const wanted = changesOf(measured.map(({ value }) => (value.value > tooHigh ? 'FIRING' : 'RESOLVED')));
    const all = alerts.get(series) ?? [];
    // What changes again and again is said to flap, and its changes are told no more.
    const steady = all.findIndex(({ value }) => value.isFlapping);
    const told = (steady < 0 ? all : all.slice(0, steady)).map(({ value }) => value.status);
    // That all is well from the beginning is no news.
    const due = (wanted[0] === 'RESOLVED' ? wanted.slice(1) : wanted).slice(0, steady < 0 ? undefined : steady);
    if (due.join() !== told.join())
      report(
        'misreported',
        'monitoring',
        series,
        `its samples say ${due.join(', ') || 'nothing'}, and its alerts ${told.join(', ') || 'nothing'}`,
        [series, series.split('/')[0] ?? ''],
      );
  }
};

function changesOf(statuses: readonly string[]): string[] {
  return statuses.filter((status, index) => status !== statuses[index - 1]);
}
