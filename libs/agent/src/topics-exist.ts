import type { Bus } from '@muster/bus';

/** Throws a sentence when topics are missing. A family of topics, such as every agent's inbox, is not one that can be. */
export async function topicsExist(bus: Bus, wanted: readonly string[]): Promise<void> {
  const existing = new Set((await bus.log.admin.topics()).map(({ topic }) => topic));
  const missing = [...new Set(wanted)].filter((topic) => !topic.includes('<') && !existing.has(topic));
  if (missing.length > 0)
    throw new Error(
      `${missing.join(', ')} ${missing.length === 1 ? 'does' : 'do'} not exist; create what is missing with \`muster topics create\``,
    );
}
