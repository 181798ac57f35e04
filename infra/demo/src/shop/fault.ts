/** What can be the matter with the shop. */

/**
 * slow: the counts of the stock are lost, so that every order counts the whole warehouse with the stock locked. leaking: every request keeps
 * memory, and near the limit each has to look for some. crashing: the journal of orders is damaged on disk, and the process that meets it ends.
 * unfixable: the payment provider, which is no part of the shop, has become slow.
 */
export type Fault = 'slow' | 'leaking' | 'crashing' | 'unfixable';

/** What a keeper tells an instance of the shop; null: nothing is the matter any more. */
export interface FaultTold {
  readonly kind: 'fault';
  readonly fault: Fault | null;
}
