import { connect } from 'node:net';

/** Asks a server once whether it serves; any failure counts as "not yet". */
export type Probe = () => Promise<boolean>;

/** Sends the bytes and gives what came back once `isWhole` says so; rejects on any error and after `timeoutMs`. */
function exchange(
  host: string,
  port: number,
  request: Buffer,
  isWhole: (answer: Buffer) => boolean,
  timeoutMs: number,
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port });
    let answer = Buffer.alloc(0);
    const fail = (error: Error): void => {
      socket.destroy();
      reject(error);
    };
    socket.setTimeout(timeoutMs, () => fail(new Error(`no answer within ${timeoutMs} ms`)));
    socket.once('error', fail);
    socket.once('close', () => reject(new Error('closed without an answer')));
    socket.once('connect', () => socket.write(request));
    socket.on('data', (chunk: Buffer) => {
      answer = Buffer.concat([answer, chunk]);
      if (!isWhole(answer)) return;
      resolve(answer);
      socket.destroy();
    });
  });
}

const metadataRequest = ((): Buffer => {
  const clientId = Buffer.from('muster-stack');
  const body = Buffer.concat([
    Buffer.from([0, 3, 0, 4, 0, 0, 0, 1, 0, clientId.length]), // Metadata, version 4, correlation 1
    clientId,
    Buffer.from([0, 0, 0, 0, 0]), // no topics, create none
  ]);
  const length = Buffer.alloc(4);
  length.writeInt32BE(body.length);
  return Buffer.concat([length, body]);
})();

/**
 * The ports of the brokers that a Metadata v4 answer lists: after length, correlation id and throttle time an array of id, host, port and rack. None
 * while it is cut short.
 */
export function brokersListed(answer: Buffer): number[] {
  const ports: number[] = [];
  if (!isWholeAnswer(answer)) return ports;
  let at = 16;
  for (let left = answer.readInt32BE(12); left > 0; left -= 1) {
    at += 6 + answer.readInt16BE(at + 4);
    ports.push(answer.readInt32BE(at));
    at += 6 + Math.max(0, answer.readInt16BE(at + 4));
  }
  return ports;
}

const isWholeAnswer = (answer: Buffer): boolean => answer.length >= 4 && answer.length >= 4 + answer.readInt32BE(0);

/** A broker serves once its own metadata lists it: the socket opens earlier, while the broker is still fenced. */
export function kafkaProbe(port: number): Probe {
  return async () =>
    brokersListed(await exchange('127.0.0.1', port, metadataRequest, isWholeAnswer, 2_000)).includes(port);
}

/** Redis serves once it answers PING; while it loads its file it answers with an error instead. */
export function redisProbe(port: number): Probe {
  const isWhole = (answer: Buffer) => answer.includes('\r\n');
  return async () =>
    (await exchange('127.0.0.1', port, Buffer.from('PING\r\n'), isWhole, 2_000)).toString().startsWith('+PONG');
}

/** The registry serves once it can list its subjects. */
export function registryProbe(url: string): Probe {
  return async () => (await fetch(`${url}/subjects`, { signal: AbortSignal.timeout(2_000) })).ok;
}

/** Whether anything accepts a connection there; says nothing about who it is. */
export function isListening(host: string, port: number, timeoutMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const finish = (listening: boolean) => {
      socket.destroy();
      resolve(listening);
    };
    socket.setTimeout(timeoutMs, () => finish(false));
    socket.once('error', () => finish(false));
    socket.once('connect', () => finish(true));
  });
}
