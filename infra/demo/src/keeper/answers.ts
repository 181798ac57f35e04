/** Remembers what was answered to whom asked for a change, so that asking again changes nothing. */
export interface Answers<A> {
  /**
   * The answer that was given for this key, or else what `work` gives. Who asks while another does the work gets the same; what failed may be
   * tried again.
   */
  once(key: string, work: () => Promise<A>): Promise<A>;
}

export function answersOf<A>(mostKept: number): Answers<A> {
  const kept = new Map<string, Promise<A>>();
  return {
    once(key, work) {
      const known = kept.get(key);
      if (known !== undefined) return known;
      const answer = work();
      kept.set(key, answer);
      answer.catch(() => kept.delete(key));
      const oldest = kept.size > mostKept ? kept.keys().next().value : undefined;
      if (oldest !== undefined) kept.delete(oldest);
      return answer;
    },
  };
}
