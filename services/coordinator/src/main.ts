import { runAgent } from '@muster/agent';
import { coordinator } from './agent.ts';

await runAgent(coordinator);
