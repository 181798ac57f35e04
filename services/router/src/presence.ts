import type { Table } from '@muster/agent';
import type { AgentHeartbeat } from '@muster/schemas';
import { derivedFrom } from './derived.ts';

const staleAfterMs = 30_000;
const goneAfterMs = 60_000;

/** Whether an agent can be given tasks. */
export type Presence =
  /** `load`: mean of its instances, 0..1; 1 only when each takes no more. */
  | { readonly kind: 'ready'; readonly load: number }
  /** It may be back soon: better than nobody. */
  | { readonly kind: 'doubtful'; readonly reason: string }
  | { readonly kind: 'gone'; readonly reason: string };

/** Since when an agent is there without a break, epoch ms: its oldest instance counts. `undefined` while none is heard of. */
export function thereSince(agent: string, heartbeats: Table<AgentHeartbeat>, now: number): number | undefined {
  const there = (instancesOf(heartbeats).get(agent) ?? []).filter(
    ({ status, envelope }) => status !== 'STOPPING' && now - envelope.time < staleAfterMs,
  );
  return there.length === 0 ? undefined : Math.min(...there.map(({ startedAt }) => startedAt));
}

const instancesOf = derivedFrom((heartbeats: Table<AgentHeartbeat>): ReadonlyMap<string, AgentHeartbeat[]> =>
  Map.groupBy(heartbeats.values(), ({ agent }) => agent),
);

/** @param now epoch ms, by the log's clock */
export function presenceOf(agent: string, heartbeats: Table<AgentHeartbeat>, now: number): Presence {
  const instances = instancesOf(heartbeats).get(agent) ?? [];
  let readyCount = 0;
  let loads = 0;
  let newest: AgentHeartbeat | undefined;
  for (const each of instances) {
    const silentMs = now - each.envelope.time;
    if (each.status === 'READY' && silentMs < staleAfterMs) {
      readyCount += 1;
      loads += Math.min(1, Math.max(0, each.load));
    }
    if (each.status !== 'STOPPING' && (newest === undefined || each.envelope.time > newest.envelope.time))
      newest = each;
  }
  if (readyCount > 0) return { kind: 'ready', load: loads / readyCount };
  if (newest === undefined)
    return { kind: 'gone', reason: instances.length === 0 ? 'never heard of' : 'all its instances stopped' };
  const silentMs = now - newest.envelope.time;
  const silence = `not heard of for ${Math.round(silentMs / 1_000)} s`;
  if (silentMs >= goneAfterMs) return { kind: 'gone', reason: silence };
  if (silentMs >= staleAfterMs) return { kind: 'doubtful', reason: silence };
  return { kind: 'doubtful', reason: newest.reason === '' ? 'not ready' : `not ready: ${newest.reason}` };
}
