import { describeGates } from '../../test/describe-gates.ts';
import { field, planted } from '../../test/planted.ts';
import * as evolution from './evolution.ts';

describeGates(evolution, [
  [
    'addedFieldsHaveDefaults',
    'a new field without a default',
    planted('order/v3.avsc', (order) => delete field(order, 'isGift').default && order),
    'order/v3.avsc: Order.isGift is new and has no default: older messages do not have it.',
  ],
  [
    'addedFieldsHaveDefaults',
    'the same in a record within the record',
    planted('order/v2.avsc', (order) => delete field(field(order, 'lines').type.items, 'price').default && order),
    'order/v2.avsc: OrderLine.price is new and has no default: older messages do not have it.',
  ],
  [
    'nothingIsRenamed',
    'a field under a new name',
    planted('order/v2.avsc', (order) => {
      field(order, 'channel').name = 'medium';
    }),
    'order/v2.avsc: Order.medium is new where channel of the same type is gone: add the new one first, drop the old one in a later version.',
  ],
  [
    'nothingIsRenamed',
    'an alias',
    planted('order/v1.avsc', (order) => {
      field(order, 'orderId').aliases = ['id'];
    }),
    'order/v1.avsc: Order.orderId has aliases: names stay.',
  ],
  [
    'symbolsAreOnlyAdded',
    'a symbol taken out',
    planted('order/v2.avsc', (order) => {
      field(order, 'kind').type.symbols = ['UNKNOWN', 'RETURN'];
    }),
    'order/v2.avsc: OrderKind has lost the symbol SALE: stored messages have it; keep it.',
  ],
]);
