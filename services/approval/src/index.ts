export { approval } from './agent.ts';
