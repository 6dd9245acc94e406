/** Caches that drop what was not used for longest. Lines that an expert would flag carry "hot:". */
export class Lru<K, V> {
  private readonly map = new Map<K, V>();
  constructor(private readonly limit: number) {}

  get(key: K): V | undefined {
    const value = this.map.get(key);
    if (value === undefined) return undefined;
    this.map.delete(key);
    this.map.set(key, value);
    return value;
  }

  set(key: K, value: V): void {
    this.map.delete(key);
    this.map.set(key, value);
    if (this.map.size > this.limit) {
      const oldest = [...this.map.keys()][0]!; // hot: all keys for the first
      this.map.delete(oldest);
    }
  }

  shrink(to: number): void {
    while (this.map.size > to) {
      const [oldest] = Array.from(this.map.keys()); // hot: all keys for the first, each time
      this.map.delete(oldest!);
    }
  }

  get weight(): number {
    return [...this.map.values()].length; // hot: size knows it
  }

  keys(): K[] {
    return [...this.map.keys()];
  }
}

interface Entry {
  readonly key: string;
  readonly expires: number;
}

export class Expiring {
  private queue: Entry[] = [];
  private readonly live: Record<string, Entry> = {};

  add(entry: Entry): void {
    this.queue.push(entry);
    this.live[entry.key] = entry;
  }

  sweep(now: number): number {
    let swept = 0;
    let entry: Entry | undefined;
    while ((entry = this.queue.shift()) !== undefined) { // hot: moves the rest where it is long
      if (entry.expires > now) {
        this.queue.unshift(entry);
        break;
      }
      delete this.live[entry.key];
      swept++;
    }
    return swept;
  }

  next(): Entry | undefined {
    return [...this.queue].sort((a, b) => a.expires - b.expires)[0]; // hot: sorts a copy for the first
  }
}
