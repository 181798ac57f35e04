import { runAgent } from '@muster/agent';
import { subject } from './subject.ts';

await runAgent(subject);
