export { router } from './agent.ts';
