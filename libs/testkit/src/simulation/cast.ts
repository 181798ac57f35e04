/** What a simulation is of: its agents, what is asked of them, and what must hold in the end. */
import type { AgentDefinition } from '@muster/agent';
import type { Bus } from '@muster/bus';
import type { TopicName } from '@muster/schemas';
import type { Machine } from './machine.ts';
import type { Place, Plan } from './plan.ts';
import type { World } from './world.ts';

export interface Cast<P extends Plan> {
  /** Each agent once: what it hears and publishes is asked of it, nothing is run. */
  readonly agents: readonly AgentDefinition[];
  /** Topics by which two simulations are told apart, and the inboxes there are. */
  readonly topics: readonly TopicName[];
  planOf(seed: number): P;
  /** Parts of a plan that may be left out piece by piece, to find the least that breaks a promise; the weightiest first. */
  readonly parts: readonly PartOf<P>[];
  /** Nothing must have happened for so long before it is over, virtual ms: longer than any timer after which something is checked. */
  readonly quietMs: number;
  /** After so many virtual ms without rest it is stuck. */
  readonly patienceMs: number;
  /** The plan in a line. */
  describe(plan: P): string;
  /** What figures summed over seeds have to say, a line each. */
  tell(figures: Figures): string[];
  /** Everything for one run of a plan. */
  stage(plan: P, world: World): Stage;
}

/** Names of the lists in a plan. */
export type PartOf<P> = { [K in keyof P]: P[K] extends readonly unknown[] ? K : never }[keyof P];

export interface Stage {
  /** What a new process runs. */
  play(place: Place, machine: Machine): { readonly definition: AgentDefinition; readonly config: object };
  /** The mesh is ready: the load begins. The last planned thing happens so many ms later. */
  begin(user: Bus): { readonly lastAt: number };
  /** What the load still waits for. */
  leftToDo(): readonly string[];
  /** All is quiet: looks at what came of it. */
  check(user: Bus): Promise<Findings>;
}

/** How often things happened, by name. */
export type Figures = Readonly<Record<string, number>>;

export interface Findings {
  readonly violations: readonly Breach[];
  readonly figures: Figures;
}

/** Something that must not be. */
export interface Breach {
  readonly kind: string;
  readonly agent: string;
  readonly key: string;
  /** What is wrong, in a sentence. */
  readonly sentence: string;
  /** What happened around it, a line each, in the order of time. */
  readonly history: readonly string[];
}
