/** Runs within a network namespace of its own: a server, an attacker and a customer on its loopback, and the kernel's own answer to each. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { connect, createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { nftablesBlock, nftablesLift, nftablesSetup } from '@muster/containment';
import { percentiles } from './percentiles.ts';

const [shop, attacker, customer] = ['198.51.100.1', '203.0.113.7', '198.51.100.4'] as const;
const [shop6, attacker6] = ['2001:db8::1', '2001:db8::7'] as const;
const port = 8_080;
const dropped = 500;

const nft = (commands: readonly string[]): void =>
  void execFileSync('nft', ['-f', '-'], { input: `${commands.join('\n')}\n`, stdio: ['pipe', 'ignore', 'inherit'] });
const block = (address: string, lastsMs: number): readonly string[] =>
  nftablesBlock({ address, startsAt: Date.now(), endsAt: Date.now() + lastsMs, reason: '' }, Date.now());

/** Whether a connection comes about; what is dropped is not answered. */
function reaches(from: string, to: string): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const socket = connect({ host: to, port, localAddress: from });
  const end = (isOpen: boolean): void => {
    socket.destroy();
    resolve(isOpen);
  };
  socket.setTimeout(dropped, () => end(false));
  socket.once('connect', () => end(true)).once('error', () => end(false));
  return promise;
}

const ip = (...parts: readonly string[]): void => void execFileSync('ip', parts);
ip('link', 'set', 'lo', 'up');
for (const address of [shop, attacker, customer]) ip('addr', 'add', `${address}/32`, 'dev', 'lo');
for (const address of [shop6, attacker6]) ip('addr', 'add', `${address}/128`, 'dev', 'lo', 'nodad');
const server = createServer((socket) => socket.end()).listen(port, '::');
await new Promise((resolve) => server.once('listening', resolve));

nft(nftablesSetup);
nft(nftablesSetup);
assert.equal(await reaches(attacker, shop), true);
assert.equal(await reaches(attacker6, shop6), true);
nft(block(attacker, 60_000));
nft(block(attacker6, 60_000));
assert.deepEqual(
  [await reaches(attacker, shop), await reaches(attacker6, shop6), await reaches(customer, shop)],
  [false, false, true],
);
nft(nftablesLift(attacker));
nft(nftablesLift(attacker));
assert.equal(await reaches(attacker, shop), true);
// Made anew with another end, which the kernel keeps by itself.
nft(block(attacker6, 1_000));
await sleep(1_500);
assert.equal(await reaches(attacker6, shop6), true);

const took: number[] = [];
for (let nth = 1; nth <= 100; nth += 1) {
  const beganAt = performance.now();
  nft(block(`2001:db8::${(nth + 16).toString(16)}`, 60_000));
  took.push(performance.now() - beganAt);
}
const { p50, p95 } = percentiles(took);
server.close();
process.stdout.write(
  `  enforced in a network namespace: blocked addresses of both kinds are not answered, others are; lifted, and ended by the kernel itself
  a block is in force      p50 ${p50.toFixed(1)} ms, p95 ${p95.toFixed(1)} ms after nft is started\n`,
);
