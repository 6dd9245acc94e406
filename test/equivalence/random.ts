/**
 * A seeded stream of choices: the same seed gives the same programs on every machine and in every run. The generator is
 * sfc32 (Chris Doty-Humphrey, PractRand), a small one that passes the usual statistical tests.
 */
export class Random {
  readonly #seed: string;
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;

  /** @param seed any text or number; streams of different seeds have nothing in common */
  constructor(seed: string | number) {
    this.#seed = String(seed);
    this.#a = hash(this.#seed, 1);
    this.#b = hash(this.#seed, 2);
    this.#c = hash(this.#seed, 3);
    for (let i = 0; i < 12; i++) this.#next();
  }

  /** A stream of its own for a part, so that what one part draws does not move the choices of another. */
  fork(part: string | number): Random {
    return new Random(`${this.#seed}/${part}`);
  }

  /** A whole number from 0 up to `limit`, which is not reached. */
  below(limit: number): number {
    return Math.floor((this.#next() / 2 ** 32) * limit);
  }

  /** True with the given probability, 0 to 1. */
  chance(probability: number): boolean {
    return this.#next() / 2 ** 32 < probability;
  }

  /** One of the list, each as often. @throws Error when the list is empty */
  pick<T>(list: readonly T[]): T {
    if (list.length === 0) throw new Error('There is nothing to pick from: the list is empty.');
    return list[this.below(list.length)]!;
  }

  /** Up to `most` different members of the list, in the order of the list. */
  some<T>(list: readonly T[], most: number): T[] {
    const left = [...list];
    const chosen = new Set<T>();
    for (let n = this.below(most + 1); n > 0 && left.length > 0; n--) {
      chosen.add(left.splice(this.below(left.length), 1)[0]!);
    }
    return list.filter((one) => chosen.has(one));
  }

  #next(): number {
    const sum = (((this.#a + this.#b) | 0) + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0;
    return sum >>> 0;
  }
}

/** FNV-1a over UTF-16 units, 32 bits. */
function hash(text: string, salt: number): number {
  let value = (0x811c9dc5 ^ salt) | 0;
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  return value;
}
