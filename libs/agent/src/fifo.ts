/** A queue that lets go of what was taken from it at once, and takes constant time for it however long it is. */
export interface Fifo<T> {
  push(item: T): void;
  first(): T | undefined;
  shift(): T | undefined;
  clear(): void;
  readonly length: number;
}

const compactAfter = 1_024;

export function fifo<T>(): Fifo<T> {
  let items: (T | undefined)[] = [];
  let head = 0;
  return {
    push: (item) => void items.push(item),
    first: () => items[head],
    shift() {
      const item = items[head];
      if (head >= items.length) return undefined;
      items[head] = undefined;
      head += 1;
      if (head === items.length) {
        items = [];
        head = 0;
      } else if (head >= compactAfter && head * 2 >= items.length) {
        items = items.slice(head);
        head = 0;
      }
      return item;
    },
    clear() {
      items = [];
      head = 0;
    },
    get length() {
      return items.length - head;
    },
  };
}
