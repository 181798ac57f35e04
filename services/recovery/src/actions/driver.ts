import type { ActionIo } from '@muster/agent';
import { PermanentError } from '@muster/resilience';
import type { Settings } from '../settings.ts';
import { kubernetesDriver } from './kubernetes-driver.ts';
import { processKeeperDriver } from './process-keeper-driver.ts';

/** How a target stands. */
export interface Standing {
  /** Instances that are wanted. */
  readonly desired: number;
  /** Instances that are there, where that is known. */
  readonly instances?: number | undefined;
  /** Version of a deployment, where there are versions. */
  readonly revision?: number | undefined;
}

export interface Change {
  readonly before: Standing;
  readonly after: Standing;
  /** It was done before, for the same idempotency key: nothing was done now. */
  readonly isRepeat: boolean;
}

export type DriverIo = Pick<ActionIo<Settings>, 'signal' | 'now' | 'config' | 'idempotencyKey'>;

/** What runs a target. Each change is done once for an idempotency key. */
export interface Driver {
  readonly name: 'process-keeper' | 'kubernetes';
  restart(io: DriverIo): Promise<Change>;
  scale(instances: number, io: DriverIo): Promise<Change>;
  /** To a revision; to the one before the present, when none is given. */
  rollback(revision: number | undefined, io: DriverIo): Promise<Change>;
}

/** The driver of a target, or a `PermanentError` that says where to list it. */
export function driverOf(target: string, config: Settings): Driver {
  const keeper = Object.hasOwn(config.processKeepers, target) ? config.processKeepers[target] : undefined;
  if (keeper !== undefined) return processKeeperDriver(target, keeper);
  const deployed = Object.hasOwn(config.kubernetesTargets, target) ? config.kubernetesTargets[target] : undefined;
  if (deployed !== undefined) return kubernetesDriver(target, deployed, config);
  const message = `nothing is known to run ${target}; list it in MUSTER_PROCESS_KEEPERS or MUSTER_KUBERNETES_TARGETS`;
  throw Object.assign(new PermanentError(message), { code: 'UnknownTarget' });
}
