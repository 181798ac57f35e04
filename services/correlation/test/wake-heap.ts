interface Wake {
  readonly at: number;
  readonly name: string;
}

/** Wake-ups, the earliest first. */
export function wakeHeap() {
  const items: Wake[] = [];
  const swap = (a: number, b: number): void => {
    [items[a], items[b]] = [items[b]!, items[a]!];
  };
  return {
    peek: (): Wake | undefined => items[0],
    put(at: number, name: string): void {
      let index = items.push({ at, name }) - 1;
      for (let up = (index - 1) >> 1; index > 0 && items[up]!.at > items[index]!.at; up = (index - 1) >> 1) {
        swap(up, index);
        index = up;
      }
    },
    take(): Wake {
      const first = items[0]!;
      const last = items.pop()!;
      if (items.length === 0) return first;
      items[0] = last;
      for (let index = 0; ;) {
        const left = 2 * index + 1;
        const right = left + 1;
        let least = index;
        if (left < items.length && items[left]!.at < items[least]!.at) least = left;
        if (right < items.length && items[right]!.at < items[least]!.at) least = right;
        if (least === index) return first;
        swap(index, least);
        index = least;
      }
    },
  };
}
