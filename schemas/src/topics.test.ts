import { describe, expect, it } from 'vitest';
import { topicPatterns, topics } from './generated/topics.ts';
import { versionsOf } from './record-schemas.ts';
import { subjectOf, topicConfig, topicFor } from './topics.ts';
import type { TopicName } from './topics.ts';

const dayMs = 86_400_000;

describe('the topics', () => {
  it('are keyed and compacted as the contract says', () => {
    const told = [...topics, ...topicPatterns]
      .toSorted((a, b) => (a.name < b.name ? -1 : 1))
      .map(({ name, key, cleanup, record }) => [name, key.join('/'), cleanup, record]);
    expect(told).toEqual([
      ['muster.actor-events.v1', 'actor', 'delete', 'SecurityEvent'],
      ['muster.address-days.v1', 'target', 'delete', 'AddressDay'],
      ['muster.agent-cards.v1', 'agent', 'compact', 'AgentCard'],
      ['muster.agent-heartbeats.v1', 'instance', 'delete', 'AgentHeartbeat'],
      ['muster.agent-scores.v1', 'agent/capability', 'compact', 'AgentScore'],
      ['muster.alert-transitions.v1', 'scope', 'delete', 'AlertTransition'],
      ['muster.alerts.v1', 'fingerprint', 'compact', 'Alert'],
      ['muster.audit.v1', 'subject', 'delete', 'AuditRecord'],
      ['muster.block-claims.v1', 'ledger', 'delete', 'BlockClaim'],
      ['muster.blocks.v1', 'address', 'compact', 'Block'],
      ['muster.change-claims.v1', 'ledger', 'delete', 'ChangeClaim'],
      ['muster.change-grants.v1', 'changeId', 'delete', 'ChangeGrant'],
      ['muster.change-requests.v1', 'changeId', 'compact', 'ChangeRequest'],
      ['muster.check-results.v1', 'target', 'delete', 'CheckResult'],
      ['muster.decisions.v1', 'changeId', 'delete', 'Decision'],
      ['muster.flags.v1', 'flag', 'compact', 'Flag'],
      ['muster.health-reports.v1', 'target', 'compact', 'HealthReport'],
      ['muster.inbox.<agent>.v1', 'conversation', 'delete', 'Task'],
      ['muster.incidents.v1', 'incidentId', 'compact', 'Incident'],
      ['muster.metrics.v1', 'target/name/labels', 'delete', 'MetricSample'],
      ['muster.playbooks.v1', 'name', 'compact', 'Playbook'],
      ['muster.policies.v1', 'policyId', 'compact', 'Policy'],
      ['muster.remediations.v1', 'cause', 'delete', 'Remediation'],
      ['muster.reviews.v1', 'changeId', 'delete', 'Review'],
      ['muster.security-events.v1', 'address', 'delete', 'SecurityEvent'],
      ['muster.silences.v1', 'silenceId', 'compact', 'Silence'],
      ['muster.target-limits.v1', 'target', 'compact', 'TargetLimit'],
      ['muster.task-measurements.v1', 'agent/capability', 'delete', 'TaskMeasurement'],
      ['muster.task-progress.v1', 'conversation', 'delete', 'TaskProgress'],
      ['muster.task-results.v1', 'conversation', 'delete', 'TaskResult'],
      ['muster.tasks.v1', 'conversation', 'delete', 'Task'],
      ['muster.topology.v1', 'target', 'compact', 'Target'],
      ['muster.workflow-commands.v1', 'workflowId', 'delete', 'WorkflowCommand'],
      ['muster.workflow-events.v1', 'workflowId', 'delete', 'WorkflowEvent'],
    ]);
  });

  it('that concern tasks and agents can be read forwards and backwards', () => {
    const full = [...topics, ...topicPatterns].filter((topic) => topic.compatibility === 'FULL_TRANSITIVE');
    expect(full.map(({ name }) => name)).toEqual([
      'muster.agent-cards.v1',
      'muster.agent-heartbeats.v1',
      'muster.agent-scores.v1',
      'muster.task-progress.v1',
      'muster.task-results.v1',
      'muster.tasks.v1',
      'muster.inbox.<agent>.v1',
    ]);
  });

  it('all have as many partitions, so that any of them can be joined', () => {
    expect(new Set([...topics, ...topicPatterns].map(({ partitions }) => partitions))).toEqual(new Set([12]));
  });

  it('have a subject each', () => expect(subjectOf('muster.metrics.v1')).toBe('muster.metrics.v1-value'));
});

describe('topicFor', () => {
  it('finds a topic', () => expect(topicFor('muster.metrics.v1').record).toBe('MetricSample'));

  it("finds an agent's inbox", () => {
    const inbox: TopicName = 'muster.inbox.data-processing.v1';
    expect(topicFor(inbox)).toMatchObject({ name: inbox, record: 'Task', owner: 'router', partitions: 12 });
  });

  it.each([
    'muster.inbox.v1',
    'muster.inbox..v1',
    'muster.inbox.a.b.v1',
    'muster.inbox.<agent>.v1',
    'muster.inbox.Recovery.v1',
    'muster.inbox.recovery.v1x',
  ])('does not take %s for an inbox', (name) => expect(() => topicFor(name)).toThrow(`There is no topic ${name}.`));

  it('names the nearest topics when there is none', () => {
    // @ts-expect-error The name is wrong at compile time already.
    const name: TopicName = 'muster.metric.v1';
    expect(() => topicFor(name)).toThrow(
      /^There is no topic muster\.metric\.v1\. The nearest are muster\.metrics\.v1, /,
    );
  });
});

describe('topicConfig', () => {
  it("keeps every topic on the broker's clock", () => {
    const types = topics.map((topic) => topicConfig(topic)['message.timestamp.type']);
    expect(new Set(types)).toEqual(new Set(['LogAppendTime']));
  });

  it('drops what is older than the retention, in segments well below it', () => {
    expect(topicConfig(topicFor('muster.metrics.v1'))).toEqual({
      'cleanup.policy': 'delete',
      'retention.ms': String(7 * dayMs),
      'message.timestamp.type': 'LogAppendTime',
      'segment.ms': String(dayMs),
    });
    expect(topicConfig(topicFor('muster.task-progress.v1'))['segment.ms']).toBe(String(Math.floor(dayMs / 7)));
  });

  it('keeps the newest of each key of a compacted topic, and its end for a week', () => {
    expect(topicConfig(topicFor('muster.alerts.v1'))).toEqual({
      'cleanup.policy': 'compact',
      'retention.ms': '-1',
      'message.timestamp.type': 'LogAppendTime',
      'segment.ms': String(dayMs / 4),
      'min.cleanable.dirty.ratio': '0.1',
      'max.compaction.lag.ms': String(dayMs),
      'delete.retention.ms': String(7 * dayMs),
    });
  });

  it.each([
    [3, '2'],
    [2, '1'],
    [1, '1'],
  ])('lets one of %i replicas be away', (replicas, insync) => {
    expect(topicConfig(topicFor('muster.alerts.v1'), replicas)['min.insync.replicas']).toBe(insync);
  });
});

it('every topic carries a record of which there is a schema', () => {
  for (const { record } of [...topics, ...topicPatterns]) expect(versionsOf(record).length).toBeGreaterThan(0);
});
