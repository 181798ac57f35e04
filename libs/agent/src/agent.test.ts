import { describe, expect, it } from 'vitest';
import { defineAgent, handled, ignored, stateOf, z } from './index.ts';

const watcher = defineAgent({
  name: 'watcher',
  version: '1.0.0',
  description: 'Counts samples.',
  config: z.object({ limit: z.coerce.number().default(3) }),
  publishes: ['muster.alerts.v1'],
  tables: { targets: 'muster.topology.v1' },
  handlers: (on) => ({
    series: on(['muster.metrics.v1'], {
      state: stateOf<{ count: number }>(),
      horizon: 60_000,
      handle(message, { state, config, tables, now }) {
        const count = (state?.count ?? 0) + 1;
        if (count < config.limit) return handled({ state: { count }, wakeAt: now + 1_000 });
        if (tables.targets.get(message.value.target)?.tier === 'LOW') return ignored('nobody minds');
        return handled({
          state: { count },
          publish: [
            {
              topic: 'muster.alerts.v1',
              value: {
                fingerprint: message.key,
                status: 'FIRING',
                severity: 'WARNING',
                target: message.value.target,
                category: message.value.category,
                title: `${message.value.name} seen ${count} times`,
                startsAt: now,
              },
            },
          ],
        });
      },
    }),
  }),
  actions: (offer) => ({
    'watcher.double': offer({
      version: '1.0.0',
      description: 'Doubles a number.',
      input: z.object({ value: z.number() }),
      output: z.number(),
      run: async ({ value }) => value * 2,
    }),
  }),
});

describe('a definition', () => {
  it('holds what was declared', () => {
    expect(watcher.publishes).toEqual(['muster.alerts.v1']);
    expect(watcher.handlers['series']?.topics).toEqual(['muster.metrics.v1']);
    expect(Object.keys(watcher.actions)).toEqual(['watcher.double']);
  });

  it('may publish to every member of a family, and to nothing beside it', () => {
    const forwarder = defineAgent({
      name: 'forwarder',
      version: '1.0.0',
      description: 'Hands tasks on.',
      publishes: ['muster.inbox.<agent>.v1'],
      handlers: (on) => ({
        tasks: on(['muster.tasks.v1'], {
          state: stateOf<never>(),
          horizon: 60_000,
          handle({ value }) {
            const { envelope: _, ...task } = value;
            // @ts-expect-error results are not declared
            handled<never, 'muster.inbox.<agent>.v1'>({ publish: [{ topic: 'muster.task-results.v1', value: task }] });
            return handled({ publish: [{ topic: `muster.inbox.${task.target ?? 'recovery'}.v1`, value: task }] });
          },
        }),
      }),
    });
    expect(forwarder.publishes).toEqual(['muster.inbox.<agent>.v1']);
  });

  it('is refused when it contradicts itself', () => {
    const base = { version: '1.0.0', description: '' };
    expect(() => defineAgent({ ...base, name: 'Data Processing' })).toThrow('a name is lower case with hyphens');
    expect(() =>
      defineAgent({
        ...base,
        name: 'twice',
        handlers: (on) => {
          const one = on(['muster.metrics.v1'], { state: stateOf<number>(), horizon: 'all', handle: () => handled() });
          return { one, two: one };
        },
      }),
    ).toThrow('handlers one and two both hear muster.metrics.v1');
    expect(() =>
      defineAgent({
        ...base,
        name: 'undoer',
        actions: (offer) => ({
          'undoer.do': offer({
            version: '1.0.0',
            description: '',
            input: z.object({}),
            output: z.object({}),
            undo: 'undoer.undo',
            run: async () => ({}),
          }),
        }),
      }),
    ).toThrow('undone by undoer.undo, which the agent does not offer');
  });
});

// Never called: what must not compile. The type check fails on an expectation that meets no error.
export function mustNotCompile(): void {
  const base = { version: '1.0.0', description: '' };
  defineAgent({
    ...base,
    name: 'mute',
    publishes: ['muster.alerts.v1'],
    handlers: (on) => ({
      series: on(['muster.metrics.v1'], {
        state: stateOf<number>(),
        horizon: 'all',
        // @ts-expect-error: muster.topology.v1 is not among what it publishes
        handle: () => handled({ publish: [{ topic: 'muster.topology.v1', value: { target: 'shop' } }] }),
      }),
    }),
  });
  defineAgent({
    ...base,
    name: 'blind',
    tables: { targets: 'muster.topology.v1' },
    handlers: (on) => ({
      series: on(['muster.metrics.v1'], {
        state: stateOf<number>(),
        horizon: 'all',
        // @ts-expect-error: there is no table of that name
        handle: (_, { tables }) => handled(tables.policies === undefined ? {} : {}),
      }),
      cards: on(['muster.agent-cards.v1'], {
        state: stateOf<number>(),
        horizon: 'all',
        // @ts-expect-error: the state is a number
        handle: () => handled({ state: 'text' }),
      }),
    }),
    actions: (offer) => ({
      'blind.see': offer({
        version: '1.0.0',
        description: '',
        input: z.object({ value: z.number() }),
        output: z.number(),
        // @ts-expect-error: the input has no such field
        run: async ({ colour }) => colour,
      }),
    }),
  });
}
