import { describeGates } from '../../test/describe-gates.ts';
import { planted } from '../../test/planted.ts';
import * as sharing from './sharing.ts';

describeGates(sharing, [
  [
    'newestUsesNewest',
    'an old version of a shared definition',
    planted('order/v3.avsc', (order) => {
      order.uses.Envelope = 1;
    }),
    'order/v3.avsc: Order uses Envelope 1, and Envelope has a version 2: add a version of Order that uses it.',
  ],
  [
    'pinsAreNeeded',
    'a pin of what is not used',
    planted('order/v3.avsc', (order) => {
      order.uses.Severity = 1;
    }),
    'order/v3.avsc: Order pins Severity in "uses" and never names it: take it out.',
  ],
  [
    'envelopeComesFirst',
    'an envelope at the end',
    planted('order/v1.avsc', (order) => {
      order.fields.push(order.fields.shift());
    }),
    'order/v1.avsc: the first field of Order is not its envelope.',
  ],
]);
