import { runAgent } from '@muster/agent';
import { router } from './agent.ts';

await runAgent(router);
