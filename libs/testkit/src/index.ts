export { eventually } from './eventually.ts';
export { memoryMesh, type MemoryMesh, type MeshAgent } from './mesh.ts';
