import { userInfo } from 'node:os';
import type { GlobalOptions } from '../addresses.ts';

export interface TellFlags extends GlobalOptions {
  readonly reason?: string;
  readonly by?: string;
}

export interface ShowFlags extends GlobalOptions {
  readonly follow: boolean;
}

export interface RunFlags extends TellFlags, ShowFlags {
  readonly file?: string;
  readonly input: string;
  readonly id?: string;
  readonly target?: string;
}

/** Who says so. */
export function personOf({ by }: TellFlags): string {
  return by ?? userInfo().username;
}

/** Nobody wants to wait longer at a prompt. */
export const publishWithinMs = 10_000;
