import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { expired, forAnother, forLocalhost } from '../../test/certificates.ts';
import { checkAt } from '../../test/given.ts';
import { serveEndless, serveHttp, serveTcp, serveTls, type Served } from '../../test/servers.ts';
import { performCheck, type Performed } from './perform-check.ts';

const served: Served[] = [];
const on = async (serving: Promise<Served>): Promise<number> => {
  const server = await serving;
  served.push(server);
  return server.port;
};
afterEach(async () => {
  await Promise.all(served.splice(0).map((server) => server.stop()));
});

let folder: string;
let caFile: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'health-'));
  caFile = join(folder, 'authorities.pem');
  writeFileSync(caFile, forLocalhost + forAnother + expired);
});
afterAll(() => rmSync(folder, { recursive: true }));

const never = new AbortController().signal;
const performed = (address: string, more: object = {}): Promise<Performed> =>
  performCheck(checkAt(address, { ...more }), never, { environment: { SECRET: 'xyz' } });
/** Nobody listens there any more. */
const deadPort = async (): Promise<number> => {
  const server = await serveTcp(() => undefined);
  await server.stop();
  return server.port;
};

describe('http', () => {
  it('passes on 2xx and says what else came', async () => {
    const port = await on(serveHttp((request, response) => response.writeHead(request.url === '/' ? 204 : 503).end()));
    expect(await performed(`http://127.0.0.1:${port}/`)).toMatchObject({ outcome: 'PASS', reason: '' });
    expect(await performed(`http://probe:secret@127.0.0.1:${port}/other`)).toMatchObject({
      outcome: 'FAIL',
      reason: `http://127.0.0.1:${port}/other answers 503`,
    });
    expect(await performed(`http://127.0.0.1:${port}/other`, { status: [503] })).toMatchObject({ outcome: 'PASS' });
  });

  it('reads of 1 GB no more than it looks through', async () => {
    let sent = 0;
    const part = Buffer.alloc(64 * 1_024, 'a');
    const port = await on(
      serveHttp((_, response) => {
        response.writeHead(200, { 'content-length': String(2 ** 30) });
        const send = (): void => {
          while (!response.destroyed && sent < 2 ** 30) {
            sent += part.length;
            if (!response.write(part)) return void response.once('drain', send);
          }
        };
        send();
      }),
    );
    expect(await performed(`http://127.0.0.1:${port}/`)).toMatchObject({ outcome: 'PASS' });
    expect(await performed(`http://127.0.0.1:${port}/`, { text: 'welcome' })).toMatchObject({
      outcome: 'FAIL',
      reason: `http://127.0.0.1:${port}/ answers 200, but "welcome" does not stand in the first 64 kB of its answer`,
    });
    expect(sent).toBeLessThan(64 * 1_024 * 1_024);
  });

  it('goes round no circle, and nowhere else', async () => {
    const port = await on(
      serveHttp((request, response) => {
        const to: Readonly<Record<string, string>> = {
          '/a': '/b',
          '/b': '/a',
          '/file': 'file:///etc/passwd',
          '/once': '/',
        };
        const far = /^\/far(\d*)$/.exec(request.url ?? '');
        const location = far === null ? to[request.url ?? ''] : `/far${Number(far[1]) + 1}`;
        response.writeHead(location === undefined ? 200 : 302, location === undefined ? {} : { location }).end();
      }),
    );
    const at = `http://127.0.0.1:${port}`;
    expect((await performed(`${at}/once`)).outcome).toBe('PASS');
    expect((await performed(`${at}/a`)).reason).toBe(`${at}/a redirects in a circle, by way of ${at}/a`);
    expect((await performed(`${at}/far0`)).reason).toBe(`${at}/far0 redirects more than 5 times`);
    expect((await performed(`${at}/file`)).reason).toBe(`${at}/file redirects to file:, which is not followed`);
  });

  it('waits for no answer longer than it should, and not for the rest of one', async () => {
    const port = await on(
      serveHttp((request, response) => {
        if (request.url === '/drip') response.writeHead(200).write('a');
      }),
    );
    const at = `http://127.0.0.1:${port}`;
    const hanging = await performed(`${at}/`, { timeout: '60ms' });
    expect(hanging).toMatchObject({ outcome: 'FAIL', reason: `${at}/ gave no answer within 60 ms`, isHanging: true });
    expect(await performed(`${at}/drip`, { timeout: '60ms', text: 'b' })).toMatchObject({ isHanging: true });
    expect(await performed(`${at}/drip`, { timeout: '60ms' })).toMatchObject({ outcome: 'PASS' });
  });

  it('tells of a slow answer', async () => {
    const port = await on(serveHttp((_, response) => void setTimeout(() => response.end(), 20)));
    expect(await performed(`http://127.0.0.1:${port}/`, { slow: '5ms' })).toMatchObject({
      outcome: 'WARN',
      reason: expect.stringMatching(/^it took \d+ ms to answer \(limit 5 ms\)$/) as string,
    });
  });

  it('says which certificate is not right', async () => {
    const old = await on(serveTls(expired));
    const another = await on(serveTls(forAnother));
    const own = await on(serveTls(forLocalhost));
    const reason = async (port: number, more: object): Promise<string> =>
      (await performed(`https://localhost:${port}/`, more)).reason;
    expect(await reason(old, { caFile })).toBe(`https://localhost:${old}/ has a certificate that is expired`);
    expect(await reason(another, { caFile })).toBe(`https://localhost:${another}/ has a certificate for another name`);
    expect(await reason(own, {})).toContain('signed by nobody but itself: trust it with caFile');
  });
});

