import { runAgent } from '@muster/agent';
import { monitoring } from './agent.ts';

await runAgent(monitoring);
