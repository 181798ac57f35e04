/** What a client says about trouble, made bearable: an outage would fill a disk. */
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
