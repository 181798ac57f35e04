import { pino } from 'pino';
import type { Io } from './agent.ts';

/** Structured logs, one JSON line each, on standard output. Lines about a message carry its `correlationId`. */
export type Logger = Pick<pino.Logger, 'debug' | 'info' | 'warn' | 'error' | 'fatal'>;

export function logger(level: string, facts: Readonly<Record<string, string>>): Logger {
  return pino({
    level,
    base: facts,
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: ['password', '*.password', 'sasl', '*.sasl', 'url', '*.url'],
  });
}

/** For tests and tools that bring no log of their own. */
export const silent: Logger = pino({ level: 'silent' });

/** A log for what runs within the agent: its lines carry these facts. */
export function withFacts(log: Logger, facts: object): Io<unknown>['log'] {
  return {
    info: (more, message) => log.info({ ...facts, ...more }, message),
    warn: (more, message) => log.warn({ ...facts, ...more }, message),
  };
}
