import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { stackError } from './stack-error.ts';

const uses = ['kafka', 'controller', 'registry', 'management', 'redis'] as const;
/** Of the brokers besides the first. */
const moreUses = ['kafka2', 'controller2', 'kafka3', 'controller3'] as const;
const allUses = [...uses, ...moreUses];
export type PortUse = (typeof allUses)[number];
/** Ports of brokers that a stack does not have are missing. */
export type Ports = Readonly<Record<(typeof uses)[number], number>> &
  Readonly<Partial<Record<(typeof moreUses)[number], number>>>;
/** How many brokers a stack may have: one, or as many as can lose one. */
export type BrokerCount = 1 | 3;

const lowest = 20_000;
const blockSize = 10;
const blocks = 1_200;

/**
 * The block of ports to try in the given round: derived from the data folder, so that two folders rarely meet and one
 * folder keeps its own; below 32768, where systems take the ports of outgoing connections from.
 */
export function portBlock(dataDir: string, round: number, brokers: BrokerCount = 1): Ports {
  const home = createHash('sha256').update(dataDir).digest().readUInt32BE(0);
  const first = lowest + ((home + round) % blocks) * blockSize;
  return Object.fromEntries(usesOf(brokers).map((use, index) => [use, first + index])) as Ports;
}

const usesOf = (brokers: BrokerCount): readonly PortUse[] => (brokers === 1 ? uses : allUses);

/** The remembered ports in the text of `ports.json`; undefined unless it names exactly those that so many brokers need. */
export function parsePorts(text: string, brokers: BrokerCount = 1): Ports | undefined {
  try {
    const ports = JSON.parse(text) as Partial<Ports> | null;
    const needed = usesOf(brokers);
    if (Object.keys(ports ?? {}).length !== needed.length) return undefined;
    return needed.every((use) => Number.isInteger(ports?.[use])) ? (ports as Ports) : undefined;
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
  const free = await Promise.all(Object.values(ports).map(isPortFree));
  return free.every(Boolean);
}

function remembered(dataDir: string, brokers: BrokerCount): Ports | undefined {
  try {
    return parsePorts(readFileSync(join(dataDir, 'ports.json'), 'utf8'), brokers);
  } catch {
    return undefined;
  }
}

async function freeBlock(dataDir: string, brokers: BrokerCount): Promise<Ports> {
  const known = remembered(dataDir, brokers);
  if (known && (await areFree(known))) return known;
  for (let round = 0; round < blocks; round += 1) {
    const block = portBlock(dataDir, round, brokers);
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
export async function choosePorts(dataDir: string, asked: Partial<Ports>, brokers: BrokerCount = 1): Promise<Ports> {
  for (const use of usesOf(brokers)) {
    const port = asked[use];
    if (port !== undefined && !(await isPortFree(port))) {
      throw stackError(
        'PORT_TAKEN',
        `Port ${port}, asked for ${use}, is in use on 127.0.0.1: end the program that has it, ask for another, or leave the choice to the stack.`,
      );
    }
  }
  const ports = { ...(await freeBlock(dataDir, brokers)), ...asked };
  mkdirSync(dataDir, { recursive: true });
  writeFileSync(join(dataDir, 'ports.json'), `${JSON.stringify(ports)}\n`);
  return ports;
}

/** Above those of the stacks, and still below those of outgoing connections. */
const single = { lowest: lowest + blocks * blockSize, count: 768 };
const handedOut = new Set<number>();

/**
 * A free port on 127.0.0.1 for a process that is about to start. One that the system chooses could be taken by an outgoing connection before the process
 * listens. No port is handed out twice. Throws a stack error when none is left.
 */
export async function freePort(): Promise<number> {
  const from = Math.floor(Math.random() * single.count);
  for (let index = 0; index < single.count; index += 1) {
    const port = single.lowest + ((from + index) % single.count);
    if (handedOut.has(port)) continue;
    handedOut.add(port);
    if (await isPortFree(port)) return port;
  }
  const upTo = single.lowest + single.count - 1;
  throw stackError('PORT_TAKEN', `No port is free on 127.0.0.1 from ${single.lowest} to ${upTo}: end some programs.`);
}
