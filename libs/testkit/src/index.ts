export { eventually } from './eventually.ts';
export { memoryMesh, type MemoryMesh, type MeshAgent } from './mesh.ts';
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
