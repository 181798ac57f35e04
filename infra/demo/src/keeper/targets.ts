import type { TargetInput } from '@muster/schemas';

/** What the mesh is told of the shop: who answers for it, and what it can't work without. */
export const targetsOf = (target: string): TargetInput[] => [
  {
    target,
    description: 'The web shop of the demo',
    owner: 'team-shop',
    tier: 'STANDARD',
    dependsOn: [`${target}-payments`],
    labels: { system: 'demo' },
  },
  {
    target: `${target}-payments`,
    description: 'The payment provider of the shop, outside of the house',
    owner: 'team-payments',
    tier: 'HIGH',
    labels: { system: 'demo' },
  },
];
