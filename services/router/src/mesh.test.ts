/** From a client by the router to an agent and back, in one process. */
import { defineAgent, z } from '@muster/agent';
import { clientOn, type Client } from '@muster/client';
import { createBus } from '@muster/bus';
import { memoryMesh, type MemoryMesh } from '@muster/testkit';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { router } from './agent.ts';

const echo = (name: string) =>
  defineAgent({
    name,
    version: '1.0.0',
    description: 'Says what it hears.',
    actions: (offer) => ({
      'demo.echo': offer({
        version: '1.2.0',
        description: 'Says the words that it is given.',
        examples: ['repeat what I say'],
        input: z.object({ words: z.string() }),
        output: z.object({ words: z.string(), by: z.string() }),
        isReadOnly: true,
        run: async ({ words }) => ({ words, by: name }),
      }),
    }),
  });
const agents = [echo('echo-a'), echo('echo-b')];

let mesh: MemoryMesh;
let client: Client;

beforeEach(async () => {
  mesh = await memoryMesh({ agents: [router, ...agents], partitions: 3 });
  client = clientOn(createBus({ log: mesh.cluster.connect('client'), schemas: mesh.schemas }), { source: 'test' });
});
afterEach(async () => {
  await client.close(500);
  await mesh.stop();
});

interface Echo {
  readonly words: string;
  readonly by: string;
}

/** Starts agents and waits until the router knows of them. */
async function started(...definitions: typeof agents): Promise<void> {
  await mesh.start(router, { config: router.config.parse({ startingMs: 0 }) });
  for (const agent of definitions) await mesh.start(agent);
  const known = new Set<string>();
  const ask = async (): Promise<number> => {
    const answer = await client.request<Echo>('demo.echo', { words: '' }, { retries: 'none' }).catch(() => undefined);
    if (answer !== undefined) known.add(answer.by);
    return known.size;
  };
  await expect.poll(ask, { interval: 5, timeout: 5_000 }).toBe(definitions.length);
}

it('finds an agent for each of many requests, and both have their part', async () => {
  await started(...agents);
  const all = await Promise.all(
    Array.from({ length: 40 }, (_, index) => client.request<Echo>('demo.echo', { words: `w-${index}` })),
  );
  expect(all.map(({ words }) => words)).toEqual(Array.from({ length: 40 }, (_, index) => `w-${index}`));
  expect(new Set(all.map(({ by }) => by))).toEqual(new Set(['echo-a', 'echo-b']));
  const assigned = await mesh.read('muster.inbox.echo-a.v1');
  expect(assigned.at(-1)?.value.reason).toMatch(/^echo-a 1\.2\.0 was chosen with a share of 50 %/);
});

it('answers what nobody can do, and understands words', async () => {
  await started(echo('echo-a'));
  await expect(client.request('demo.eco', {})).rejects.toMatchObject({
    end: 'unroutable',
    message: expect.stringContaining('the nearest are demo.echo'),
  });
  await expect(client.request('demo.echo', {}, { version: '^2' })).rejects.toMatchObject({ end: 'unroutable' });
  const asked = { ask: 'please repeat what I say', with: { words: 'hello' } };
  expect(await client.request<Echo>('any', asked)).toEqual({ words: 'hello', by: 'echo-a' });
});

it('goes on when the inbox of an agent does not exist', async () => {
  await started(...agents);
  const skills = [{ capability: 'foreign.work', version: '1.0.0', description: 'Is done elsewhere.' }];
  const foreign = clientOn(createBus({ log: mesh.cluster.connect('foreign'), schemas: mesh.schemas }), {
    source: 'foreign',
  });
  await foreign.publish('muster.agent-cards.v1', { agent: 'foreign', version: '1.0.0', description: '', skills });
  const beat = { agent: 'foreign', instance: 'foreign-1', status: 'READY', startedAt: Date.now() } as const;
  await foreign.publish('muster.agent-heartbeats.v1', beat);
  const ask = async (): Promise<string> =>
    client.request('foreign.work', {}, { timeoutMs: 200 }).then(String, (error: { end: string }) => error.end);
  await expect.poll(ask, { timeout: 5_000 }).toBe('timeout');
  await expect.poll(() => mesh.deadLetters('muster.tasks.v1', 'router').length).toBe(1);
  expect(await client.request<Echo>('demo.echo', { words: 'still here' })).toMatchObject({ words: 'still here' });
  await foreign.close(500);
});

it('says of a card that it is not believed', async () => {
  await mesh.start(router);
  await client.publish('muster.agent-cards.v1', { agent: 'echo-a', version: '1.0.0', description: 'A pretender.' });
  await mesh.idle();
  const alerts = await mesh.read('muster.alerts.v1');
  expect(alerts.map(({ value }) => value.title)).toEqual(['the card of echo-a is not believed']);
});
