import { afterEach, beforeEach, expect, it } from 'vitest';
import { ioWith } from '../../test/action-io.ts';
import { serve, sendJson, type Fake } from '../../test/fake-servers.ts';
import type { Settings } from '../settings.ts';
import { httpCall } from './http-call.ts';

let fake: Fake;
let config: Partial<Settings>;
beforeEach(async () => {
  fake = await serve(({ path }, response) => {
    if (path === '/moved') return response.writeHead(302, { location: '/secret' }).end();
    if (path === '/busy') return response.writeHead(429, { 'retry-after': '7' }).end('later');
    if (path === '/long') return response.end('x'.repeat(200_000));
    if (path === '/silent') return undefined;
    return sendJson(response, 200, { ok: true });
  });
  config = { httpHosts: [new URL(fake.url).host], httpTimeoutMs: 5_000 };
});
afterEach(() => fake.stop());
const call = (path: string, over: Partial<Parameters<typeof httpCall.run>[0]> = {}) =>
  httpCall.run(
    { url: path.startsWith('/') ? fake.url + path : path, method: 'POST', headers: {}, ...over },
    ioWith(config),
  );

it('calls with the key of the task', async () => {
  const answer = await call('/flush', { body: { cache: 'prices' }, headers: { 'x-why': 'cold' } });
  expect(answer).toMatchObject({ status: 200, body: '{"ok":true}' });
  expect(fake.requests[0]).toMatchObject({
    method: 'POST',
    body: '{"cache":"prices"}',
    headers: { 'idempotency-key': 'key-1', 'content-type': 'application/json', 'x-why': 'cold' },
  });
});

it('does not follow redirects', async () => {
  await expect(call('/moved')).rejects.toMatchObject({ code: 'HTTP_302', faultClass: 'permanent' });
  expect(fake.requests).toHaveLength(1);
});

it('hands on how long to wait', async () => {
  await expect(call('/busy')).rejects.toMatchObject({ code: 'HTTP_429', faultClass: 'transient', retryAfterMs: 7_000 });
});

it('reads no more than it should, and waits no longer', async () => {
  await expect(call('/long')).rejects.toMatchObject({ code: 'AnswerTooLong', faultClass: 'permanent' });
  await expect(call('/silent', { timeoutMs: 20 })).rejects.toMatchObject({
    code: 'ETIMEDOUT',
    faultClass: 'transient',
  });
});

it('stops when the task is stopped', async () => {
  const abort = new AbortController();
  const running = httpCall.run(
    { url: `${fake.url}/silent`, method: 'GET', headers: {} },
    ioWith(config, { signal: abort.signal }),
  );
  abort.abort(new Error('the lease was lost'));
  await expect(running).rejects.toThrow('the lease was lost');
});

it.each([
  ['http://169.254.169.254/latest/meta-data', 'not among the hosts'],
  ['http://localhost/', 'not among the hosts'],
  ['file:///etc/passwd', 'file: is not called'],
  ['http://user:secret@127.0.0.1/', 'a password in it'],
  ['no address', 'is no address'],
])('does not call %s', async (url, why) => {
  await expect(call(url)).rejects.toMatchObject({
    code: 'AddressNotAllowed',
    faultClass: 'permanent',
    message: expect.stringContaining(why) as string,
  });
  expect(fake.requests).toEqual([]);
});

it('keeps its own headers and its size', async () => {
  await expect(call('/flush', { headers: { 'Idempotency-Key': 'mine' } })).rejects.toThrow('can not be set by a task');
  await expect(call('/flush', { body: 'x'.repeat(70_000) })).rejects.toThrow('longer than 65536 bytes');
  expect(httpCall.input.safeParse({ url: 'x', headers: { 'bad\r\nname': '1' } }).success).toBe(false);
  expect(fake.requests).toEqual([]);
});
