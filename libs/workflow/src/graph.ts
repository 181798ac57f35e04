/** What can be said of steps and their needs as a graph. All of it iterative: a thousand steps in a row must not overflow the stack. */
import type { Playbook } from './form.ts';

type Steps = Playbook['steps'];

/** A cycle as the steps that one meets going along it, the first again at the end; `undefined` when there is none. */
export function cycleIn(steps: Steps): readonly string[] | undefined {
  const ended = new Set<string>();
  for (const first of Object.keys(steps)) {
    const path: { readonly id: string; next: number }[] = [{ id: first, next: 0 }];
    const onPath = new Set([first]);
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const need = ended.has(top.id) ? undefined : (steps[top.id]?.needs ?? [])[top.next];
      if (need === undefined) {
        ended.add(top.id);
        onPath.delete(top.id);
        path.pop();
      } else if (onPath.has(need)) {
        const ids = path.map(({ id }) => id);
        return [...ids.slice(ids.indexOf(need)), need];
      } else {
        top.next += 1;
        if (steps[need] === undefined || ended.has(need)) continue;
        path.push({ id: need, next: 0 });
        onPath.add(need);
      }
    }
  }
  return undefined;
}

/** Whether a step has always ended before another begins. For graphs without cycles. */
export function precedence(steps: Steps): (before: string, step: string) => boolean {
  const ids = Object.keys(steps);
  const indexOf = new Map(ids.map((id, index) => [id, index]));
  const words = Math.ceil(ids.length / 32);
  const known = new Map<string, Uint32Array>();
  for (const id of inOrder(steps)) {
    const bits = new Uint32Array(words);
    for (const need of steps[id]?.needs ?? []) {
      const index = indexOf.get(need);
      if (index === undefined) continue;
      const theirs = known.get(need);
      for (let word = 0; word < words; word += 1) bits[word] = (bits[word] ?? 0) | (theirs?.[word] ?? 0);
      bits[index >> 5] = (bits[index >> 5] ?? 0) | (1 << (index & 31));
    }
    known.set(id, bits);
  }
  return (before, step) => {
    const index = indexOf.get(before) ?? 0;
    return ((known.get(step)?.[index >> 5] ?? 0) & (1 << (index & 31))) !== 0;
  };
}

/** Every step after all that it needs (Kahn); of a cycle none. */
function inOrder(steps: Steps): string[] {
  const missing = new Map<string, number>();
  const followers = new Map<string, string[]>();
  for (const [id, { needs = [] }] of Object.entries(steps)) {
    const known = [...new Set(needs)].filter((need) => steps[need] !== undefined);
    missing.set(id, known.length);
    for (const need of known) followers.set(need, [...(followers.get(need) ?? []), id]);
  }
  const order = Object.keys(steps).filter((id) => missing.get(id) === 0);
  for (const id of order) {
    for (const follower of followers.get(id) ?? []) {
      const left = (missing.get(follower) ?? 0) - 1;
      missing.set(follower, left);
      if (left === 0) order.push(follower);
    }
  }
  return order;
}
