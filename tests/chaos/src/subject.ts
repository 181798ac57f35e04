/**
 * A process of one subject agent, as `runAgent` runs any agent. What is special about it stands in the environment: `CHAOS_AGENT` names the agent,
 * `CHAOS_EFFECTS` the file in which its actions leave their marks, `CHAOS_ROUTES` the proxies by which it reaches brokers.
 */
import { appendFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { runAgent, type AgentDefinition } from '@muster/agent';
import { subjectAgents } from '@muster/testkit';
import { isSlowTask, slowMs, slowSample, trialSettings } from './subject-settings.ts';

const { CHAOS_AGENT: name = '', CHAOS_EFFECTS: effects = '', CHAOS_ROUTES: routes, CHAOS_SLOW: slow } = process.env;
const ports = routes === undefined ? undefined : (JSON.parse(routes) as Record<string, number>);

// Nobody is left behind when the run is killed.
process.once('disconnect', () => process.exit(1));

const agent = subjectAgents({
  ...trialSettings,
  async effect(key) {
    if (slow === 'actions' && isSlowTask(key)) await sleep(slowMs);
    appendFileSync(effects, `${key}\n`);
  },
  beforeSample({ name: metric }) {
    // Nothing else runs in the process meanwhile, as with any handler that computes.
    if (slow === 'computing' && metric === slowSample)
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, slowMs);
  },
}).find((each) => each.name === name);
if (agent === undefined) throw new Error(`There is no subject agent "${name}".`);

await runAgent(slow === 'handler' && name === 'teller' ? slowed(agent) : agent, {
  ...(ports && { route: ({ host, port }) => ({ host, port: ports[`${host}:${port}`] ?? port }) }),
});

/** With handlers whose answer to a slow sample is a promise: the key's lane waits, and nothing else does. */
function slowed({ handlers, ...definition }: AgentDefinition): AgentDefinition {
  const late: AgentDefinition['handlers'] = Object.fromEntries(
    Object.entries(handlers).map(([handler, spec]) => [
      handler,
      {
        ...spec,
        handle(message, context) {
          const outcome = spec.handle(message, context);
          if (!message.key.endsWith(`/${slowSample}`)) return outcome;
          // The runtime can do with a promise, which the type keeps from those who write handlers.
          return sleep(slowMs, outcome) as unknown as typeof outcome;
        },
      },
    ]),
  );
  return { ...definition, handlers: late };
}
