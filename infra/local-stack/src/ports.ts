import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { stackError } from './stack-error.ts';

const uses = ['kafka', 'controller', 'registry', 'management', 'redis'] as const;
export type PortUse = (typeof uses)[number];
export type Ports = Readonly<Record<PortUse, number>>;

const lowest = 20_000;
const blockSize = 10;
const blocks = 1_200;

/**
 * The block of ports to try in the given round: derived from the data folder, so that two folders rarely meet and one
 * folder keeps its own; below 32768, where systems take the ports of outgoing connections from.
 */
export function portBlock(dataDir: string, round: number): Ports {
  const home = createHash('sha256').update(dataDir).digest().readUInt32BE(0);
  const first = lowest + ((home + round) % blocks) * blockSize;
  return Object.fromEntries(uses.map((use, index) => [use, first + index])) as Ports;
}

/** The remembered ports in the text of `ports.json`; undefined unless it names every one. */
export function parsePorts(text: string): Ports | undefined {
  try {
    const ports = JSON.parse(text) as Partial<Ports> | null;
    return uses.every((use) => Number.isInteger(ports?.[use])) ? (ports as Ports) : undefined;
  } catch {
    return undefined;
  }
}

/** Whether a server could listen on this port of the loopback address now. */
export function isPortFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen({ port, host: '127.0.0.1', exclusive: true }, () => probe.close(() => resolve(true)));
  });
}

async function areFree(ports: Ports): Promise<boolean> {
  const free = await Promise.all(uses.map((use) => isPortFree(ports[use])));
  return free.every(Boolean);
}

function remembered(dataDir: string): Ports | undefined {
  try {
    return parsePorts(readFileSync(join(dataDir, 'ports.json'), 'utf8'));
  } catch {
    return undefined;
  }
}

async function freeBlock(dataDir: string): Promise<Ports> {
  const known = remembered(dataDir);
  if (known && (await areFree(known))) return known;
  for (let round = 0; round < blocks; round += 1) {
    const block = portBlock(dataDir, round);
    if (await areFree(block)) return block;
  }
  throw stackError(
    'PORT_TAKEN',
    `No free ports were found on 127.0.0.1 from ${lowest} to ${lowest + blocks * blockSize}: end some programs and start again.`,
  );
}

/**
 * Chooses where the servers listen: the ports asked for, else those of the last start, else free ones. They are
 * remembered in the data folder. Throws `PORT_TAKEN` when a port that was asked for is in use.
 */
export async function choosePorts(dataDir: string, asked: Partial<Ports>): Promise<Ports> {
  for (const use of uses) {
    const port = asked[use];
    if (port !== undefined && !(await isPortFree(port))) {
      throw stackError(
        'PORT_TAKEN',
        `Port ${port}, asked for ${use}, is in use on 127.0.0.1: end the program that has it, ask for another, or leave the choice to the stack.`,
      );
    }
  }
  const ports = { ...(await freeBlock(dataDir)), ...asked };
  mkdirSync(dataDir, { recursive: true });
  writeFileSync(join(dataDir, 'ports.json'), `${JSON.stringify(ports)}\n`);
  return ports;
}
