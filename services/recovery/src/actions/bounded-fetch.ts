import type { Io } from '@muster/agent';
import { PermanentError, retryAfterMsOf, TransientError, withTimeout } from '@muster/resilience';
import type { Settings } from '../settings.ts';

export interface Request {
  readonly method?: string;
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON, unless it is text. */
  readonly body?: unknown;
  /** Bytes of the answer that are read; one that is longer is a fault. */
  readonly mostBytes?: number;
  /** Default: what the settings say. */
  readonly timeoutMs?: number;
}

export interface Answer {
  readonly status: number;
  readonly body: string;
  readonly retryAfterMs: number | null;
  readonly latencyMs: number;
}

const mostBytes = 1024 * 1024;

/**
 * One HTTP call with an end: in time, in bytes, and where it was sent, since redirects are not followed. Any status is an answer. Throws a
 * `TransientError` with the code of what went wrong when there is none, or when the answer is too long a `PermanentError`.
 */
export async function boundedFetch(
  request: Request,
  { signal, now, config }: Pick<Io<Settings>, 'signal' | 'now' | 'config'>,
): Promise<Answer> {
  const began = now();
  const {
    method = 'GET',
    url,
    headers = {},
    body,
    mostBytes: most = mostBytes,
    timeoutMs = config.httpTimeoutMs,
  } = request;
  const isText = typeof body === 'string';
  return withTimeout(
    timeoutMs,
    async (ending) => {
      let response: Response;
      let text: string;
      try {
        response = await fetch(url, {
          method,
          redirect: 'manual',
          signal: ending,
          headers: { ...(body === undefined || isText ? {} : { 'content-type': 'application/json' }), ...headers },
          ...(body === undefined ? {} : { body: isText ? body : JSON.stringify(body) }),
        });
        text = await readBody(response, most);
      } catch (error) {
        if (ending.aborted || error instanceof PermanentError) throw error;
        throw away(method, url, error);
      }
      const retryAfterMs = retryAfterMsOf(response.headers, now());
      return { status: response.status, body: text, retryAfterMs, latencyMs: Math.max(0, now() - began) };
    },
    signal,
  ).catch((error: unknown) => {
    if (error instanceof DOMException && error.name === 'TimeoutError')
      throw Object.assign(new TransientError(`${method} ${placeOf(url)}: no answer within ${timeoutMs} ms`), {
        code: 'ETIMEDOUT',
      });
    throw error;
  });
}

/** The answer, if it says that it went well; else throws a fault with the code `HTTP_<status>` and what the answer says, shortened. */
export function expectSuccess(answer: Answer, what: string): Answer {
  const { status, body, retryAfterMs } = answer;
  if (status >= 200 && status < 300) return answer;
  const said = body.slice(0, 200).replaceAll(/\s+/g, ' ').trim();
  const message = `${what}: answered ${status}${said === '' ? '' : ` (${said})`}`;
  const isLasting = status < 500 && ![408, 409, 423, 425, 429].includes(status);
  const fault = isLasting ? new PermanentError(message) : new TransientError(message);
  throw Object.assign(fault, { code: `HTTP_${status}`, ...(retryAfterMs === null ? {} : { retryAfterMs }) });
}

/** JSON of a call's answer, or a `PermanentError` that says that it is none. */
export function jsonOf({ body }: Answer, what: string): unknown {
  try {
    return JSON.parse(body) as unknown;
  } catch {
    throw new PermanentError(`${what}: the answer is no JSON`);
  }
}

/** An address for people: without what may be secret in it. */
function placeOf(url: string): string {
  const { origin, pathname } = new URL(url);
  return origin + pathname;
}

function away(method: string, url: string, error: unknown): Error {
  const { code, message, errors } = ((error as Error).cause ?? error) as {
    code?: unknown;
    message: string;
    errors?: readonly { code?: unknown }[];
  };
  const known = typeof code === 'string' ? code : errors?.[0]?.code;
  const fault = new TransientError(`${method} ${placeOf(url)}: ${message === '' ? String(known) : message}`, {
    cause: error,
  });
  return Object.assign(fault, { code: typeof known === 'string' ? known : 'NoAnswer' });
}

async function readBody(response: Response, most: number): Promise<string> {
  const reader = response.body?.getReader();
  if (reader === undefined) return '';
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    bytes += next.value.byteLength;
    if (bytes > most) {
      await reader.cancel();
      throw Object.assign(new PermanentError(`the answer is longer than ${most} bytes, and was not read on`), {
        code: 'AnswerTooLong',
      });
    }
    chunks.push(next.value);
  }
  return new TextDecoder().decode(Buffer.concat(chunks));
}
