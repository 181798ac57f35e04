export { health } from './agent.ts';
