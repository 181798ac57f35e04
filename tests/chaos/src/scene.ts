import type { Bus } from '@muster/bus';
import type { Cluster } from './cluster.ts';
import type { Fleet } from './fleet.ts';
import type { Load } from './load.ts';

/** What a fault can reach. */
export interface Scene {
  readonly cluster: Cluster;
  readonly bus: Bus;
  readonly fleet: Fleet;
  readonly load: Load;
  /** Between the first teller and the brokers; only for a fault that asks for it. */
  silence(is: boolean): void;
  /** Writes down what was done and when; also shown. Returns when, epoch ms. */
  note(text: string): number;
  sleep(ms: number): Promise<void>;
}

/** Something that goes wrong in a mesh at work, and what is expected of it then. */
export interface Fault {
  readonly name: string;
  /** For the table. */
  readonly title: string;
  /** It has to be as quick as before within so long. */
  readonly recoverWithinMs: number;
  /** The state store may lose something by it. */
  readonly isStoreLossy?: true;
  /** Share of inputs that can't be handled. */
  readonly poison?: number;
  readonly slow?: 'handler' | 'computing' | 'actions';
  /** The first teller reaches its brokers by proxies. */
  readonly isProxied?: true;
  /** Before there is any load. */
  prepare?(scene: Pick<Scene, 'cluster' | 'note' | 'sleep'>): Promise<void>;
  /** Resolves when the fault is over, with the moment from which recovery counts, epoch ms, and what that moment is. */
  happen(scene: Scene): Promise<Moment>;
}

export interface Moment {
  readonly at: number;
  readonly what: string;
}
