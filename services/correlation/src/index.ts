export { correlation } from './agent.ts';
