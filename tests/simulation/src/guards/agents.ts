import type { AgentDefinition } from '@muster/agent';
import { approval } from '@muster/approval';
import { coordinator } from '@muster/coordinator';
import { dataProcessing } from '@muster/data-processing';
import { health } from '@muster/health';
import { recovery } from '@muster/recovery';
import { router } from '@muster/router';
import { security } from '@muster/security';

/** Those that guard, and those by whom their changes are decided and their tasks are routed and tried again. */
export const guardAgents: readonly AgentDefinition[] = [
  security,
  health,
  dataProcessing,
  approval,
  coordinator,
  router,
  recovery,
];
