/** Keeps blocked addresses out of an HTTP server. */
import { canonicalAddress } from './address.ts';
import type { BlockList } from './block-list.ts';

/** The parts of a Node request and response that are needed; Express's and Connect's fit, too. */
interface HttpRequest {
  readonly socket: { readonly remoteAddress?: string | undefined };
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
}
interface HttpResponse {
  writeHead(status: number, headers: Record<string, string>): unknown;
  end(body: string): unknown;
}

export interface HttpFilterOptions {
  readonly blocks: BlockList;
  /** Proxies in front that are believed about `x-forwarded-for`: their addresses. Others could write anything there. */
  readonly trustedProxies?: readonly string[];
  readonly now?: () => number;
}

/** Whether the request may go on; if not, it was answered with 403 and until when. For the top of a request listener. */
export function httpFilter({ blocks, trustedProxies = [], now = Date.now }: HttpFilterOptions) {
  const addressOf = clientAddressOf(trustedProxies);
  return (request: HttpRequest, response: HttpResponse): boolean => {
    const at = now();
    const block = blocks.find(addressOf(request), at);
    if (block === undefined) return true;
    const retryAfter = String(Math.ceil((block.endsAt - at) / 1_000));
    response.writeHead(403, { 'content-type': 'application/problem+json', 'retry-after': retryAfter });
    const until = new Date(block.endsAt).toISOString();
    response.end(JSON.stringify({ title: 'This address is blocked', status: 403, detail: `Until ${until}.` }));
    return false;
  };
}

/**
 * Who a request comes from, as the filter sees it and a log should: the nearest address that is no trusted proxy, from the connection, then
 * from the right of `x-forwarded-for`.
 */
export function clientAddressOf(trustedProxies: readonly string[]): (request: HttpRequest) => string {
  const trusted = new Set(trustedProxies.map(canonicalAddress));
  return ({ socket, headers }) => {
    let address = canonicalAddress(socket.remoteAddress ?? '');
    const forwarded = [headers['x-forwarded-for'] ?? []].flat().join(',').split(',').toReversed();
    for (const next of forwarded) {
      if (!trusted.has(address)) break;
      const canonical = canonicalAddress(next);
      if (canonical === '') break;
      address = canonical;
    }
    return address;
  };
}
