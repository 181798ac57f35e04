/** One request as a line of an access log, in the form that nginx calls combined. */
export interface Accessed {
  readonly address: string;
  readonly method: string;
  readonly url: string;
  readonly status: number;
  readonly userAgent: string;
}

export function accessLine({ address, method, url, status, userAgent }: Accessed, at: Date): string {
  const [, day, month, year, time] = /^\w+, (\d+) (\w+) (\d+) ([\d:]+)/.exec(at.toUTCString()) ?? [];
  const stamp = `${day}/${month}/${year}:${time} +0000`;
  return `${address} - - [${stamp}] "${escaped(`${method} ${url} HTTP/1.1`)}" ${status} - "-" "${escaped(userAgent || '-')}"`;
}

/** Whoever asks chooses the words, and is not to end the field. */
const escaped = (text: string): string => text.replaceAll(/["\\]/g, String.raw`\$&`);
