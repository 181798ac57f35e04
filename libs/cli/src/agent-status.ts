/** How the agents of a mesh are, from their cards and heartbeats. */
import type { AgentCard, AgentHeartbeat, AgentStatus } from '@muster/schemas';

export interface Heard {
  readonly heartbeat: AgentHeartbeat;
  /** When the log took it in, epoch ms. */
  readonly at: number;
}

export interface AgentLine {
  readonly agent: string;
  readonly instance: string;
  /** Its own word, unless it was not heard of for too long. */
  readonly status: AgentStatus | 'STALE' | 'GONE';
  readonly version: string;
  /** How long ago it was heard of, ms; null when it never was. */
  readonly ageMs: number | null;
  readonly load: number | null;
  readonly lag: number | null;
  readonly partitions: readonly number[];
  readonly reason: string;
}

const STALE_AFTER_MS = 30_000;
const GONE_AFTER_MS = 60_000;

/**
 * One line for each instance, by name; one also for an agent that has a card and no instance. Instances that said goodbye, or were
 * not heard of for a minute while another of their agent is there, are left out.
 */
export function agentLines(cards: readonly AgentCard[], heard: readonly Heard[], now: number): AgentLine[] {
  const newest = new Map<string, Heard>();
  for (const item of heard) {
    const known = newest.get(item.heartbeat.instance);
    if (known === undefined || known.at <= item.at) newest.set(item.heartbeat.instance, item);
  }
  const lines = [...newest.values()].map((item) => lineOf(item, now));
  const isThere = ({ status }: AgentLine) => status !== 'GONE';
  const named = new Set([...cards.map(({ agent }) => agent), ...lines.map(({ agent }) => agent)]);
  return [...named].toSorted().flatMap((agent) => {
    const own = lines.filter((line) => line.agent === agent).toSorted((a, b) => (a.instance < b.instance ? -1 : 1));
    const present = own.filter(isThere);
    if (present.length > 0) return present;
    return own.length > 0 ? own.slice(-1) : [absent(agent, cards.find((card) => card.agent === agent)?.version ?? '')];
  });
}

function lineOf({ heartbeat, at }: Heard, now: number): AgentLine {
  const ageMs = Math.max(0, now - at);
  const { agent, instance, version, load, lag, partitions, reason } = heartbeat;
  const isGone = ageMs > GONE_AFTER_MS || (heartbeat.status === 'STOPPING' && ageMs > STALE_AFTER_MS / 2);
  const status = isGone ? 'GONE' : ageMs > STALE_AFTER_MS ? 'STALE' : heartbeat.status;
  return { agent, instance, status, version, ageMs, load, lag, partitions, reason };
}

const absent = (agent: string, version: string): AgentLine => ({
  agent,
  instance: '',
  status: 'GONE',
  version,
  ageMs: null,
  load: null,
  lag: null,
  partitions: [],
  reason: 'it has a card and was not heard of lately',
});
