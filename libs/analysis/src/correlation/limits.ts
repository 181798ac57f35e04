export const minuteMs = 60_000;
export const hourMs = 60 * minuteMs;

/** How much one scope remembers: what bounds its state, however many alerts come. */
export const limits = {
  /** Habits are kept in buckets, so that learning one copies little. */
  habitBuckets: 64,
  habitsPerBucket: 64,
  companions: 1_000,
  openIncidents: 50,
  incidents: 100,
  membersPerIncident: 100,
  dependenciesPerIncident: 300,
  timelineEntries: 40,
  /** Unusual alerts of the last minutes, and ordinary ones. */
  recentEvidence: 64,
  recentOrdinary: 256,
} as const;

/** The map with one more entry, as the youngest; the oldest go where there are too many. */
export function remember<V>(map: ReadonlyMap<string, V>, key: string, value: V, most: number): ReadonlyMap<string, V> {
  const next = new Map(map);
  next.delete(key);
  return shorten(next.set(key, value), most);
}

/** The oldest entries go where there are too many. Changes the map that it is given. */
export function shorten<V>(map: Map<string, V>, most: number): Map<string, V> {
  for (const oldest of map.keys()) {
    if (map.size <= most) break;
    map.delete(oldest);
  }
  return map;
}
