import { realCluster } from './kafka/real-cluster.ts';
import { describeLog } from './log-conformance.ts';

describeLog('the log on Kafka by @platformatic/kafka', () => Promise.resolve(realCluster('platformatic')));
