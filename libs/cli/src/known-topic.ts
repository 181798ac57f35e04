import { topicFor } from '@muster/schemas';
import type { TopicName } from '@muster/schemas';
import { misuse } from './failure.ts';

/** A topic of the catalogue by its name, of which `muster.` and `.v1` may be left out. Throws a Failure that names the nearest. */
export function knownTopic(name: string): TopicName {
  for (const candidate of [name, `muster.${name}`, `${name}.v1`, `muster.${name}.v1`]) {
    try {
      return topicFor(candidate).name as TopicName;
    } catch {
      // Perhaps the next.
    }
  }
  try {
    return topicFor(name).name as TopicName;
  } catch (error) {
    throw misuse(`${(error as Error).message} \`muster topics\` lists them all.`);
  }
}
