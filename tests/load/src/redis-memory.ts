import { createConnection } from 'node:net';

/** Bytes that Redis holds, by its own account. */
export function redisBytes(url: string): Promise<number> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    let answer = '';
    const socket = createConnection(Number(port || 6379), hostname, () => socket.write('INFO memory\r\n'));
    socket.setTimeout(10_000, () => socket.destroy(new Error('Redis gave no answer to INFO within 10 s')));
    socket.on('error', reject);
    socket.on('data', (bytes) => {
      answer += bytes.toString();
      const used = /^used_memory:(\d+)/m.exec(answer)?.[1];
      if (used === undefined) return;
      socket.end();
      resolve(Number(used));
    });
  });
}
