import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineAgent, handled, stateOf } from '@muster/agent';
import { createBus, memoryLog, memorySchemaSource } from '@muster/bus';
import { afterAll, describe, expect, it } from 'vitest';
import { offlineBus } from './offline-bus.ts';
import { policyMessages, policyTopic, readPolicyFile } from './policy-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'muster-policies-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const file = (text: string): string => {
  writeFileSync(join(folder, 'p.json'), text);
  return join(folder, 'p.json');
};
const policy = (more: object = {}) => ({ policyId: 'slow', version: 1, agent: 'watcher', rules: [], ...more });
const on = (topic: 'muster.metrics.v1' | 'muster.policies.v1') =>
  defineAgent({
    name: 'watcher',
    version: '1.0.0',
    description: '',
    handlers: (hear) => ({ h: hear([topic], { state: stateOf<never>(), horizon: 1, handle: () => handled() }) }),
  });

describe('a policy file', () => {
  it.each([
    ['one policy over several lines', JSON.stringify(policy(), null, 2), 1],
    ['a list', JSON.stringify([policy(), policy()]), 2],
    ['a line each', `${JSON.stringify(policy())}\n\n${JSON.stringify(policy())}\n`, 2],
    [
      'what tail --json prints',
      JSON.stringify({ topic: policyTopic, offset: 4, record: { envelope: {}, ...policy() } }),
      1,
    ],
  ])('may be %s', (_, text, count) => {
    expect(readPolicyFile(file(text))).toEqual(Array.from({ length: count }, () => policy()));
  });

  it.each([
    ['{\n  "policyId": "slow",\n  "version" 1\n}\n', 'p.json, line 3: it is no JSON ('],
    ['{\n  "policyId": "slow",\n  "rules": [\n', 'p.json, line 3: it is no JSON ('],
    [`${JSON.stringify(policy())}\n{"policyId":\n`, 'p.json, line 2: it is no JSON ('],
    ['[]', 'p.json holds no policy'],
  ])('that is none is told with its line', (text, sentence) => {
    expect(() => readPolicyFile(file(text))).toThrow(sentence);
    expect(() => readPolicyFile(join(folder, 'none'))).toThrow('There is no file');
  });
});

describe('the policies of a file', () => {
  const given = async (values: readonly unknown[], topic: Parameters<typeof on>[0] = policyTopic) => {
    const offline = offlineBus(createBus({ log: memoryLog(), schemas: memorySchemaSource() }));
    await offline.warm([policyTopic]);
    return policyMessages(on(topic), { file: 'p.json', values }, 1_700_000_000_000, offline);
  };

  it('become messages of the time of the replay, with defaults filled in', async () => {
    const [message] = await given([policy()]);
    expect(message).toMatchObject({
      topic: policyTopic,
      key: 'slow',
      timestamp: 1_700_000_000_000,
      value: { isEnabled: true },
    });
  });

  it('are refused in a sentence', async () => {
    await expect(given([policy(), { ...policy(), versoin: 1 }])).rejects.toThrow(
      'p.json, policy 2: Policy has no field versoin; did you mean version?',
    );
    await expect(given([3])).rejects.toThrow('p.json, policy 1: it is no object.');
    await expect(given([policy({ agent: 'approval' })])).rejects.toThrow(
      'p.json holds no policy for watcher, only for approval',
    );
    await expect(given([policy()], 'muster.metrics.v1')).rejects.toThrow('watcher reads no policies');
  });
});
