export {
  defineAgent,
  heardTopics,
  stateOf,
  type ActionIo,
  type AgentDefinition,
  type HandlerContext,
  type Io,
  type Table,
} from './agent.ts';
export { handled, ignored, rejected, type Outcome, type Publication } from './outcome.ts';
export { z } from 'zod';
export { runAgent } from './run-agent.ts';
export { startAgent, type AgentEnvironment, type RunningAgent } from './start-agent.ts';
export { type Clock } from './clock.ts';
export { rehearse, type Rehearsal, type Rehearsed } from './rehearsal.ts';
export { versionRange } from './version-range.ts';
