import { once } from 'node:events';
import type { Socket } from 'node:net';
import { hostOf, withSocket } from './conversation.ts';
import { fail, pass, warn, type CheckInput, type Finding } from './finding.ts';

const mostBytes = 4_096;

/** Says PING over a connection of its own, with user and password where the address has them. RESP, by hand: two commands need no client. */
export function checkRedis({ address, signal }: CheckInput): Promise<Finding> {
  const { host, port, place } = hostOf(address, 6_379);
  const { protocol, username, password } = new URL(address);
  return withSocket({ host, port, isTls: protocol === 'rediss:' }, signal, async (socket) => {
    if (password !== '') {
      const user = username === '' ? [] : [decodeURIComponent(username)];
      const answer = await say(socket, ['AUTH', ...user, decodeURIComponent(password)], signal);
      if (!answer.startsWith('+')) return fail(`${place} refuses the user or the password`);
    }
    return judged(place, await say(socket, ['PING'], signal));
  });
}

function judged(place: string, answer: string): Finding {
  if (answer.startsWith('+PONG')) return pass;
  if (answer.startsWith('-NOAUTH')) return fail(`${place} wants a password: write it into the address, as \${NAME}`);
  if (answer.startsWith('-LOADING')) return fail(`${place} is still loading its data`);
  if (answer.startsWith('-MASTERDOWN')) return warn(`${place} is a replica that has lost its master`);
  if (answer.startsWith('-')) return fail(`${place} says ${answer.slice(1, 100)}`);
  return fail(`${place} does not speak Redis' protocol`);
}

/** One command and the first line of its answer. */
async function say(socket: Socket, words: readonly string[], signal: AbortSignal): Promise<string> {
  const parts = words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`);
  socket.write(`*${words.length}\r\n${parts.join('')}`);
  let heard = '';
  while (!heard.includes('\n') && heard.length < mostBytes) {
    const [part] = (await once(socket, 'data', { signal })) as [Buffer];
    heard += part.toString('latin1');
  }
  return heard.split('\r\n', 1)[0]?.slice(0, 200) ?? '';
}
