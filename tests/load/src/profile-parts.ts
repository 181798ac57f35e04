/** Where the CPU time of an agent goes, by the part of it that a CPU profile was taken in. */

/** As `Profiler.stop` of V8's inspector gives it, as far as it is needed here. */
export interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string };
    readonly children?: readonly number[];
  }[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

const parts: readonly (readonly [string, RegExp])[] = [
  ['kafkajs', /node_modules\/kafkajs\//],
  ['platformatic kafka', /node_modules\/@platformatic\//],
  ['kafka client (libs/bus)', /libs\/bus\/src\/(kafkajs|kafka|platformatic)\//],
  ['Avro codec (libs/bus, avsc)', /libs\/bus\/|node_modules\/avsc\/|\/schemas\//],
  ['Redis client (ioredis)', /node_modules\/(ioredis|redis-parser|@ioredis|denque|standard-as-callback)\//],
  ['state encoding (msgpackr)', /node_modules\/msgpackr\/|libs\/state\//],
  ['handler: detection (libs/analysis)', /libs\/analysis\//],
  ['handler: the rest (service, libs/policy)', /services\/|libs\/policy\/|tests\/load\//],
  ['agent runtime (libs/agent)', /libs\/agent\/|libs\/resilience\//],
  ['the profiler itself', /node:inspector/],
  ['metrics and probes', /node_modules\/(prom-client|express|pino)/],
];
const special = new Map([
  ['(garbage collector)', 'garbage collection'],
  ['(idle)', 'idle'],
  ['(program)', 'native, outside JavaScript'],
  ['(root)', 'Node itself'],
]);
/** Not the agent's work. */
const aside = new Set(['idle', 'the profiler itself']);

function partOf(name: string, url: string): string | undefined {
  return special.get(name) ?? parts.find(([, pattern]) => pattern.test(url))?.[0];
}

/**
 * Self time by part, as shares of the time in which the thread worked, the largest first. What runs inside Node and V8's library (buffers, sockets, maps) counts for the
 * part that called it.
 */
export function sharesByPart(profile: CpuProfile): {
  readonly busy: number;
  readonly shares: (readonly [string, number])[];
} {
  const partOfNode = namesOf(
    profile,
    (frame, parent) => partOf(frame.functionName, frame.url) ?? parent ?? 'Node itself',
  );
  const byPart = timesBy(profile, (id) => partOfNode.get(id) ?? 'Node itself');
  const all = sum(byPart);
  const worked = byPart.filter(([part]) => !aside.has(part));
  const total = sum(worked);
  return { busy: total / all, shares: worked.map(([part, spent]) => [part, spent / total] as const) };
}

/** The functions with the largest self time, as shares of the time in which the thread worked. */
export function hottest(profile: CpuProfile, count: number): (readonly [string, number])[] {
  const nameOfNode = namesOf(profile, ({ functionName, url }) => {
    const file = url.split('/').slice(-2).join('/');
    return url.includes('node:inspector') ? '(profiler)' : `${functionName || '(anonymous)'} ${file}`.trim();
  });
  const times = timesBy(profile, (id) => nameOfNode.get(id) ?? '').filter(
    ([name]) => !/^\((idle|profiler)\)/.test(name),
  );
  const total = sum(times);
  const functions = times.filter(([name]) => !/^\((garbage collector|program|root)\)/.test(name));
  return functions.slice(0, count).map(([name, spent]) => [name, spent / total] as const);
}

/** Time by name, the most first. */
function timesBy({ samples, timeDeltas }: CpuProfile, nameOf: (id: number) => string): (readonly [string, number])[] {
  const times = new Map<string, number>();
  for (const [index, id] of samples.entries())
    times.set(nameOf(id), (times.get(nameOf(id)) ?? 0) + (timeDeltas[index] ?? 0));
  return [...times].toSorted((a, b) => b[1] - a[1]);
}

const sum = (times: readonly (readonly [string, number])[]): number => times.reduce((all, [, spent]) => all + spent, 0);

function namesOf(
  { nodes }: CpuProfile,
  nameOf: (frame: CpuProfile['nodes'][number]['callFrame'], parent: string | undefined) => string,
): Map<number, string> {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const names = new Map<number, string>();
  // Parents stand before their children.
  const inherited = new Map<number, string>();
  for (const { id, callFrame, children = [] } of nodes) {
    const name = nameOf(callFrame, inherited.get(id));
    names.set(id, name);
    for (const child of children) if (byId.has(child)) inherited.set(child, name);
  }
  return names;
}
