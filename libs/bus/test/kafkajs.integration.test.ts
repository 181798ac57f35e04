import { realCluster } from './kafkajs/real-cluster.ts';
import { describeLog } from './log-conformance.ts';

describeLog('the log on Kafka by kafkajs', () => Promise.resolve(realCluster()));