describe('tls', () => {
  it('says how long a certificate is good for, and what is wrong with it', async () => {
    const own = await on(serveTls(forLocalhost));
    const old = await on(serveTls(expired));
    const another = await on(serveTls(forAnother));
    const at = (port: number): string => `tls://localhost:${port}`;
    expect(await performed(at(own), { caFile })).toMatchObject({ outcome: 'PASS', unit: 'days' });
    expect((await performed(at(own), { caFile })).value).toBeGreaterThan(30_000);
    expect(await performed(at(own))).toMatchObject({ outcome: 'FAIL' });
    expect((await performed(at(old), { caFile })).reason).toBe(
      `the certificate of localhost:${old} expired on 2020-02-01: renew it`,
    );
    expect((await performed(at(another), { caFile })).reason).toBe(
      `the certificate of localhost:${another} is not for localhost, but for other.example`,
    );
    expect(await performed(at(another), { caFile, serverName: 'other.example' })).toMatchObject({ outcome: 'PASS' });
    const endsAt = Date.UTC(2126, 9, 1);
    const soon = await performCheck(checkAt(at(own), { caFile, warnDays: 1_000 }), never, { now: () => endsAt });
    expect(soon).toMatchObject({ outcome: 'WARN', reason: expect.stringContaining('renew it') as string });
  });
});

describe('tcp', () => {
  it('passes where somebody listens', async () => {
    const port = await on(serveTcp(() => undefined));
    expect(await performed(`tcp://127.0.0.1:${port}`)).toMatchObject({ outcome: 'PASS' });
    const dead = await deadPort();
    expect((await performed(`tcp://127.0.0.1:${dead}`)).reason).toBe(`127.0.0.1:${dead} refuses connections`);
  });
});

describe('redis', () => {
  const redis = (answer: (command: string) => string): Promise<number> =>
    on(serveTcp((socket) => socket.on('data', (data) => socket.write(answer(data.toString())))));

  it('says PING, with the password that the environment holds', async () => {
    const heard: string[] = [];
    const port = await redis((command) => {
      heard.push(command);
      return command.includes('AUTH') ? '+OK\r\n' : '+PONG\r\n';
    });
    expect(await performed(`redis://:\${SECRET}@127.0.0.1:${port}`)).toMatchObject({ outcome: 'PASS' });
    expect(heard.join('')).toContain('$3\r\nxyz\r\n');
    expect((await performed(`redis://:\${OTHER}@127.0.0.1:${port}`)).reason).toContain(
      'OTHER, which stands in its address, is not set',
    );
  });

  it('reads of one that sends without end no more than it must', async () => {
    let sent = 0;
    const port = await on(serveEndless((bytes) => (sent += bytes)));
    expect((await performed(`redis://127.0.0.1:${port}`)).reason).toContain("does not speak Redis' protocol");
    expect(sent).toBeLessThan(16 * 1_024 * 1_024);
  });

  it('says what is in the way', async () => {
    const locked = await redis(() => '-NOAUTH Authentication required.\r\n');
    const loading = await redis(() => '-LOADING Redis is loading the dataset in memory\r\n');
    const other = await redis(() => 'HTTP/1.1 400 Bad Request\r\n');
    const silent = await redis(() => '');
    const reason = async (port: number): Promise<string> =>
      (await performed(`redis://127.0.0.1:${port}`, { timeout: '80ms' })).reason;
    expect(await reason(locked)).toContain('wants a password');
    expect(await reason(loading)).toContain('is still loading its data');
    expect(await reason(other)).toContain("does not speak Redis' protocol");
    expect(await reason(silent)).toBe(`127.0.0.1:${silent} gave no answer within 80 ms`);
    const dead = await deadPort();
    expect(await reason(dead)).toBe(`127.0.0.1:${dead} refuses connections`);
  });
});

