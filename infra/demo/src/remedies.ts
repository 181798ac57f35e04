import type { PolicyInput } from '@muster/schemas';

/**
 * What the shop's people have told the coordinator, in the place of its defaults: the shop is restarted when it is unwell, and that has to help
 * within seconds, for a demo does not wait for minutes.
 */
export const remediesOf = (target: string): PolicyInput => ({
  policyId: 'coordinator-defaults',
  version: 2,
  agent: 'coordinator',
  description: 'The shop is restarted when it is slow or fails.',
  rules: [
    {
      ruleId: 'unwell-restart',
      description: 'The shop is slow or fails, so it is restarted.',
      when: `incident.target == "${target}" && incident.status == "OPEN" && incident.severity in ["WARNING", "CRITICAL"] && incident.signals.exists(s, s in ["latency_ms", "error_share"])`,
      verdict: 'RUN',
      playbook: 'restart',
      input: {
        target: 'incident.target',
        reason: '"the shop is unwell: " + incident.title',
        healthyForMs: '8000',
        withinMs: '20000',
      },
    },
  ],
});
