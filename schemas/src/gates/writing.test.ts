import { describeGates } from '../../test/describe-gates.ts';
import { field, fixtures, planted } from '../../test/planted.ts';
import * as writing from './writing.ts';

describeGates(writing, [
  [
    'everythingIsDocumented',
    'a record without doc',
    planted('order/v1.avsc', (order) => delete order.doc && order),
    'order/v1.avsc: Order has no doc: say what it is.',
  ],
  [
    'everythingIsDocumented',
    'a field with an empty doc',
    planted('envelope/v2.avsc', (envelope) => {
      field(envelope, 'tenant').doc = ' ';
    }),
    'envelope/v2.avsc: Envelope.tenant has no doc: say what it holds.',
  ],
  [
    'enumsAreOpen',
    'UNKNOWN not first',
    planted('order/v1.avsc', (order) => {
      field(order, 'kind').type.symbols = ['SALE', 'UNKNOWN'];
    }),
    'order/v1.avsc: OrderKind does not begin with UNKNOWN, what a reader makes of a symbol newer than itself.',
  ],
  [
    'enumsAreOpen',
    'an enum without default',
    planted('order/v1.avsc', (order) => delete field(order, 'kind').type.default && order),
    'order/v1.avsc: OrderKind has no default UNKNOWN, so that a reader fails on a symbol newer than itself.',
  ],
  [
    'enumsAreOpen',
    'a symbol in lower case',
    planted('order/v1.avsc', (order) => field(order, 'kind').type.symbols.push('refund') && order),
    'order/v1.avsc: OrderKind has the symbol refund, which is not UPPER_SNAKE.',
  ],
  [
    'unionsAreNullable',
    'null at the end',
    planted('order/v2.avsc', (order) => {
      field(order, 'note').type = ['string', 'null'];
      field(order, 'note').default = null;
    }),
    'order/v2.avsc: Order.note has a union that is not null and then one type.',
  ],
  [
    'unionsAreNullable',
    'a union inside a list',
    planted('order/v2.avsc', (order) => {
      field(order, 'note').type = { type: 'array', items: ['int', 'string'] };
    }),
    'order/v2.avsc: Order.note has a union that is not null and then one type.',
  ],
  [
    'unionsAreNullable',
    'a nullable field without default',
    planted('order/v2.avsc', (order) => delete field(order, 'note').default && order),
    'order/v2.avsc: Order.note can be null and has no default null.',
  ],
  [
    'namesAreInStyle',
    'a folder of another name',
    fixtures.map((folder) =>
      folder.folder === 'order' ? { ...folder, folder: 'orders', versions: [folder.versions[0]!] } : folder,
    ),
    'order/v1.avsc: Order belongs into a folder order.',
  ],
  [
    'namesAreInStyle',
    'another namespace',
    planted('order/v2.avsc', (order) => {
      order.namespace = 'shop';
    }),
    'order/v2.avsc: Order is not in the namespace muster.',
  ],
  [
    'namesAreInStyle',
    'a namespace inside',
    planted('order/v2.avsc', (order) => {
      field(order, 'kind').type.namespace = 'shop';
    }),
    'order/v2.avsc: OrderKind states a namespace: it has that of the schema around it.',
  ],
  [
    'namesAreInStyle',
    'a field with an underscore',
    planted('order/v2.avsc', (order) => {
      field(order, 'note').name = 'customer_note';
    }),
    'order/v2.avsc: Order.customer_note is not camelCase.',
  ],
  [
    'namesAreInStyle',
    'a time that is not ...At',
    planted('order/v2.avsc', (order) => {
      field(order, 'placedAt').name = 'placed';
    }),
    'order/v2.avsc: Order.placed is a time and does not end in At.',
  ],
  [
    'namesAreInStyle',
    'a boolean that is no question',
    planted('order/v3.avsc', (order) => {
      field(order, 'isGift').name = 'gift';
    }),
    'order/v3.avsc: Order.gift is a boolean and does not begin with is, has or can.',
  ],
  [
    'namesAreDefinedOnce',
    'a name of another folder',
    planted('order/v2.avsc', (order) => {
      field(order, 'kind').type.name = 'Envelope';
    }),
    'order/v2.avsc: Envelope is already defined in envelope: use that, or another name.',
  ],
  [
    'namesAreDefinedOnce',
    'a definition twice in one version',
    planted('order/v2.avsc', (order) => {
      field(order, 'note').type = ['null', field(order, 'kind').type];
    }),
    'order/v2.avsc: OrderKind is defined twice: the second time, its name alone will do.',
  ],
]);