describe('postgres', () => {
  const message = (type: string, body: Buffer): Buffer => {
    const length = Buffer.alloc(4);
    length.writeInt32BE(body.length + 4);
    return Buffer.concat([Buffer.from(type), length, body]);
  };
  const ready = Buffer.concat([message('R', Buffer.alloc(4)), message('Z', Buffer.from('I'))]);
  const refused = message('E', Buffer.from('SFATAL\0VFATAL\0C28P01\0Mpassword authentication failed\0\0', 'latin1'));

  it('asks for one row', async () => {
    const done = Buffer.concat([message('C', Buffer.from('SELECT 0\0')), message('Z', Buffer.from('I'))]);
    const port = await on(
      serveTcp((socket) =>
        socket.on('data', (data) => socket.write(data[0] === 0x51 ? done : data[0] === 0 ? ready : '')),
      ),
    );
    expect(await performed(`postgres://probe:secret@127.0.0.1:${port}/shop`)).toMatchObject({ outcome: 'PASS' });
  });

  it('says what is in the way, and keeps the password to itself', async () => {
    const port = await on(serveTcp((socket) => socket.once('data', () => socket.end(refused))));
    const { reason } = await performed(`postgres://probe:secret@127.0.0.1:${port}/shop`);
    expect(reason).toBe(`127.0.0.1:${port} refuses the user or the password`);
    const dead = await deadPort();
    expect((await performed(`postgres://probe:secret@127.0.0.1:${dead}/shop`)).reason).toBe(
      `127.0.0.1:${dead} refuses connections`,
    );
    const silent = await on(serveTcp(() => undefined));
    expect(await performed(`postgres://probe:secret@127.0.0.1:${silent}/shop`, { timeout: '80ms' })).toMatchObject({
      reason: `127.0.0.1:${silent} gave no answer within 80 ms`,
    });
  });

  it('reads of one that sends without end no more than it must', async () => {
    let sent = 0;
    const port = await on(serveEndless((bytes) => (sent += bytes)));
    expect(await performed(`postgres://probe:secret@127.0.0.1:${port}/shop`, { timeout: '500ms' })).toMatchObject({
      reason: `127.0.0.1:${port} sends far more than was asked for: something else may listen there`,
      isHanging: false,
    });
    expect(sent).toBeLessThan(16 * 1_024 * 1_024);
  });
});

describe("a report of one's own", () => {
  it('is read as its words mean', async () => {
    const answers: Readonly<Record<string, string>> = {
      '/well': '{"status": "UP"}',
      '/slow': '{"status": "DEGRADED", "reason": "the queue is long", "value": 812, "unit": "orders"}',
      '/odd': '{"status": "so-so"}',
      '/page': '<html>',
      '/large': `{"status": "${'a'.repeat(100_000)}"}`,
    };
    const port = await on(serveHttp((request, response) => response.end(answers[request.url ?? ''])));
    const at = (path: string): Promise<Performed> => performed(`report+http://127.0.0.1:${port}${path}`);
    expect(await at('/well')).toMatchObject({ outcome: 'PASS', reason: '' });
    expect(await at('/slow')).toMatchObject({
      outcome: 'WARN',
      reason: `http://127.0.0.1:${port}/slow says DEGRADED: the queue is long`,
      value: 812,
      unit: 'orders',
    });
    for (const path of ['/odd', '/page']) expect((await at(path)).reason).toContain('not with a report such as');
    expect((await at('/large')).reason).toContain('more than 64 kB');
  });
});

it('ends in time even with a check that heeds nothing, and when it is given up', async () => {
  const perform = (): Promise<never> => new Promise(() => undefined);
  const check = checkAt('system:', { timeout: '50ms' });
  expect(await performCheck(check, never, { perform })).toMatchObject({
    reason: 'this machine gave no answer within 50 ms',
    isHanging: true,
  });
  const stop = new AbortController();
  const given = performCheck(checkAt('system:'), stop.signal, { perform });
  stop.abort();
  expect(await given).toMatchObject({ outcome: 'FAIL', isHanging: false });
});
