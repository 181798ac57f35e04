import type { PolicyInput } from '@muster/schemas';

/** Processes the shop has when it was scaled up; at the beginning it has two. */
export const scaledTo = 3;

/**
 * What the shop's people have told the coordinator, in the place of its defaults: the shop is restarted when it is unwell (scaled up, or left alone), and that
 * has to help within seconds, for a demo does not wait for minutes.
 */
export function remediesOf(target: string, remedy: 'restart' | 'scale' | 'none'): PolicyInput {
  const policy = { policyId: 'coordinator-defaults', version: 2, agent: 'coordinator' };
  if (remedy === 'none') return { ...policy, description: 'The shop is left as it is.', rules: [] };
  const isScaled = remedy === 'scale';
  const what = isScaled ? 'it gets another process' : 'it is restarted';
  return {
    ...policy,
    description: `The shop is slow or fails: ${what}.`,
    rules: [
      {
        ruleId: isScaled ? 'unwell-scale' : 'unwell-restart',
        description: `The shop is slow or fails, so ${what}.`,
        when: `incident.target == "${target}" && incident.status == "OPEN" && incident.severity in ["WARNING", "CRITICAL"] && incident.signals.exists(s, s in ["latency_ms", "error_share"])`,
        verdict: 'RUN',
        playbook: remedy,
        input: {
          target: 'incident.target',
          ...(isScaled ? { instances: String(scaledTo) } : {}),
          reason: '"the shop is unwell: " + incident.title',
          healthyForMs: '8000',
          withinMs: '20000',
        },
      },
    ],
  };
}
