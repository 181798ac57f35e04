import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { defineAgent, stateOf, handled, z } from '@muster/agent';
import { topicPatterns, topics } from '@muster/schemas';
import { describe, expect, it } from 'vitest';
import { meshMapOf } from './markdown.ts';
import { meshOf } from './mesh.ts';
import { meshMapFile, meshMapOfRepository } from './repository.ts';

const root = join(import.meta.dirname, '../../..');

it('is current', async () => {
  expect(readFileSync(join(root, meshMapFile), 'utf8'), 'run npm run docs:mesh').toBe(await meshMapOfRepository(root));
});

describe('the map of one agent', () => {
  const blocker = defineAgent({
    name: 'blocker',
    version: '1.0.0',
    description: 'Blocks.',
    publishes: ['muster.alerts.v1'],
    tables: { targets: 'muster.topology.v1' },
    handlers: (on) => ({
      series: on(['muster.metrics.v1'], { state: stateOf<number>(), horizon: 'all', handle: () => handled() }),
    }),
    actions: (offer) => ({
      'blocker.block': offer({
        version: '1.2.0',
        description: 'Blocks an address | for a time.',
        input: z.object({}),
        output: z.object({}),
        undo: 'blocker.block',
        run: () => Promise.resolve({}),
      }),
    }),
  });
  const page = meshMapOf(meshOf(topics, topicPatterns, [blocker]));
  const row = (start: string): string => page.split('\n').find((line) => line.startsWith(`| ${start}`)) ?? '';

  it('has what it hears, its inbox included, what it publishes and looks up', () => {
    expect(row('[blocker]')).toBe(
      '| [blocker](../services/blocker/README.md) | `muster.inbox.blocker.v1`, `muster.metrics.v1`, `muster.task-results.v1` | ' +
        '`muster.alerts.v1`, `muster.task-progress.v1`, `muster.task-results.v1` | `muster.topology.v1` |  | `blocker.block` |',
    );
  });

  it('has every topic with its publishers and readers', () => {
    expect(row('`muster.metrics.v1`')).toBe(
      '| `muster.metrics.v1` | [MetricSample](../schemas/metric-sample/) | `target`, `name`, `labels` | 12 | 7 days | users | users | ' +
        '[blocker](../services/blocker/README.md) |',
    );
    expect(row('`muster.topology.v1`')).toContain(
      '| the newest of each key | users | users | [blocker](../services/blocker/README.md) (table) |',
    );
    expect(row('`muster.inbox.blocker.v1`')).toContain('| 7 days | router |  | [blocker]');
    expect(row('`muster.alerts.v1`')).toContain('| mesh | [blocker](../services/blocker/README.md), every agent |');
    for (const { name } of topics) expect(row(`\`${name}\``), name).not.toBe('');
  });

  it('has its capabilities', () => {
    expect(row('`blocker.block`')).toContain(
      '| 1.2.0 | [blocker](../services/blocker/README.md) | Blocks an address \\| for a time. |',
    );
  });

  it('draws what is touched, and nothing else', () => {
    expect(page).toContain('  t_muster_metrics_v1 --> blocker\n');
    expect(page).toContain('  t_muster_topology_v1 -.-> blocker\n');
    expect(page).toContain('  users --> t_muster_metrics_v1\n');
    expect(page).not.toContain('t_muster_agent_scores_v1');
  });
});
