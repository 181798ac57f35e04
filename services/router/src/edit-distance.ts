/** Levenshtein's distance: the fewest characters to insert, delete or replace. */
export function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 0; i < a.length; i += 1) {
    const next = [i + 1];
    for (let j = 0; j < b.length; j += 1) {
      const replaced = (row[j] ?? 0) + (a[i] === b[j] ? 0 : 1);
      next.push(Math.min((row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1, replaced));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}

/** The names most like one, at most three; none where nothing is alike. */
export function nearestNames(name: string, names: Iterable<string>): string[] {
  const short = name.slice(0, 100);
  return [...names]
    .map((each) => ({ each, distance: editDistance(short, each) }))
    .filter(({ each, distance }) => distance <= Math.max(3, Math.max(short.length, each.length) * 0.6))
    .toSorted((a, b) => a.distance - b.distance || (a.each < b.each ? -1 : 1))
    .slice(0, 3)
    .map(({ each }) => each);
}
