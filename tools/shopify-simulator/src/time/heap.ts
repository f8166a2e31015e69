export type Heap<T> = { push(item: T): void; pop(): T | undefined; peek(): T | undefined; clear(): void };

/** A binary heap: `pop` gives the smallest item. */
export function createHeap<T>(compare: (a: T, b: T) => number): Heap<T> {
  const items: T[] = [];
  const at = (index: number): T => {
    const item = items[index];
    if (item === undefined) throw new RangeError(`the heap has no item ${index}`);
    return item;
  };
  const swap = (a: number, b: number) => {
    const item = at(a);
    items[a] = at(b);
    items[b] = item;
  };

  const rise = (start: number) => {
    for (let index = start; index > 0;) {
      const parent = (index - 1) >> 1;
      if (compare(at(parent), at(index)) <= 0) return;
      swap(parent, index);
      index = parent;
    }
  };

  const sink = () => {
    for (let index = 0; ;) {
      let least = index;
      for (const child of [index * 2 + 1, index * 2 + 2]) {
        if (child < items.length && compare(at(child), at(least)) < 0) least = child;
      }
      if (least === index) return;
      swap(least, index);
      index = least;
    }
  };

  return {
    push(item) {
      items.push(item);
      rise(items.length - 1);
    },
    pop() {
      const first = items[0];
      const last = items.pop();
      if (items.length > 0 && last !== undefined) {
        items[0] = last;
        sink();
      }
      return first;
    },
    peek: () => items[0],
    clear: () => void items.splice(0),
  };
}
