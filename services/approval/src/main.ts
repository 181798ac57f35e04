import { runAgent } from '@muster/agent';
import { approval } from './agent.ts';

await runAgent(approval);
