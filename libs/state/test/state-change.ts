import type { StateChange } from '../src/state-store.ts';

export const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
export const textOf = (bytes: Uint8Array | null): string | null => bytes && new TextDecoder().decode(bytes);

export function changeOf(change: {
  offsets?: Record<string, number>;
  entries?: Record<string, string | null>;
  timers?: Record<string, number | null>;
  outbox?: Record<number, string | null>;
}): StateChange {
  const entries = Object.entries(change.entries ?? {});
  const outbox = Object.entries(change.outbox ?? {});
  return {
    offsets: new Map(Object.entries(change.offsets ?? {})),
    entries: new Map(entries.map(([key, text]) => [key, text === null ? null : bytesOf(text)])),
    timers: new Map(Object.entries(change.timers ?? {})),
    outbox: new Map(outbox.map(([number, text]) => [Number(number), text === null ? null : bytesOf(text)])),
  };
}
