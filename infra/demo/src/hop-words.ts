/** What is said of each hop of the loop. */
import { duration, wrapped } from './layout.ts';
import { aboutTarget, of, type Heard, type HeardOf, type LoopMessage, type RecordOf } from './loop.ts';
import type { Palette } from './palette.ts';
import { loopOf, type Story } from './story.ts';

/** Lines for a message; none for what says nothing new, or is about something else. */
export function hopWords(before: Story, message: LoopMessage, after: Story, paint: Palette): string[] {
  const heard = loopOf(after);
  if (!heard.some(({ record }) => record === message.record)) return [];
  switch (message.about) {
    case 'incident':
      return incidentWords(message.record, aboutTarget(before.heard, before.target, before.startedAt), paint);
    case 'remediation':
      return remediationWords(message.record, paint);
    case 'change':
      return changeWords(message.record, paint);
    case 'decision':
      return decisionWords(message.record, of(before.heard, 'decision'), paint);
    case 'run':
      return runWords(message.record, paint);
    case 'assignment':
      return assignmentWords(message.record, paint);
    case 'result':
      return resultWords(message.record, paint);
  }
}

function incidentWords(incident: RecordOf<'incident'>, before: readonly Heard[], paint: Palette): string[] {
  const { incidentId, status, severity, title, suspectedCause, openedAt, resolvedAt, alertCount } = incident;
  const known = of(before, 'incident').findLast(({ record }) => record.incidentId === incidentId)?.record;
  if (status === 'RESOLVED') {
    const after = duration((resolvedAt ?? openedAt) - openedAt);
    return [`${paint.good('INCIDENT RESOLVED')}  after ${after}`, ...wrapped(title).map(paint.strong)];
  }
  if (known?.status === 'OPEN' && known.severity === severity) {
    return known.alertCount === alertCount
      ? []
      : [paint.dim(`incident: ${count(alertCount, 'alert')} belong to it now`)];
  }
  const mark = known === undefined ? 'INCIDENT' : known.status === 'OPEN' ? 'INCIDENT, now' : 'INCIDENT, again';
  const first =
    known === undefined ? [`incident ${incidentId}`, `correlation id ${incident.envelope.correlationId}`] : [];
  return [
    `${paint.bad(mark)}  ${severity}`,
    ...wrapped(title).map(paint.strong),
    ...(suspectedCause === null
      ? []
      : wrapped(`suspected cause: ${suspectedCause.target}: ${suspectedCause.reasons.join('; ')}`)),
    ...first.map(paint.dim),
  ];
}

function remediationWords(
  { kind, playbook, rule, reason, isVerified }: RecordOf<'remediation'>,
  paint: Palette,
): string[] {
  if (kind === 'WANTED') return [paint.strong(`PLAYBOOK  ${playbook}`), ...wrapped(`${rule}: ${reason}`)];
  if (kind === 'ENDED' && isVerified === null) return [paint.warning('NOT CARRIED OUT')];
  if (kind === 'ENDED') return [isVerified ? paint.good('REMEDIED, and verified') : paint.bad('NOT REMEDIED')];
  return [];
}

function changeWords(
  { title, reason, changeClass, blastRadius, capability }: RecordOf<'change'>,
  paint: Palette,
): string[] {
  return [
    `${paint.strong('CHANGE REQUEST')}  ${capability}`,
    ...wrapped(title).map(paint.strong),
    ...wrapped(reason),
    `class ${changeClass}, touches ${Math.round(100 * blastRadius)} % of its target at a time`,
  ];
}

function decisionWords(
  decision: RecordOf<'decision'>,
  earlier: readonly HeardOf<'decision'>[],
  paint: Palette,
): string[] {
  const { verdict, reason, rules, risk, confidence, isShadow } = decision;
  const mark = verdict === 'APPROVED' ? paint.good : paint.warning;
  // What people say about it afterwards changes nothing in what the rules said.
  const isKnown = earlier.some(({ record }) => record.changeId === decision.changeId);
  const shadow = isShadow ? ', for the record only' : '';
  return [
    `${mark(`DECISION  ${verdict}`)}${shadow}, risk ${risk.toFixed(2)}, confidence ${confidence.toFixed(2)}`,
    ...wrapped(reason),
    ...(isKnown ? [] : rules).flatMap(({ policyId, policyVersion, ruleId, verdict: says, reason: why }) =>
      wrapped(`${policyId}/${ruleId}@${policyVersion} says ${says}: ${why}`).map(paint.dim),
    ),
  ];
}

const markedRuns: Readonly<Partial<Record<RecordOf<'run'>['kind'], 'good' | 'bad' | 'strong'>>> = {
  RUN_REFUSED: 'bad',
  RUN_WAITS_FOR_PERSON: 'bad',
  RUN_COMPENSATING: 'bad',
  RUN_COMPLETED: 'good',
  RUN_COMPENSATED: 'bad',
  RUN_FAILED: 'bad',
  STEP_COMPENSATION_FAILED: 'bad',
};
/** What other messages say already, or the end of the run does. */
const silentRuns = new Set<RecordOf<'run'>['kind']>([
  'STEP_STARTED',
  'STEP_WAITING',
  'STEP_COMPLETED',
  'STEP_FAILED',
  'RUN_SIGNALLED',
]);

function runWords({ kind, text, playbook, stepId, workflowId }: RecordOf<'run'>, paint: Palette): string[] {
  if (silentRuns.has(kind)) return [];
  if (kind === 'RUN_STARTED') return wrapped(`run ${workflowId} began`).map(paint.dim);
  const style = markedRuns[kind];
  const words = kind.replaceAll('_', ' ');
  const where = stepId === null ? playbook : `${playbook}, ${stepId}`;
  if (style === undefined) return wrapped(`${words.toLowerCase()} (${where}): ${text}`).map(paint.dim);
  return [`${paint[style](words)}  ${where}`, ...wrapped(text)];
}

const assignmentWords = ({ capability, reason, attempt }: RecordOf<'assignment'>, paint: Palette): string[] => [
  `${paint.strong('ASSIGNED')}  ${capability} to recovery${attempt > 1 ? `, attempt ${attempt}` : ''}`,
  ...wrapped(reason),
];

function resultWords(result: RecordOf<'result'>, paint: Palette): string[] {
  const { status, capability, agent, fault, output, startedAt, finishedAt } = result;
  const took = startedAt === null ? '' : ` in ${duration(finishedAt - startedAt)}`;
  const mark = status === 'COMPLETED' ? paint.good : paint.bad;
  const said = fault === null ? shortened(output) : `${fault.type}: ${fault.message}`;
  return [`${mark(status)}  ${capability} by ${agent}${took}`, ...wrapped(said).slice(0, 4)];
}

/** JSON with places to break it at. */
const shortened = (json: string): string =>
  (json.length > 240 ? `${json.slice(0, 240)} ...` : json).replaceAll(',"', ', "');
const count = (amount: number, what: string): string => `${amount} ${what}${amount === 1 ? '' : 's'}`;
