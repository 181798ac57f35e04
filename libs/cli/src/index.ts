export { findMesh, startMesh, stopMesh } from './mesh.ts';
export type { Mesh, MeshOptions } from './mesh.ts';
export type { MeshState, MeshUrls, RunningAgent } from './mesh-state.ts';
export { auditFindings, type AuditFinding } from './audit/findings.ts';
