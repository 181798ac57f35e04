import { expect, it } from 'vitest';
import { planted } from '../planted.ts';
import { agentSurface } from './agent-surface.ts';

const exporting = (text: string) => agentSurface(planted({ 'libs/agent/src/index.ts': text }));
const names = (count: number) => Array.from({ length: count }, (_, index) => `export type T${index} = 1;`).join('\n');

it('has 23 names at the most', () => {
  expect(exporting(names(23))).toEqual([]);
  expect(exporting(names(24))).toEqual([expect.stringContaining('exports 24 names (limit 23)')]);
});

it('can be counted', () => {
  expect(exporting("export * from './agent.ts';")).toEqual([expect.stringContaining('list the names')]);
});
