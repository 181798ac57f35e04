/** kafkajs' own log, routed to ours and made bearable: its levels are too loud, and an outage would fill a disk. */
import type { LogEntry, logCreator } from 'kafkajs';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';
export type ClientLogger = (level: LogLevel, message: string, facts: Readonly<Record<string, unknown>>) => void;

const REPEAT_WINDOW_MS = 10_000;
const MAX_REMEMBERED = 100;

/** Says what it has just said once in ten seconds, with how often it would have been said. `debug` passes untouched. */
export function calm(logger: ClientLogger, now: () => number = Date.now): ClientLogger {
  const said = new Map<string, { readonly at: number; repeats: number }>();
  return (level, message, facts) => {
    if (level === 'debug') return logger(level, message, facts);
    const before = said.get(message);
    if (before && now() - before.at < REPEAT_WINDOW_MS) {
      before.repeats++;
      return;
    }
    if (said.size >= MAX_REMEMBERED) said.clear();
    said.set(message, { at: now(), repeats: 0 });
    logger(level, message, before && before.repeats > 0 ? { ...facts, repeats: before.repeats } : facts);
  };
}

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
