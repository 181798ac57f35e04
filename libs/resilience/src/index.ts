export { classifyFault, messageOf, PermanentError, TransientError, type FaultClass } from './fault.ts';
export { defaultBackoff, delayAfter, type Backoff } from './backoff.ts';
