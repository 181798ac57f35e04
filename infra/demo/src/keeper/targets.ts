import type { TargetInput } from '@muster/schemas';

/** The payment provider of a shop, which is a target of its own. */
export const providerOf = (target: string): string => `${target}-payments`;

/** What the mesh is told of the shop: who answers for it, and what it can't work without. */
export const targetsOf = (target: string): TargetInput[] => [
  {
    target,
    description: 'The web shop of the demo',
    owner: 'team-shop',
    tier: 'STANDARD',
    dependsOn: [providerOf(target)],
    labels: { system: 'demo' },
  },
  {
    target: providerOf(target),
    description: 'The payment provider of the shop, outside of the house',
    owner: 'team-payments',
    tier: 'HIGH',
    labels: { system: 'demo' },
  },
];
