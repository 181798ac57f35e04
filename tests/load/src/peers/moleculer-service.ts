/** Moleculer's service: one action. */
import type { Context } from 'moleculer';
import { moleculerNode } from './moleculer-broker.ts';

const node = moleculerNode('bench-service', (process.env['KAFKA_BROKERS'] ?? '').split(','));
node.createService({ name: 'bench', actions: { echo: ({ params }: Context) => params } });
await node.start();
process.send?.('ready');
