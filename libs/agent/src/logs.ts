import { pino } from 'pino';

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
