import { describe, expect, test } from 'vitest';
import { parsePorts, portBlock } from './ports.ts';

describe('portBlock', () => {
  test('gives every use a port of its own, below those of outgoing connections', () => {
    for (const dataDir of ['/a', '/b', '/some/where/.muster/dev']) {
      const ports = Object.values(portBlock(dataDir, 0));
      expect(new Set(ports).size).toBe(5);
      expect(Math.min(...ports)).toBeGreaterThanOrEqual(20_000);
      expect(Math.max(...ports)).toBeLessThan(32_768);
    }
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
