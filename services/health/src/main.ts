import { runAgent } from '@muster/agent';
import { health } from './agent.ts';

await runAgent(health);
