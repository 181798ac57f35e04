import { hostOf, withSocket } from './conversation.ts';
import { pass, type CheckInput, type Finding } from './finding.ts';

/** Opens a connection and closes it. */
export function checkTcp({ address, signal }: CheckInput): Promise<Finding> {
  return withSocket(hostOf(address, 0), signal, () => Promise.resolve(pass));
}
