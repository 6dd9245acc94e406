import { firstIndex } from '../../../../rules/sorted';
import type { Comparison, DeclaredIn } from './declared';

/** A declaration of the present texts. */
export interface SameCode {
  /** Of no other declaration, and the same as long as neither its code nor anything that it names is another. */
  readonly stamp: string;
  /** UTF-16 offset in the file. */
  readonly start: number;
  readonly end: number;
}

let generations = 0;

/** Which code of a package is that of versions before, and what names mean the same: what was found out about it holds. */
export class Sameness {
  private constructor(
    private readonly declared: ReadonlyMap<string, DeclaredIn>,
    /** By file, in the order of its declarations, no two alike: when each was last other code. */
    private readonly changed: ReadonlyMap<string, readonly number[]>,
    /** When a declaration of the name was last other code, or came or went. */
    private readonly named: ReadonlyMap<string, number>,
  ) {}

  /** Nothing is known of versions before. */
  static of(declared: ReadonlyMap<string, DeclaredIn>): Sameness {
    return new Sameness(
      declared,
      new Map([...declared].map(([file, all]) => [file, all.map(() => ++generations)])),
      new Map(),
    );
  }

  /** Of the version that the comparison ends at. */
  next(comparison: Comparison, declared: ReadonlyMap<string, DeclaredIn>): Sameness {
    const now = ++generations;
    const before = new Map(
      [...this.declared].flatMap(([file, all]) =>
        all.map((one, i) => [one, this.changed.get(file)![i]!] as const),
      ),
    );
    const named = new Map(this.named);
    for (const name of comparison.namesOfOpen()) named.set(name, now);
    const changed = new Map(
      [...declared.keys()].map((file) => [
        file,
        comparison.in(file).map((one) => (comparison.isOpen(one) ? ++generations : before.get(one.before!)!)),
      ]),
    );
    return new Sameness(declared, changed, named);
  }

  /** The declaration around the place; undefined between declarations. */
  at(file: string, offset: number): SameCode | undefined {
    const all = this.declared.get(file) ?? [];
    const i = firstIndex(all, (one) => one.end >= offset);
    const found = all[i];
    if (!found || found.start > offset) return undefined;
    const { start, end, words } = found;
    return { stamp: `${this.changed.get(file)![i]} ${this.stampOf(words)}`, start, end };
  }

  /** The same as long as the words mean the same things of the package. */
  stampOf(words: ReadonlySet<string>): string {
    return [...this.named]
      .filter(([name]) => words.has(name))
      .map(([name, when]) => `${name} ${when}`)
      .sort()
      .join();
  }
}
