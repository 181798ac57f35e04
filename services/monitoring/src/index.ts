export { monitoring } from './agent.ts';
