import { describeLog } from '../test/log-conformance.ts';
import { memoryCluster } from './memory-log.ts';

describeLog(
  'the in-memory log',
  () => {
    const cluster = memoryCluster();
    return Promise.resolve({ connect: (clientId) => cluster.connect(clientId), close: () => Promise.resolve() });
  },
  5_000,
);
