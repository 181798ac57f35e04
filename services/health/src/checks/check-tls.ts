import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { checkServerIdentity, connect, type TLSSocket } from 'node:tls';
import { hostOf } from './conversation.ts';
import { fail, pass, warn, type CheckInput, type Finding } from './finding.ts';
import { troubleWith } from './trouble.ts';

const dayMs = 86_400_000;
const usualWarnDays = 21;

/** Looks at the certificate: how long it is good for, for whom it is, and who signed it. */
export async function checkTls({ check, address, signal, now }: CheckInput): Promise<Finding> {
  const { host, port, place } = hostOf(address, 443);
  const name = check.serverName ?? host;
  const ca = check.caFile === undefined ? {} : { ca: await readFile(check.caFile) };
  const servername = isIP(name) === 0 ? name : '';
  // Trust is judged below, so that everything that is wrong can be said.
  const socket: TLSSocket = connect({ host, port, servername, rejectUnauthorized: false, ...ca });
  socket.on('error', () => undefined);
  try {
    await once(socket, 'secureConnect', { signal });
    return judged(socket, { name, place, now, warnDays: check.warnDays ?? usualWarnDays });
  } finally {
    socket.destroy();
  }
}

interface Expected {
  readonly name: string;
  readonly place: string;
  readonly now: number;
  readonly warnDays: number;
}

function judged(socket: TLSSocket, { name, place, now, warnDays }: Expected): Finding {
  const certificate = socket.getPeerCertificate();
  const endsAt = Date.parse(certificate.valid_to);
  const beginsAt = Date.parse(certificate.valid_from);
  const days = (endsAt - now) / dayMs;
  const left = { value: Math.floor(days * 10) / 10, unit: 'days' };
  const day = new Date(endsAt).toISOString().slice(0, 10);
  if (days <= 0) return { ...fail(`the certificate of ${place} expired on ${day}: renew it`), ...left };
  if (beginsAt > now)
    return {
      ...fail(`the certificate of ${place} is not valid before ${new Date(beginsAt).toISOString().slice(0, 10)}`),
      ...left,
    };
  if (checkServerIdentity(name, certificate) !== undefined)
    return { ...fail(`the certificate of ${place} is not for ${name}, but for ${namesOf(certificate)}`), ...left };
  if (!socket.authorized) {
    const code = String(socket.authorizationError);
    return { ...fail(troubleWith(place, { code, message: code })), ...left };
  }
  if (days < warnDays)
    return { ...warn(`the certificate of ${place} ends in ${Math.floor(days)} days, on ${day}: renew it`), ...left };
  return { ...pass, ...left };
}

function namesOf({ subjectaltname, subject }: ReturnType<TLSSocket['getPeerCertificate']>): string {
  const names = subjectaltname?.replaceAll(/(DNS|IP Address):/g, '') ?? String(subject?.CN ?? 'nobody');
  return names.slice(0, 200);
}
