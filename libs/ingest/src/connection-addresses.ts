/** Connections that a program numbers: one line tells the address, another what went wrong. */

export interface ConnectionAddresses {
  /**
   * Takes in a message; `undefined` where it names no connection. Otherwise the connection's address, if it is known, and whether a failure was told
   * before its address was: then this message is the first to name it.
   */
  read(
    host: string,
    message: string,
    address: string | undefined,
    isFailure: boolean,
  ): { readonly address: string | undefined; readonly isOwed: boolean } | undefined;
}

interface Connection {
  readonly address: string | undefined;
  readonly isOwed: boolean;
}

const number = /\bconn(?:ection)?[=#](\d{1,12})\b|\[conn(\d{1,12})\]|\bconnection accepted from \S+ #(\d{1,12})\b/i;
const most = 4_096;

/** For one log, whose lines come in order. Remembers the newest connections. */
export function connectionAddresses(): ConnectionAddresses {
  const connections = new Map<string, Connection>();
  return {
    read(host, message, said, isFailure) {
      const match = number.exec(message);
      if (match === null) return undefined;
      const key = `${host} ${match[1] ?? match[2] ?? match[3] ?? ''}`;
      const before = connections.get(key);
      const address = said ?? before?.address;
      const isOwed = before?.isOwed === true && address !== undefined;
      connections.delete(key);
      connections.set(key, {
        address,
        isOwed: !isOwed && (before?.isOwed === true || (isFailure && address === undefined)),
      });
      if (connections.size > most) connections.delete(connections.keys().next().value ?? '');
      return { address, isOwed };
    },
  };
}
