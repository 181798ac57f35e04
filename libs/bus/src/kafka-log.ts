/** The log on Kafka, by the client of choice. */
import type { LogOptions } from './kafka/log-options.ts';
import { kafkajsLog } from './kafkajs/kafkajs-log.ts';
import type { Log } from './log.ts';

export type KafkaLogOptions = LogOptions;

/** Connects to nothing yet: each part does when it is first used, and waits for brokers that are away. */
export const kafkaLog = (options: KafkaLogOptions): Log => kafkajsLog(options);
