import type { HandlerContext } from '@muster/agent';
import type { Settings } from './settings.ts';

/** What the handlers may look up. */
export type Known = {
  readonly playbooks: 'muster.playbooks.v1';
  readonly cards: 'muster.agent-cards.v1';
  readonly policies: 'muster.policies.v1';
  readonly flags: 'muster.flags.v1';
  readonly changeRequests: 'muster.change-requests.v1';
  readonly targets: 'muster.topology.v1';
};

export type Context<S> = HandlerContext<S, Settings, Known>;
