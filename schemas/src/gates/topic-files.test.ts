import { describeGates } from '../../test/describe-gates.ts';
import type { Planted } from '../../test/describe-gates.ts';
import { field, planted } from '../../test/planted.ts';
import { topicsOf } from '../source/schema-folder.ts';
import * as topicFiles from './topic-files.ts';

const topicFile = 'order/topic.json';

describeGates(topicFiles, [
  [
    'keysAreFields',
    'a key that is no longer a field',
    planted(topicFile, ({ topics }) => {
      topics.pop();
      topics[0].key = ['channel'];
    }),
    'order/v3.avsc: the key of muster.orders.v1 is made of channel, which Order does not have.',
  ],
  [
    'keysAreFields',
    'a key that can be null',
    planted('order/v3.avsc', (order) => {
      field(order, 'orderId').type = ['null', 'string'];
    }).map((folder) => ({
      ...folder,
      topicFile: folder.topicFile && { ...folder.topicFile, value: topicsOf(folder)[0]! },
    })),
    'order/v3.avsc: the key of muster.orders.v1 is made of orderId, which is neither a string nor a map of strings.',
  ],
  [
    'topicsAreDefinedOnce',
    'a topic twice',
    planted(topicFile, ({ topics }) => {
      topics[1].topic = topics[0].topic;
    }),
    'order/topic.json: muster.orders.v1 is already the topic of order.',
  ],
  ...(
    [
      [
        'topic',
        'muster.order_items.v1',
        '"muster.order_items.v1"',
        'muster.<plural>.v<major>: lower case, dots between parts, hyphens inside',
      ],
      [
        'topic',
        'muster.orders',
        '"muster.orders"',
        'muster.<plural>.v<major>: lower case, dots between parts, hyphens inside',
      ],
      ['key', [], '[]', 'the names of one or more fields'],
      [
        'partitions',
        8,
        '8',
        '12, or a multiple of it, so that topics joined on a key stay in step and 1, 2, 3, 4, 6 or 12 instances share evenly',
      ],
      ['cleanup', 'compact,delete', '"compact,delete"', 'delete or compact'],
      ['retentionMs', -1, '-1', 'whole milliseconds, and -1 (for good) exactly where cleanup is compact'],
      ['owner', undefined, 'missing', 'users, mesh or the name of an agent'],
      ['compatibility', 'NONE', '"NONE"', 'BACKWARD_TRANSITIVE or FULL_TRANSITIVE'],
      ['description', 'orders', '"orders"', 'a sentence'],
    ] as const
  ).map(([name, value, shown, want]): Planted<typeof topicFiles> => [
    'topicFilesAreRight',
    `${name} ${shown}`,
    planted(topicFile, ({ topics }) => {
      topics[0][name] = value;
    }),
    `order/topic.json: ${name} of ${name === 'topic' ? value : 'muster.orders.v1'} is ${shown}; it should be ${want}.`,
  ]),
  [
    'topicFilesAreRight',
    'a word that means nothing',
    planted(topicFile, ({ topics }) => {
      topics[0].retention = '7d';
    }),
    'order/topic.json: muster.orders.v1 has retention, which means nothing here.',
  ],
]);
