import { readAccess } from './access-log.ts';
import { authLog } from './auth-log.ts';
import { readError } from './error-log.ts';
import { readJsonLine } from './json-line.ts';
import { readProxy } from './proxy-log.ts';
import { foreign, nothing, type LineContext, type LineReading } from './sighting.ts';

/** `auth`: authentication logs. `web`: access and error logs of nginx and Apache, logs of HAProxy and Squid. `json`: an object a line. `any`: what each line looks like. */
export const logKinds = ['auth', 'web', 'json', 'any'] as const;
export type LogKind = (typeof logKinds)[number];

/** Longer lines are cut there: no line of a log that means something is longer, and patterns are to stay quick. */
const mostLine = 16_384;

/** A reader for one log, whose lines it is to be given in order. What it remembers from line to line is bounded. Never throws. */
export function logReader(kind: LogKind): (line: string, context: LineContext) => LineReading {
  const auth = authLog();
  const readers: Readonly<Record<LogKind, (line: string, context: LineContext) => LineReading>> = {
    auth,
    web: readWeb,
    json: readJsonLine,
    any(line, context) {
      if (line.startsWith('{')) return readJsonLine(line, context);
      const web = readWeb(line, context);
      return web.kind === 'foreign' ? auth(line, context) : web;
    },
  };
  const read = readers[kind];
  return (whole, context) => {
    const line = (whole.length > mostLine ? whole.slice(0, mostLine) : whole).trimEnd();
    if (line === '') return nothing;
    if (line.includes('\0')) return foreign('it has bytes of value zero');
    return read(line, context);
  };
}

function readWeb(line: string, context: LineContext): LineReading {
  const access = readAccess(line, context);
  if (access.kind !== 'foreign') return access;
  const proxy = readProxy(line, context);
  return proxy.kind === 'foreign' ? readError(line, context) : proxy;
}
