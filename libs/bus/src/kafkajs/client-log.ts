/** kafkajs' own log, routed to ours: its levels are too loud. */
import type { LogEntry, logCreator } from 'kafkajs';
import type { ClientLogger } from '../kafka/calm-log.ts';

/** Refused requests, rebalances, crashes: part of the day's work, or reported by us with what follows from them. */
const EXPECTED = /^(Response |The group is rebalancing|The coordinator is not aware|Crash: )/;

/** kafkajs calls an error what it goes on to repair. */
export const clientLog =
  (logger: ClientLogger): logCreator =>
  () =>
  ({ namespace, label, log }: LogEntry) => {
    const { message, timestamp: _timestamp, logger: _logger, stack: _stack, ...facts } = log;
    const isTrouble = (label === 'ERROR' || label === 'WARN') && !EXPECTED.test(message);
    logger(isTrouble ? 'warn' : 'debug', `kafkajs ${namespace}: ${message}`, facts);
  };
