import type { Plan } from '@muster/testkit';

type Fault = Plan['faults'][number];

/**
 * Clocks jump forwards only. A simulated machine says by the clock of the log how far it was served, and by its own when it began: were that one behind, it would
 * believe to have all there is, and take the topics of a key in any order when it rebuilds. Real clients say both by one clock.
 */
export const forwards = (fault: Fault): Fault =>
  fault.kind === 'clock' ? { ...fault, byMs: Math.abs(fault.byMs) } : fault;

/** How far ahead of the log's clock one of the machines may be in the end, ms. */
export function mostAheadMs({ faults }: Plan): number {
  return faults.reduce((sum, fault) => sum + (fault.kind === 'clock' ? fault.byMs : 0), 0);
}
