import { describe, expect, it } from 'vitest';
import type { Gate } from '../src/gates/gate.ts';
import type { SchemaFolder } from '../src/source/schema-folder.ts';
import { fixtures, realFolders } from './planted.ts';

/** Name of a gate, what is wrong, the folders in which it is wrong, and the one sentence that the gate should have to say. */
export type Planted<Gates> = readonly [
  gate: keyof Gates & string,
  what: string,
  folders: readonly SchemaFolder[],
  sentence: string,
];

/** Tests that gates let the schemas of the mesh and the fixtures pass, and that each of them stops what it should. */
export function describeGates<Gates extends Readonly<Record<string, Gate>>>(
  gates: Gates,
  violations: readonly Planted<Gates>[],
): void {
  describe.each(Object.entries(gates))('%s', (name, gate) => {
    it('holds for every schema of the mesh', () => expect(gate(realFolders)).toEqual([]));
    it('holds for the fixtures', () => expect(gate(fixtures)).toEqual([]));
    it('is put to the test below', () => expect(violations.map(([tested]) => tested)).toContain(name));
  });

  describe('a planted violation', () => {
    it.each(violations)('%s: %s', (name, _, folders, sentence) => expect(gates[name]!(folders)).toEqual([sentence]));
  });
}
