import { readFile } from 'node:fs/promises';
import { request as requestHttp, type IncomingMessage } from 'node:http';
import { request as requestHttps } from 'node:https';
import { shown } from '@muster/targets';

/** An answer to a GET, as much of it as was asked for. */
export interface HttpAnswer {
  readonly status: number;
  /** Where it came from after redirects, without user and password. */
  readonly place: string;
  readonly body: string;
  /** Whether there was more than was read. */
  readonly isCut: boolean;
}

/** Why there is no answer that could be judged, as a sentence. */
export class NoAnswerError extends Error {
  override readonly name = 'NoAnswerError';
}

export interface HttpQuestion {
  readonly url: string;
  readonly signal: AbortSignal;
  readonly caFile: string | undefined;
  /** How much of the body is read; nothing is when 0. */
  readonly mostBytes: number;
}

const mostRedirects = 5;

/**
 * Asks once over a connection of its own. Never reads more than `mostBytes`, whatever is sent, follows five redirects at the most and none in a
 * circle. Throws a {@link NoAnswerError} or the error of the socket.
 */
export async function ask({ url, signal, caFile, mostBytes }: HttpQuestion): Promise<HttpAnswer> {
  const ca = caFile === undefined ? {} : { ca: await readFile(caFile) };
  const seen = new Set<string>();
  for (let next = url; ;) {
    const place = shown(next);
    if (seen.has(next)) throw new NoAnswerError(`${shown(url)} redirects in a circle, by way of ${place}`);
    if (seen.size > mostRedirects) throw new NoAnswerError(`${shown(url)} redirects more than ${mostRedirects} times`);
    seen.add(next);
    const response = await begin(next, signal, ca);
    const status = response.statusCode ?? 0;
    const location = response.headers.location;
    if (status >= 300 && status < 400 && location !== undefined) {
      response.destroy();
      if (!URL.canParse(location, next))
        throw new NoAnswerError(`${place} redirects to "${location.slice(0, 100)}", which is no address`);
      const to = new URL(location, next);
      if (to.protocol !== 'http:' && to.protocol !== 'https:')
        throw new NoAnswerError(`${place} redirects to ${to.protocol}, which is not followed`);
      next = to.href;
      continue;
    }
    const body = mostBytes === 0 ? { text: '', isCut: false } : await readUpTo(response, mostBytes);
    response.destroy();
    return { status, place, body: body.text, isCut: body.isCut };
  }
}

function begin(url: string, signal: AbortSignal, ca: { readonly ca?: Buffer }): Promise<IncomingMessage> {
  const { protocol, username, password } = new URL(url);
  const auth = username === '' ? {} : { auth: `${decodeURIComponent(username)}:${decodeURIComponent(password)}` };
  const headers = { accept: '*/*', 'user-agent': 'muster-health' };
  const options = { agent: false as const, signal, headers, ...auth };
  return new Promise((resolve, reject) => {
    const request = protocol === 'https:' ? requestHttps(url, { ...options, ...ca }) : requestHttp(url, options);
    request.once('response', (response) => {
      // Whoever breaks off later hears of it from the body, if at all.
      response.on('error', () => undefined);
      resolve(response);
    });
    request.on('error', reject);
    request.end();
  });
}

async function readUpTo(
  response: IncomingMessage,
  mostBytes: number,
): Promise<{ readonly text: string; readonly isCut: boolean }> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of response as AsyncIterable<Buffer>) {
    parts.push(part);
    size += part.length;
    if (size >= mostBytes) break;
  }
  return { text: Buffer.concat(parts).subarray(0, mostBytes).toString('utf8'), isCut: size > mostBytes };
}
