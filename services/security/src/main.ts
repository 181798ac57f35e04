import { runAgent } from '@muster/agent';
import { security } from './agent.ts';

await runAgent(security);
