import { RequestError } from '@muster/client';
import { expect, it } from 'vitest';
import { failureWords } from './failure-words.ts';

const given = (end: RequestError['end'], output: string): RequestError =>
  new RequestError(end, 'data.run-job', { output, attempt: 2, agent: 'recovery', fault: null } as never);

it('tells what the agent said last, and where to read on', () => {
  const history = [
    { agent: 'data-processing', type: 'EIO', message: 'reading a.csv: EIO' },
    { agent: 'data-processing', type: 'NoSource', message: 'there is no file a.csv' },
  ];
  expect(failureWords(given('abandoned', JSON.stringify({ history })))).toBe(
    'data-processing says: there is no file a.csv (NoSource: docs/runbooks/data-processing.md).',
  );
});

it.each([
  ['abandoned', '{}'],
  ['abandoned', 'no JSON'],
  ['unroutable', '{"nearest":[]}'],
] as const)('takes the sentence of the request where nobody said more: %s %s', (end, output) => {
  const error = given(end, output);
  expect(failureWords(error)).toBe(error.message);
});
