import { createServer } from 'node:net';
import { describe, expect, test } from 'vitest';
import { freePort, parsePorts, portBlock } from './ports.ts';

describe('portBlock', () => {
  test('gives every use a port of its own, below those of outgoing connections', () => {
    for (const dataDir of ['/a', '/b', '/some/where/.muster/dev']) {
      const ports = Object.values(portBlock(dataDir, 0));
      expect(new Set(ports).size).toBe(5);
      expect(Math.min(...ports)).toBeGreaterThanOrEqual(20_000);
      expect(Math.max(...ports)).toBeLessThan(32_768);
    }
  });

  test('has room for three brokers, whose first ports are those of one', () => {
    const three = portBlock('/a', 0, 3);
    expect(new Set(Object.values(three)).size).toBe(9);
    expect(three).toMatchObject(portBlock('/a', 0));
    expect(Math.max(...Object.values(three))).toBeLessThan(portBlock('/a', 1).kafka);
  });

  test('is the same for the same folder and another in the next round', () => {
    expect(portBlock('/a', 0)).toEqual(portBlock('/a', 0));
    const firsts = Array.from({ length: 1_200 }, (_, round) => portBlock('/a', round).kafka);
    expect(new Set(firsts).size).toBe(1_200);
  });
});

describe('parsePorts', () => {
  test('reads back what is remembered', () => {
    const ports = portBlock('/a', 3);
    expect(parsePorts(JSON.stringify(ports))).toEqual(ports);
  });

  test('takes the ports of one broker for nothing when there are three, and the reverse', () => {
    expect(parsePorts(JSON.stringify(portBlock('/a', 3)), 3)).toBeUndefined();
    expect(parsePorts(JSON.stringify(portBlock('/a', 3, 3)), 1)).toBeUndefined();
  });

  test.each([
    '',
    '{',
    'null',
    '[]',
    '{"kafka":9092}',
    '{"kafka":"1","controller":2,"registry":3,"management":4,"redis":5}',
  ])('takes %j for nothing remembered', (text) => {
    expect(parsePorts(text)).toBeUndefined();
  });
});

describe('freePort', () => {
  test('hands out ports that can be listened on, each once, where no outgoing connection takes one', async () => {
    const ports = await Promise.all(Array.from({ length: 40 }, () => freePort()));
    expect(new Set(ports).size).toBe(40);
    expect(Math.min(...ports)).toBeGreaterThanOrEqual(32_000);
    expect(Math.max(...ports)).toBeLessThan(32_768);
    const server = createServer();
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject).listen(ports[0], '127.0.0.1', resolve);
    });
    server.close();
  });
});
