import { Comparison, declaredAt, type Compared, type Declared, type DeclaredIn } from './declared';
import type { PackageRecords } from './records';

/** One version of a package: its texts by declarations, and what a compile said of them. By absolute path. */
export interface Version {
  readonly texts: ReadonlyMap<string, string>;
  readonly declared: ReadonlyMap<string, DeclaredIn>;
  readonly records: PackageRecords;
}

/** What escape analysis has just said, with the listing that is assumed until it is there. */
export interface Assumed {
  readonly records: PackageRecords;
  /** Of the open declarations the listing may be another. */
  readonly comparison: Comparison;
}

/**
 * The listing of a version of which there are only decisions: of a declaration that is compiled as before it is that of before, and of
 * others what was there on the lines that are left. Undefined where that cannot be told.
 */
export function assumeListing(before: Version, now: Version): Assumed | undefined {
  const inits = ({ declared }: Version): string =>
    [...declared].map(([file, all]) => `${file} ${all.filter(isNameless).length}`).join();
  // Functions without a name are told apart by their number.
  if (inits(before) !== inits(now)) return undefined;
  const inlined = new Set([...before.records.inlinedWords(), ...now.records.inlinedWords()]);
  const comparison = new Comparison(before.declared, now.declared, inlined, difference(before, now));
  const lines = new MovedLines(before, now, comparison);
  const records = now.records.withListingOf(
    before.records,
    (file, line) => lines.moved(file, line),
    (file, line) => {
      // Of other packages, whose generic functions are compiled here.
      if (!now.declared.has(file)) return true;
      const at = comparison.at(file, line);
      return at !== undefined && !comparison.isOpen(at);
    },
  );
  return { records, comparison };
}

function isNameless({ kind, names }: Declared): boolean {
  return kind === 'function' && names.length === 0;
}

/** Whether escape analysis says other things of a declaration than before. */
function difference(before: Version, now: Version): (one: Compared) => boolean {
  const alike = new Map<string, boolean>();
  const said = new Map<string, readonly [Map<Declared, string>, Map<Declared, string>]>();
  const partOf =
    (all: DeclaredIn) =>
    (line: number): { part: Declared; first: number } | undefined => {
      const part = declaredAt(all, line);
      return part && { part, first: part.first };
    };
  return ({ file, declared, before: old }) => {
    const [was, is] = [before.declared.get(file)!, now.declared.get(file)!];
    if (was === is) {
      if (!alike.has(file)) alike.set(file, now.records.decidesAlike(before.records, file));
      if (alike.get(file)) return false;
    }
    let words = said.get(file);
    if (!words) {
      words = [before.records.decided(file, partOf(was)), now.records.decided(file, partOf(is))];
      said.set(file, words);
    }
    return words[0].get(old!) !== words[1].get(declared);
  };
}

/** Where lines of the version before are now. */
class MovedLines {
  readonly #shifts = new Map<Declared, number>();
  readonly #hunks = new Map<string, { first: number; last: number; shift: number; kept: boolean }>();

  constructor(
    private readonly before: Version,
    private readonly now: Version,
    comparison: Comparison,
  ) {
    for (const { declared, before } of comparison.all)
      if (before) this.#shifts.set(before, declared.first - before.first);
  }

  moved(file: string, line: number): number | undefined {
    const declared = this.before.declared.get(file);
    // Of another package.
    if (!declared || declared === this.now.declared.get(file)) return line;
    const part = declaredAt(declared, line);
    const shift = part && this.#shifts.get(part);
    return shift === undefined ? this.#besideChange(file, line) : line + shift;
  }

  /** A line of a declaration that was edited: what was left alone, or edited within the line. */
  #besideChange(file: string, line: number): number | undefined {
    let hunk = this.#hunks.get(file);
    if (!hunk) {
      const was = (this.before.texts.get(file) ?? '').split('\n');
      const is = (this.now.texts.get(file) ?? '').split('\n');
      const shorter = Math.min(was.length, is.length);
      let head = 0;
      while (head < shorter && was[head] === is[head]) head++;
      let tail = 0;
      while (tail < shorter - head && was[was.length - 1 - tail] === is[is.length - 1 - tail]) tail++;
      const shift = is.length - was.length;
      hunk = { first: head + 1, last: was.length - tail, shift, kept: shift === 0 };
      this.#hunks.set(file, hunk);
    }
    if (line < hunk.first) return line;
    if (line > hunk.last) return line + hunk.shift;
    return hunk.kept ? line : undefined;
  }
}
