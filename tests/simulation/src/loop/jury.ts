/** Agents that are asked for their opinion: two that offer the same, so that it can be put to a vote, and routed. */
import { defineAgent, z, type ActionIo, type AgentDefinition } from '@muster/agent';
import { request, type Reach } from '../network.ts';

const verdict = z.object({ answer: z.string(), confidence: z.number() });

const juror = (name: string): AgentDefinition =>
  defineAgent({
    name,
    version: '1.0.0',
    description: 'Has an opinion.',
    actions: (offer) => ({
      'jury.say': offer({
        version: '1.0.0',
        description: 'Says what it thinks.',
        input: z.object({}),
        output: verdict,
        isReadOnly: true,
        run: () => Promise.reject(new Error('nobody has told it what to think')),
      }),
    }),
  });

export const jurors: readonly AgentDefinition[] = [juror('elder'), juror('younger')];

/** The juror with an opinion drawn at random; now and then it fails, or says so too late. */
export function withOpinion(definition: AgentDefinition, reach: Reach): AgentDefinition {
  const { random } = reach.world;
  const run = (_: unknown, io: ActionIo<unknown>): Promise<z.infer<typeof verdict>> =>
    request(reach, io, () => ({
      answer: random.pick(['yes', 'yes', 'yes', 'no', 'perhaps']),
      confidence: random.pick([0.25, 0.5, 1]),
    }));
  const actions = Object.entries(definition.actions).map(([name, action]) => [name, { ...action, run }] as const);
  return { ...definition, actions: Object.fromEntries(actions) };
}
