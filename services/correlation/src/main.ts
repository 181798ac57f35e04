import { runAgent } from '@muster/agent';
import { correlation } from './agent.ts';

await runAgent(correlation);
