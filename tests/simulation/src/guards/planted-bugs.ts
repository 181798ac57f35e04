/** Bugs of single guards, planted from outside, so that it can be seen that the simulation finds them. */
import type { ActionIo, AgentDefinition, Publication } from '@muster/agent';
import type { Plant } from '@muster/testkit';
import { inWorkshop } from './depot.ts';
import { inAgent, inHandler, remembering, saying, valueOf, type Handle } from '../planting.ts';

interface Hysteresis {
  readonly samples: number;
}
interface Judged {
  readonly checks: Readonly<Record<string, { readonly bad: Hysteresis; readonly broken: Hysteresis }>>;
}

const isTombstone = ({ topic, value }: Publication): boolean => topic === 'muster.blocks.v1' && value === null;

/** The handler without some of what it looks things up in, and with another state. */
const lacking =
  (table: string, stateOf: (state: unknown) => unknown = (state) => state): ((handle: Handle) => Handle) =>
  (handle) =>
  (message, context) => {
    const known: Readonly<Record<string, object>> = context.tables;
    const tables = { ...known, [table]: { ...known[table], get: () => undefined, values: () => [] } };
    return handle(message, { ...context, state: stateOf(context.state), tables: tables as never });
  };

const withoutRelease = (state: unknown): unknown =>
  state === undefined || state === null ? state : { ...state, release: null };

/** Blocks whoever it is asked to, as the action does once it has looked at the allow-list. */
const blockAnyone = (
  { address, forMs, reason }: { address: string; forMs: number; reason: string },
  io: ActionIo<unknown>,
) => Promise.resolve({ address, startsAt: io.now(), endsAt: io.now() + forMs, reason, changeId: io.changeId });

const withAction =
  (name: string, run: AgentDefinition['actions'][string]['run']) =>
  (definition: AgentDefinition): AgentDefinition => {
    const action = definition.actions[name];
    if (action === undefined) throw new Error(`${definition.name} has no action ${name} to plant a bug in`);
    return { ...definition, actions: { ...definition.actions, [name]: { ...action, run } } };
  };

/** People are asked, and their answer is not waited for. */
const notWaiting = saying((publication) => {
  const request = valueOf(publication, 'muster.change-requests.v1');
  if (request === null) return [publication];
  const { address } = JSON.parse(request.input ?? '{}') as { address: string };
  const { changeId } = request;
  const times = { startsAt: Date.UTC(2026, 0, 1), endsAt: Date.UTC(2026, 0, 1) + 3_600_000 };
  const value = {
    address,
    status: 'ACTIVE' as const,
    ...times,
    decidedBy: 'an approved change',
    changeId,
  };
  return [publication, { topic: 'muster.blocks.v1', value }];
});

/** How many results there were in a row is known to nobody but the process that counted them. */
const countedInProcess = (handle: Handle): Handle => {
  const met = new Set<string>();
  return (message, context) => {
    const state = context.state as Judged | undefined;
    const isNew = !met.has(context.key);
    met.add(context.key);
    if (!isNew || state === undefined) return handle(message, context);
    const none = (each: Judged['checks'][string]) => ({
      ...each,
      bad: { ...each.bad, samples: 0 },
      broken: { ...each.broken, samples: 0 },
    });
    const checks = Object.fromEntries(Object.entries(state.checks).map(([name, each]) => [name, none(each)]));
    return handle(message, { ...context, state: { ...state, checks } });
  };
};

const both =
  (one: Plant, other: Plant): Plant =>
  (agent, random) =>
    other(one(agent, random), random);

/** A part is there only once the next one is: until then the checkpoint says what is not so. */
const keptBack = inWorkshop((workshop) => ({
  ...workshop,
  sink(...given) {
    const sink = workshop.sink(...given);
    let waiting: () => Promise<void> = () => Promise.resolve();
    const flush = (next: () => Promise<void>): Promise<void> => {
      const before = waiting;
      waiting = next;
      return before();
    };
    return {
      ...sink,
      async prepare(...batch) {
        const part = await sink.prepare(...batch);
        return { ...part, publish: () => flush(() => part.publish()) };
      },
      async finish(state) {
        await flush(() => Promise.resolve());
        await sink.finish(state);
      },
    };
  },
}));

const begunAnew = inWorkshop((workshop) => ({
  ...workshop,
  folder: (...given) => ({ ...workshop.folder(...given), load: () => undefined }),
}));

const withoutBudget: Plant = ({ environment, definition }) =>
  definition.name === 'security'
    ? {
        environment: { ...environment, config: { ...(environment.config as object), blocksPerHour: 10_000 } },
        definition,
      }
    : { environment, definition };

export const plantedGuardBugs: Readonly<Record<string, Plant>> = {
  'security: the end of a block is forgotten': inHandler(
    'security',
    'addresses',
    saying((publication) => (isTombstone(publication) ? [] : [publication])),
  ),
  'security: a block is not remembered': inHandler(
    'security',
    'addresses',
    remembering((state: object) => ({ ...state, block: null })),
  ),
  "security: a person's word is not heeded": both(
    inHandler('security', 'addresses', lacking('blocks', withoutRelease)),
    inHandler('security', 'blocks', lacking('blocks')),
  ),
  'security: the allow-list is not asked at the action': inAgent(
    'security',
    withAction('security.block-address', blockAnyone),
  ),
  'security: people are asked and not waited for': inHandler('security', 'addresses', notWaiting),
  'security: blocks are not counted': withoutBudget,
  'health: results in a row are forgotten at a restart': inHandler('health', 'targets', countedInProcess),
  'health: what is well again is not said': inHandler(
    'health',
    'targets',
    saying((publication) => (valueOf(publication, 'muster.alerts.v1')?.status === 'RESOLVED' ? [] : [publication])),
  ),
  'data-processing: the checkpoint is stored before the batch': keptBack,
  'data-processing: a run begins anew after a crash': begunAnew,
  'health: nobody looks at what a target depends on': inHandler('health', 'targets', lacking('reports')),
};
