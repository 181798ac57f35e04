export { tableOf } from './changing-table.ts';
export { eventually } from './eventually.ts';
export { memoryMesh, type MemoryMesh, type MeshAgent } from './mesh.ts';
export type { Breach, Cast, Figures } from './simulation/cast.ts';
export type { Machine } from './simulation/machine.ts';
export { faultsOf, placesOf, type Plan } from './simulation/plan.ts';
export { simulationProgram } from './simulation/program.ts';
export { randomFrom, type Random } from './simulation/random.ts';
export type { Plant } from './simulation/seating.ts';
export { tryShare } from './simulation/share.ts';
export { simulator } from './simulation/simulate.ts';
export { trySeeds } from './simulation/simulating.ts';
export type { World } from './simulation/world.ts';
export { checkTrial } from './trial/check-trial.ts';
export { readStates } from './trial/read-states.ts';
export { subjectAgents, unitOf, type ForemanState, type SubjectOptions, type TellerState } from './trial/subjects.ts';
export {
  trialDeadLetters,
  trialTopics,
  type Trial,
  type TrialInput,
  type Verdict,
  type Violation,
} from './trial/trial.ts';
