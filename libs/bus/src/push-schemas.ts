/** Registers the schemas of topics, and checks beforehand whether the registry would take them. */
import { subjectOf, topicFor, versionsOf } from '@muster/schemas';
import type { TopicName } from '@muster/schemas';
import { recordReader } from './record-codec.ts';
import { registryClient, registryText } from './registry.ts';
import type { RegistryClient, RegistryOptions } from './registry.ts';

export interface PushedSchema {
  readonly subject: string;
  /** Of the record's latest version. */
  readonly id: number;
  readonly version: number;
  readonly outcome: 'registered' | 'unchanged';
}

export interface CheckedSchema {
  readonly subject: string;
  readonly verdict: 'new' | 'unchanged' | 'compatible' | 'incompatible';
  /** Why it is incompatible, one sentence each. */
  readonly reasons: readonly string[];
}

/** Registers every version of each topic's record under `<topic>-value`, oldest first, at the topic's compatibility level. Safe to repeat. */
export async function pushSchemas(
  url: string,
  topics: readonly TopicName[],
  options: RegistryOptions = {},
): Promise<readonly PushedSchema[]> {
  const client = registryClient(url, options);
  const pushed: PushedSchema[] = [];
  for (const topic of topics) pushed.push(await pushSubject(client, topic));
  return pushed;
}

/** Asks the registry, without registering anything, whether it would take the latest version of each topic's record. */
export async function checkSchemas(
  url: string,
  topics: readonly TopicName[],
  options: RegistryOptions = {},
): Promise<readonly CheckedSchema[]> {
  const client = registryClient(url, options);
  return Promise.all(topics.map((topic) => checkSubject(client, topic)));
}

async function pushSubject(client: RegistryClient, topic: TopicName): Promise<PushedSchema> {
  const { record, compatibility } = topicFor(topic);
  const subject = subjectOf(topic);
  const config = (await client.call('GET', `/config/${subject}`)) as { compatibilityLevel?: string } | null;
  if (config?.compatibilityLevel !== compatibility) await client.call('PUT', `/config/${subject}`, { compatibility });
  let outcome: PushedSchema['outcome'] = 'unchanged';
  let id = 0;
  const versions = versionsOf(record);
  for (const schema of versions) {
    const registered = await client.idOf(subject, schema);
    if (registered === null) outcome = 'registered';
    id = registered ?? (await client.register(subject, schema, compatibility));
  }
  const { version } = (await client.call('POST', `/subjects/${subject}`, {
    schema: registryText(versions.at(-1)!),
  })) as {
    version: number;
  };
  return { subject, id, version, outcome };
}

async function checkSubject(client: RegistryClient, topic: TopicName): Promise<CheckedSchema> {
  const { record } = topicFor(topic);
  const subject = subjectOf(topic);
  const ours = versionsOf(record).at(-1)!;
  if ((await client.idOf(subject, ours)) !== null) return { subject, verdict: 'unchanged', reasons: [] };
  const latest = (await client.call('GET', `/subjects/${subject}/versions/latest`)) as { schema: string } | null;
  if (latest === null) return { subject, verdict: 'new', reasons: [] };
  const path = `/compatibility/subjects/${subject}/versions?verbose=true`;
  const answer = (await client.call('POST', path, { schema: registryText(ours) })) as {
    is_compatible: boolean;
    messages?: string[];
  };
  if (answer.is_compatible) return { subject, verdict: 'compatible', reasons: [] };
  const reasons = answer.messages ?? resolutionFaults(ours, JSON.parse(latest.schema) as object);
  return {
    subject,
    verdict: 'incompatible',
    reasons: reasons.length > 0 ? reasons : ['The registry does not say why.'],
  };
}

/** For registries that give no reasons: what stands against reading the one with the other. */
function resolutionFaults(ours: object, theirs: object): string[] {
  const fault = (reader: object, writer: object, how: string) => {
    try {
      recordReader(reader, writer);
      return [];
    } catch (error) {
      return [`${how}: ${(error as Error).message}.`];
    }
  };
  return [
    ...fault(ours, theirs, 'The new version cannot read what is there'),
    ...fault(theirs, ours, 'The registered version cannot read the new one'),
  ];
}
