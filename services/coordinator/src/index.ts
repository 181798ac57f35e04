export { coordinator } from './agent.ts';
