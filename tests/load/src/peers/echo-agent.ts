import { setTimeout as sleep } from 'node:timers/promises';
import { defineAgent, z } from '@muster/agent';

/** An agent that answers with what it is given, at once or after a while. Its name is in the environment, so that there can be several. */
export const echoAgent = (name: string, slownessMs: () => number = () => 0) =>
  defineAgent({
    name,
    version: '1.0.0',
    description: 'Answers with what it is given.',
    actions: (offer) => ({
      'bench.echo': offer({
        version: '1.0.0',
        description: 'Answers with what it is given, and who it is.',
        input: z.object({ n: z.number(), text: z.string() }),
        output: z.object({ n: z.number(), text: z.string(), by: z.string() }),
        isReadOnly: true,
        async run(input) {
          const forMs = slownessMs();
          if (forMs > 0) await sleep(forMs);
          return { ...input, by: name };
        },
      }),
    }),
  });
