/** What tests begin with. */
import type { Table } from '@muster/agent';
import type { Matcher, Policy, Rule, Silence, Target } from '@muster/schemas';

/** A table that can be changed, as a topic changes it. */
export function tableOf<R>(
  keyOfRecord: (record: R) => string,
): Table<R> & { put(record: R): void; remove(key: string): void } {
  const records = new Map<string, R>();
  let version = 0;
  return {
    get: (key) => records.get(key),
    values: () => records.values(),
    get size() {
      return records.size;
    },
    get version() {
      return version;
    },
    put(record) {
      records.set(keyOfRecord(record), record);
      version += 1;
    },
    remove(key) {
      records.delete(key);
      version += 1;
    },
  };
}

export const beginAt = Date.UTC(2026, 0, 5, 8);
export const minuteMs = 60_000;

const envelope = { id: 'e', time: beginAt, source: 'test', correlationId: 'c', causationId: null };

export function silenceOf(over: Partial<Silence> = {}): Silence {
  const matchers: readonly Matcher[] = [{ label: 'target', operator: 'EQUAL', value: 'shop' }];
  const times = { startsAt: beginAt - minuteMs, endsAt: beginAt + 60 * minuteMs };
  return { envelope, silenceId: 's', matchers, createdBy: 'ann', comment: '', ...times, ...over };
}

export function policyOf(rules: readonly Partial<Rule>[], over: Partial<Policy> = {}): Policy {
  const filled = rules.map((rule, index): Rule => ({
    ruleId: `rule-${index + 1}`,
    description: '',
    when: 'false',
    verdict: 'INHIBIT',
    weight: 0,
    severity: 'WARNING',
    forMs: 0,
    title: '',
    labels: {},
    playbook: null,
    input: {},
    reviewers: 1,
    roles: [],
    ...rule,
  }));
  const base = { envelope, policyId: 'p', version: 1, agent: 'correlation', description: '', isEnabled: true };
  return { ...base, rules: filled, ...over };
}

export function targetOf(target: string, dependsOn: readonly string[] = []): Target {
  return { envelope, target, description: '', owner: '', tier: 'STANDARD', dependsOn, labels: {} };
}
