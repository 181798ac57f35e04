import { expect, it } from 'vitest';
import { schemaOf } from './index.ts';

// Fields of an AgentCard and an AgentSkill in the A2A protocol that say something about the agent (how to reach it is the
// gateway's matter), and where ours says it.
const facts = {
  name: 'agent',
  description: 'description',
  version: 'version',
  provider: 'provider',
  documentationUrl: 'documentationUrl',
  iconUrl: 'iconUrl',
  defaultInputModes: 'inputModes',
  defaultOutputModes: 'outputModes',
  skills: 'skills',
};
const skillFacts = {
  id: 'capability',
  name: 'title',
  description: 'description',
  tags: 'tags',
  examples: 'examples',
  inputModes: 'inputModes',
  outputModes: 'outputModes',
  security: 'scopes',
};

type Field = { readonly name: string; readonly type: unknown };

it('an agent card says what A2A wants to know of an agent and its skills', () => {
  const { fields } = schemaOf('AgentCard') as { fields: readonly Field[] };
  const skills = fields.find(({ name }) => name === 'skills')!.type as { items: { fields: readonly Field[] } };
  expect(fields.map(({ name }) => name)).toEqual(expect.arrayContaining(Object.values(facts)));
  expect(skills.items.fields.map(({ name }) => name)).toEqual(expect.arrayContaining(Object.values(skillFacts)));
});
