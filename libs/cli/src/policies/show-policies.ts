/** `muster policy list`, `check`, `publish`. */
import { clientOn } from '@muster/client';
import { defaultPolicies, isRuledAgent, ruleBook } from '@muster/policy';
import type { Policy } from '@muster/schemas';
import type { GlobalOptions } from '../addresses.ts';
import { Failure } from '../failure.ts';
import { withBus } from '../session.ts';
import { tableLines } from '../table.ts';
import type { Column } from '../table.ts';
import type { Terminal } from '../terminal.ts';
import { newestRecords } from '../topic-history.ts';
import { filesIn, readPolicy, type SourceProblem } from './policy-source.ts';

const topic = 'muster.policies.v1';
const PUBLISH_WITHIN_MS = 10_000;

interface Row {
  readonly policyId: string;
  readonly agent: string;
  readonly version: number;
  readonly standing: 'in force' | 'default' | 'off';
  readonly rules: number;
  readonly problems: readonly string[];
  readonly description: string;
}

/** Prints the policies that are in force, published and built in, with what is wrong with them. */
export async function listPolicies(options: GlobalOptions, terminal: Terminal): Promise<void> {
  const published = await withBus(options, (bus) => newestRecords(bus, topic));
  const rows = policyRows(published);
  if (options.json) return terminal.print(JSON.stringify(rows));
  const columns: readonly Column<Row>[] = [
    { title: 'POLICY', text: ({ policyId }) => policyId },
    { title: 'AGENT', text: ({ agent }) => agent },
    { title: 'VERSION', text: ({ version }) => String(version), align: 'right' },
    { title: 'IS', text: ({ standing }) => standing },
    { title: 'RULES', text: ({ rules }) => String(rules), align: 'right' },
    {
      title: 'SAYS',
      text: ({ problems, description }) => problems.join('; ') || description,
      paint: ({ problems }, colours) => (problems.length > 0 ? colours.red : undefined),
    },
  ];
  for (const line of tableLines(rows, columns, terminal)) await terminal.print(line);
}

/** All policies, by id: published ones, and defaults in whose place none was published. */
function policyRows(published: ReadonlyMap<string, Policy>): Row[] {
  const builtIn = defaultPolicies.filter(({ policyId }) => !published.has(policyId));
  return [...published.values(), ...builtIn]
    .toSorted((a, b) => (a.policyId < b.policyId ? -1 : 1))
    .map((policy) => {
      const { policyId, agent, version, isEnabled, rules, description } = policy;
      const standing = builtIn.includes(policy) ? 'default' : isEnabled ? 'in force' : 'off';
      return { policyId, agent, version, standing, rules: rules.length, problems: problemsOf(policy), description };
    });
}

function problemsOf(policy: Policy): string[] {
  if (!isRuledAgent(policy.agent)) return [`no rules are known for ${policy.agent}`];
  return ruleBook(policy.agent, [policy])
    .filter(({ policy: { policyId }, problem }) => policyId === policy.policyId && problem !== undefined)
    .map(({ rule, problem }) => `${rule.ruleId} ${problem}`);
}

/** Says what is wrong with policy files, with line and column. Throws a Failure when something is. */
export async function checkPolicies(
  paths: readonly string[],
  options: GlobalOptions,
  terminal: Terminal,
): Promise<void> {
  const policies = await readAll(paths, options, terminal);
  if (options.json) return terminal.print(JSON.stringify({ policies: policies.map(nameOf), problems: [] }));
  for (const policy of policies)
    await terminal.print(`${nameOf(policy)} for ${policy.agent}: ${policy.rules.length} rules, all well.`);
}

/** Publishes policy files that are right and newer than what is published. Throws a Failure, and then publishes none of them. */
export async function publishPolicies(
  paths: readonly string[],
  options: GlobalOptions,
  terminal: Terminal,
): Promise<void> {
  const policies = await readAll(paths, options, terminal);
  await withBus(options, async (bus) => {
    const published = await newestRecords(bus, topic);
    const isNew = (policy: Policy): boolean => contentOf(published.get(policy.policyId)) !== contentOf(policy);
    for (const policy of policies.filter(isNew)) {
      const before = published.get(policy.policyId);
      if (before !== undefined && before.version >= policy.version)
        throw new Failure(
          `${policy.policyId} is published in version ${before.version} and says something else: give this one version ${before.version + 1}. Nothing was published.`,
        );
    }
    const client = clientOn(bus, { source: 'muster-cli', publishTimeoutMs: PUBLISH_WITHIN_MS });
    for (const policy of policies) {
      if (!isNew(policy)) {
        terminal.say(`${nameOf(policy)} is published already.`);
        continue;
      }
      const { envelope: _envelope, ...value } = policy;
      await client.publish(topic, value);
      terminal.say(`${nameOf(policy)} for ${policy.agent} is in force.`);
    }
  });
}

async function readAll(paths: readonly string[], options: GlobalOptions, terminal: Terminal): Promise<Policy[]> {
  const sources = filesIn(paths).map(readPolicy);
  const problems = sources.flatMap((source) => ('policy' in source ? [] : source));
  if (problems.length === 0) return sources.flatMap((source) => ('policy' in source ? [source.policy] : []));
  await tellProblems(problems, options, terminal);
  throw new Failure(
    `${problems.length === 1 ? 'Something is' : `${problems.length} things are`} wrong, as said above.`,
  );
}

export async function tellProblems(
  problems: readonly SourceProblem[],
  { json }: GlobalOptions,
  terminal: Terminal,
): Promise<void> {
  if (json) return terminal.print(JSON.stringify({ policies: [], problems }));
  for (const { file, line, column, message } of problems)
    await terminal.print(`${terminal.colours.bold(`${file}:${line}:${column}`)} ${message}`);
}

const nameOf = ({ policyId, version }: Policy): string => `${policyId}@${version}`;

function contentOf(policy: Policy | undefined): string {
  return JSON.stringify(policy, (key, value: unknown) => (key === 'envelope' ? undefined : sorted(value)));
}

/** Fields in one order, so that the same content is the same text. */
function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
