export { recovery } from './agent.ts';
