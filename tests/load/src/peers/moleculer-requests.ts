import { moleculerNode } from './moleculer-broker.ts';
import type { Ask } from './requests.ts';

export async function moleculerRequests(brokers: readonly string[]): Promise<Ask> {
  const node = moleculerNode('bench-client', brokers);
  await node.start();
  await node.waitForServices('bench', 60_000);
  return (input) => node.call('bench.echo', input);
}
