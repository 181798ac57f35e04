/** A change that waits for people, told whole: they are to decide on nothing else. */
import { isReversible } from '@muster/policy';
import { formatDuration, formatTime } from '../moment.ts';
import { harmless } from '../terminal.ts';
import type { Colours } from '../terminal.ts';
import type { WaitingChange } from './waiting.ts';

export interface LineStyle {
  readonly colours: Colours;
  readonly now: number;
}

export function changeLines({ decision, request, said }: WaitingChange, { colours, now }: LineStyle): string[] {
  const { changeId, target, changeClass, risk, confidence, verified, rolledBack, rules, expiresAt, isShadow } =
    decision;
  const parts = rules.filter(({ verdict }) => verdict === 'WEIGHT');
  const voices = rules.filter(({ verdict }) => verdict !== 'WEIGHT');
  const left = expiresAt === null ? '' : `until ${formatTime(expiresAt, now)}, in ${formatDuration(expiresAt - now)}`;
  const field = (name: string, text: string): string => `  ${colours.dim(name.padEnd(11))}${harmless(text)}`;
  return [
    `${colours.bold(harmless(changeId))}  ${harmless(request?.title ?? `${changeClass} of ${target}`)}${isShadow ? colours.yellow(' (shadow)') : ''}`,
    ...(request === undefined
      ? [field('what', `${changeClass} of ${target}`)]
      : [
          field('what', `${request.capability} ${request.input}, touches ${percent(request.blastRadius)} of ${target}`),
          field(
            'undo',
            request.undo === null
              ? isReversible(request)
                ? 'it leaves nothing to take back'
                : 'nothing takes it back'
              : `${request.undo.capability} ${request.undo.input}`,
          ),
          field('asked by', [request.requestedBy, ...(request.reason === '' ? [] : [request.reason])].join(': ')),
        ]),
    ...(decision.incidentId === null ? [] : [field('incident', decision.incidentId)]),
    field('why', decision.reason),
    field(
      'risk',
      `${rounded(risk)} = ${parts.map(({ weight, reason }) => `${rounded(weight)} ${reason}`).join(' + ')}`,
    ),
    field('confidence', `${rounded(confidence)}: ${verified} of ${verified + rolledBack} such changes ended verified`),
    ...voices.map(({ verdict, policyId, ruleId, policyVersion, reason }) =>
      field('rule', `${verdict} by ${policyId}/${ruleId}, version ${policyVersion}: ${reason}`),
    ),
    field('who', whoMay(decision)),
    ...said.map(({ reviewer, verdict, comment }) =>
      field('has spoken', `${reviewer}: ${verdict}${comment === '' ? '' : `, ${comment}`}`),
    ),
    ...(left === '' ? [] : [field('when', left)]),
  ];
}

function whoMay({ reviewersNeeded, rolesNeeded }: WaitingChange['decision']): string {
  const people = `${reviewersNeeded} ${reviewersNeeded === 1 ? 'person' : 'different people'}`;
  return `${people}, ${rolesNeeded.length === 0 ? 'anybody' : `each ${rolesNeeded.join(' or ')}`}, but not who asked`;
}

const rounded = (value: number): string => String(Math.round(value * 100) / 100);
const percent = (share: number): string => `${Math.round(share * 100)} %`;
