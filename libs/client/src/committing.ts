/** Keeps the place of one generation of a group: notes offsets as messages are handled, commits them together, a little later. */
export interface Committing {
  /** @param offset of the next record to handle */
  note(partition: number, offset: number): void;
  /** Commits what was noted; resolves when that is done or has failed. */
  flush(): Promise<void>;
  /** The generation is over: commits nothing more. */
  end(): void;
}

export interface CommittingOptions {
  commit(offsets: ReadonlyMap<number, number>): Promise<void>;
  /** A commit failed; what it held will be in the next one. */
  failed(error: unknown): void;
  /** Shortest time between two commits. */
  readonly everyMs: number;
}

export function committing({ commit, failed, everyMs }: CommittingOptions): Committing {
  let noted = new Map<number, number>();
  let timer: NodeJS.Timeout | undefined;
  let isOver = false;
  let tail = Promise.resolve();

  const plan = () => {
    timer ??= setTimeout(() => void flush(), everyMs);
  };
  const send = async () => {
    clearTimeout(timer);
    timer = undefined;
    if (noted.size === 0 || isOver) return;
    const offsets = noted;
    noted = new Map();
    try {
      await commit(offsets);
    } catch (error) {
      if (isOver) return;
      failed(error);
      noted = new Map([...offsets, ...noted]);
      plan();
    }
  };
  const flush = () => (tail = tail.then(send));

  return {
    note(partition, offset) {
      if (isOver) return;
      noted.set(partition, offset);
      plan();
    },
    flush,
    end() {
      isOver = true;
      clearTimeout(timer);
    },
  };
}
