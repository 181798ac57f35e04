/** What is known of one step of load when it is asked what the limit is. CPU as shares of one core. */
export interface Evidence {
  readonly cores: number;
  readonly cpu: ReadonlyMap<string, number>;
  /** CPU of everything else on the machine. */
  readonly others: number;
  /** Share of the time in which the busiest agent's event loop did not wait, 0..1. */
  readonly loopUse: number;
  /** CPU of that agent: less than its loop's use where it is ready and has to wait for a core. */
  readonly ownCpu: number;
  /** Share of the busiest agent's time in garbage collection. */
  readonly gc: number;
  readonly loopDelayP99Ms: number;
  /** Messages a second wanted, and stored by the log. */
  readonly offered: number;
  readonly stored: number;
}

const full = 0.9;
const percent = (share: number): string => `${Math.round(share * 100)} %`;

/** What limits, in a sentence with its evidence. The first that is true of: the load was not there; the machine; one thread; one server. */
export function limitingPart(evidence: Evidence): string {
  const { cores, cpu, others, loopUse, ownCpu, gc, loopDelayP99Ms, offered, stored } = evidence;
  const busy = [...cpu.values()].reduce((sum, share) => sum + share, others);
  const shares = [...cpu].toSorted((a, b) => b[1] - a[1]).map(([name, share]) => `${name} ${percent(share)}`);
  const parts = `${shares.join(', ')}, others ${percent(others)}`;
  const isMachineFull = busy >= full * cores;
  if (stored < 0.95 * offered && loopUse < full)
    return `the load was not there: ${Math.round(stored)} of ${Math.round(offered)}/s reached the log, while the agent waited ${percent(1 - loopUse)} of the time (${parts} of a core)`;
  if (loopUse >= full && (ownCpu >= 0.8 || !isMachineFull))
    return `the agent's one thread: its event loop was busy ${percent(loopUse)} of the time, with ${percent(gc)} for garbage collection${isMachineFull ? `; the machine's ${cores} cores are full as well (${parts})` : ''}`;
  if (isMachineFull)
    return `the machine: ${percent(busy / cores)} of its ${cores} cores are used; the busiest agent was ready ${percent(loopUse)} of the time and got ${percent(ownCpu)} of a core (${parts})`;
  const server = [...cpu].find(([name, share]) => /Redis/i.test(name) && share >= full);
  if (server !== undefined) return `${server[0]}, which has one thread: ${percent(server[1])} of a core`;
  return `pauses, not load: no process is full (${parts} of a core), but timers of the agent came up to ${Math.round(loopDelayP99Ms)} ms late (p99)`;
}
