import { z, type ActionIo } from '@muster/agent';
import { PermanentError } from '@muster/resilience';
import type { Settings } from '../settings.ts';
import { allowedAddress } from './allowed-address.ts';
import { boundedFetch, expectSuccess } from './bounded-fetch.ts';

const mostBody = 64 * 1024;
const input = z.strictObject({
  url: z.string().min(1).max(2_000),
  method: z.enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']).default('POST'),
  headers: z.record(z.string().regex(/^[A-Za-z0-9-]{1,100}$/), z.string().max(2_000)).default({}),
  body: z.unknown().optional().describe('Sent as JSON; text is sent as it is.'),
  timeoutMs: z.number().int().min(1).max(600_000).optional(),
});
const output = z.object({ status: z.number().int(), body: z.string(), latencyMs: z.number() });

/** Said by us, or about the connection: a task may not say otherwise. */
const ownHeaders = new Set(['host', 'content-length', 'transfer-encoding', 'connection', 'idempotency-key', 'upgrade']);

/**
 * Calls an HTTP endpoint with the task's `Idempotency-Key`, so that a callee that heeds it does the work once, whoever tries again. Any status but 2xx is
 * a failure.
 */
export const httpCall = {
  version: '1.0.0',
  description: 'Calls an HTTP endpoint of an allowed host once, with an idempotency key.',
  input,
  output,
  examples: [
    '{"url":"https://hooks.example.org/flush-cache","method":"POST","body":{"cache":"prices"}}',
    'trigger the webhook of the cache service',
    'send a POST request to https://example.org/flush',
    'hit the reload endpoint over HTTP',
    'make an HTTP request to the admin API',
  ],
  tags: ['remediation', 'webhook', 'request'],
  needsApproval: true,
  async run(call: z.output<typeof input>, io: ActionIo<Settings>): Promise<z.output<typeof output>> {
    const { method, body, timeoutMs, headers } = call;
    const url = allowedAddress(call.url, io.config);
    const own = Object.keys(headers).find((name) => ownHeaders.has(name.toLowerCase()));
    if (own !== undefined) throw new PermanentError(`the header ${own} can not be set by a task; leave it out`);
    const sent = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
    if (sent !== undefined && Buffer.byteLength(sent) > mostBody)
      throw new PermanentError(`the body is longer than ${mostBody} bytes; pass an address of it instead`);
    const request = {
      url,
      method,
      headers: {
        ...(body === undefined || typeof body === 'string' ? {} : { 'content-type': 'application/json' }),
        ...headers,
        'idempotency-key': io.idempotencyKey,
      },
      mostBytes: mostBody,
      ...(sent === undefined || method === 'GET' ? {} : { body: sent }),
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
    };
    const answer = expectSuccess(await boundedFetch(request, io), `${method} ${new URL(url).origin}`);
    return { status: answer.status, body: answer.body, latencyMs: answer.latencyMs };
  },
};
