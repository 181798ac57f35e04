import type { AgentDefinition } from '@muster/agent';
import { approval } from '@muster/approval';
import { coordinator } from '@muster/coordinator';
import { correlation } from '@muster/correlation';
import { monitoring } from '@muster/monitoring';
import { recovery } from '@muster/recovery';
import { router } from '@muster/router';
import { jurors } from './jury.ts';

/** All that takes part, in the order in which a matter comes to them. */
export const loopAgents: readonly AgentDefinition[] = [
  monitoring,
  correlation,
  coordinator,
  approval,
  router,
  recovery,
  ...jurors,
];
