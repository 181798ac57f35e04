export { freePort, type BrokerCount, type Ports } from './ports.ts';
export { identify, isAlive, signal, type ProcessIdentity } from './process-identity.ts';
export type { ServerControl } from './server-control.ts';
export { findStack, stopStack, type Stack } from './stack.ts';
export { isStackError, type StackError, type StackErrorCode } from './stack-error.ts';
export { startStack, type StackOptions } from './start-stack.ts';
