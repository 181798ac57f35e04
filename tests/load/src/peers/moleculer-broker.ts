import { ServiceBroker } from 'moleculer';

/** A node of Moleculer on Kafka, with its defaults. */
export function moleculerNode(nodeID: string, brokers: readonly string[]): ServiceBroker {
  return new ServiceBroker({
    nodeID,
    logLevel: 'warn',
    requestTimeout: 10_000,
    transporter: { type: 'Kafka', options: { bootstrapBrokers: [...brokers] } },
  });
}
