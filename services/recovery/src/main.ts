import { runAgent } from '@muster/agent';
import { recovery } from './agent.ts';

await runAgent(recovery);
