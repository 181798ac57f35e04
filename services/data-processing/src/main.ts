import { runAgent } from '@muster/agent';
import { dataProcessing } from './agent.ts';

await runAgent(dataProcessing);
