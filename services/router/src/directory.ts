import type { Table } from '@muster/agent';
import { keyOf, type AgentCard, type Skill } from '@muster/schemas';
import { cardFault } from './card-fault.ts';
import { derivedFrom } from './derived.ts';
import { textIndex, type TextIndex } from './text-index.ts';

/** One agent's offer of one capability. */
export interface Offer {
  readonly agent: string;
  readonly skill: Skill;
  /** Under which its score stands in the table. */
  readonly scoreKey: string;
}

/** Who offers what, of the cards that can be believed. */
export interface Directory {
  readonly offers: ReadonlyMap<string, readonly Offer[]>;
  /** Finds capabilities by what is asked for in words. */
  readonly texts: TextIndex;
}

/** Made once for each state of the table. Of two cards in an agent's name, the one under its own key counts. */
export const directoryOf = derivedFrom((cards: Table<AgentCard>): Directory => {
  const offers = new Map<string, Offer[]>();
  for (const card of cards.values()) {
    if (cardFault(card) !== undefined || cards.get(card.agent) !== card) continue;
    for (const skill of card.skills) {
      const { agent } = card;
      const { capability } = skill;
      if (capability === '') continue;
      const offer = { agent, skill, scoreKey: scoreKeyOf(agent, capability) };
      offers.set(capability, [...(offers.get(capability) ?? []), offer]);
    }
  }
  for (const each of offers.values()) each.sort((a, b) => (a.agent < b.agent ? -1 : 1));
  let texts: TextIndex | undefined;
  return {
    offers,
    get texts() {
      texts ??= textIndex(
        [...offers].map(([capability, each]) => ({ capability, skills: each.map((of) => of.skill) })),
      );
      return texts;
    },
  };
});

function scoreKeyOf(agent: string, capability: string): string {
  const unmeasured = { count: 0, successRate: 0, latencyP50Ms: 0, latencyP95Ms: 0 };
  return keyOf('muster.agent-scores.v1', { agent, capability, ...unmeasured });
}
