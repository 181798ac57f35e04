import type { Incident } from '@muster/schemas';
import type { ConditionVariables } from './expression.ts';

/** What a rule of the coordinator may look at. `signals`: names of the metrics (or other kinds of signal) that alert on the suspected target. */
export const incidentVariables: ConditionVariables = {
  incident: {
    incidentId: 'string',
    status: 'string',
    severity: 'string',
    title: 'string',
    scope: 'string',
    target: 'string',
    targets: 'list<string>',
    alerts: 'list<dyn>',
    alertCount: 'int',
    signals: 'list<string>',
    confidence: 'double',
    impact: 'list<string>',
    reopened: 'int',
    labels: 'map<string, string>',
  },
};

/** The facts for conditions over {@link incidentVariables}. Of alerts only those that fire count as signals. */
export function incidentFacts(incident: Omit<Incident, 'envelope'>): Readonly<Record<string, unknown>> {
  const { incidentId, status, severity, title, scope, target, targets, alerts, impact, labels } = incident;
  const signals = alerts
    .filter((alert) => alert.isFiring && alert.target === target)
    .map(({ fingerprint }) => signalOf(fingerprint));
  return {
    incident: {
      incidentId,
      status,
      severity,
      title,
      scope,
      target,
      targets,
      alerts,
      alertCount: BigInt(incident.alertCount),
      signals: [...new Set(signals)],
      confidence: incident.suspectedCause?.confidence ?? 0,
      impact,
      reopened: BigInt(incident.reopened),
      labels,
    },
  };
}

/** `shop/latency_ms{route=/cart}/unusual` -> `latency_ms`: the second part of a fingerprint, up to its labels. */
function signalOf(fingerprint: string): string {
  return /^(?:[^\\/]|\\.)*\/((?:[^\\/{]|\\.)*)/.exec(fingerprint)?.[1] ?? '';
}
