import { expect, test } from 'vitest';
import { clientLog } from './client-log.ts';

test('makes warnings of what kafkajs calls errors, debug of information and of what is to be expected', () => {
  const said: unknown[] = [];
  const write = clientLog((...entry) => void said.push(entry))(4);
  const entry = {
    namespace: 'Connection',
    level: 1,
    log: { message: 'refused', timestamp: 'now', logger: 'kafkajs', broker: 'b' },
  };
  write({ ...entry, label: 'ERROR' });
  write({ ...entry, label: 'INFO' });
  write({ ...entry, label: 'ERROR', log: { ...entry.log, message: 'Response Heartbeat' } });
  expect(said).toEqual([
    ['warn', 'kafkajs Connection: refused', { broker: 'b' }],
    ['debug', 'kafkajs Connection: refused', { broker: 'b' }],
    ['debug', 'kafkajs Connection: Response Heartbeat', { broker: 'b' }],
  ]);
});
