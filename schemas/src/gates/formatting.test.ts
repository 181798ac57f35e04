import { describeGates } from '../../test/describe-gates.ts';
import { fixtures } from '../../test/planted.ts';
import * as formatting from './formatting.ts';

describeGates(formatting, [
  [
    'jsonIsFormatted',
    'a file with other spaces',
    fixtures.map((folder) => ({ ...folder, examples: folder.examples.map((file) => ({ ...file, text: '{}' })) })),
    'order/examples/return.json is not formatted: `npm run schemas:generate` does it.',
  ],
]);
