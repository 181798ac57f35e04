import { expect, it } from 'vitest';
import { planted } from '../planted.ts';
import { serviceAnatomy } from './service-anatomy.ts';

const complete = {
  'services/router/README.md': '',
  'services/router/src/main.ts': '',
  'services/router/src/agent.ts': '',
  'docs/mesh-map.md': '| [router](../services/router/README.md) |',
};
const check = (texts: Record<string, string>) => serviceAnatomy(planted(texts, { 'services/router': {} }));

it('is the same for every service', () => {
  expect(check(complete)).toEqual([]);
  const { 'services/router/src/agent.ts': _, ...incomplete } = complete;
  expect(check(incomplete)).toEqual(['services/router has no src/agent.ts']);
});

it('has a place in the mesh map', () => {
  expect(check({ ...complete, 'docs/mesh-map.md': '' })).toEqual([
    'services/router is not in docs/mesh-map.md: run npm run docs:mesh',
  ]);
});
