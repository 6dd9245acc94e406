import { firstIndex } from '../../../../rules/sorted';

/**
 * What the compiler compiles as it did before, told by the texts: a package is edited in one place, and the code of nearly all of its
 * functions stays what it was.
 */

/** A top-level declaration, with the comments before it where directives are among them. */
export class Declared {
  #words: ReadonlySet<string> | undefined;
  #signatureWords: ReadonlySet<string> | undefined;

  constructor(
    readonly kind: 'function' | 'other',
    readonly text: string,
    /** UTF-16 offset in the file. */
    readonly start: number,
    /** 1-based lines of the file: the first, and the last. */
    readonly first: number,
    readonly last: number,
    /** What others know it by: none for `_` and `init`. */
    readonly names: readonly string[],
    /** Of a function the text without its body. */
    readonly signature: string,
    /** With type parameters, its own or its receiver's: code is generated for whoever uses it. */
    readonly generic: boolean,
    /** Of a method the name of its receiver's type. */
    readonly receiver?: string | undefined,
  ) {}

  get end(): number {
    return this.start + this.text.length;
  }

  /** All that it may name; words of its comments and texts are among them. */
  get words(): ReadonlySet<string> {
    return (this.#words ??= wordsOf(this.text));
  }

  get signatureWords(): ReadonlySet<string> {
    return (this.#signatureWords ??= wordsOf(this.signature));
  }
}

/** The declarations of a file, in order. */
export type DeclaredIn = readonly Declared[];

/** A declaration of the present texts. */
export interface Compared {
  readonly file: string;
  readonly declared: Declared;
  /** The same text before; undefined where it is new. */
  readonly before: Declared | undefined;
}

/** Two versions of a package's files, declaration by declaration. */
export class Comparison {
  readonly all: readonly Compared[];
  readonly #open = new Set<Compared>();
  readonly #byFile = new Map<string, readonly Compared[]>();
  /** Declarations of before that are gone. */
  readonly #gone: readonly Declared[];

  /**
   * @param before by absolute path, as all the rest
   * @param inlined words of the names of functions that were inlined, before or now
   * @param differs whether escape analysis says other things of the two
   */
  constructor(
    before: ReadonlyMap<string, DeclaredIn>,
    now: ReadonlyMap<string, DeclaredIn>,
    private readonly inlined: ReadonlySet<string>,
    differs: (one: Compared) => boolean,
  ) {
    const gone: Declared[] = [];
    for (const [file, declared] of now) {
      const known = before.get(file) ?? [];
      const compared =
        known === declared
          ? declared.map((one) => ({ file, declared: one, before: one }))
          : paired(file, known, declared);
      this.#byFile.set(file, compared);
      const still = new Set(compared.map((one) => one.before));
      gone.push(...known.filter((one) => !still.has(one)));
    }
    for (const [file, declared] of before) if (!now.has(file)) gone.push(...declared);
    this.all = [...this.#byFile.values()].flat();
    this.#gone = gone;
    this.#spread(this.all.filter((one) => !one.before || differs(one)));
  }

  /** Its code may be another than before. */
  isOpen(one: Compared): boolean {
    return this.#open.has(one);
  }

  /** Names of declarations that are open, and of those that are gone. */
  namesOfOpen(): ReadonlySet<string> {
    const open = [...this.#open].map(({ declared }) => declared);
    return new Set([...open, ...this.#gone].flatMap(({ names }) => names));
  }

  in(file: string): readonly Compared[] {
    return this.#byFile.get(file) ?? [];
  }

  /** The declaration that a line, 1-based, of the present text belongs to. */
  at(file: string, line: number): Compared | undefined {
    const all = this.in(file);
    const found = all[firstIndex(all, ({ declared }) => declared.last >= line)];
    return found && found.declared.first <= line ? found : undefined;
  }

  /** The line, 1-based, is in an open declaration. */
  isOpenAt(file: string, line: number): boolean {
    const at = this.at(file, line);
    return at !== undefined && this.isOpen(at);
  }

  /** Something of the lines, 1-based and inclusive, is open. */
  isOpenIn(file: string, first: number, last: number): boolean {
    return this.in(file).some(
      (one) => this.#open.has(one) && one.declared.first <= last && first <= one.declared.last,
    );
  }

  /** From what has changed to whatever names it: of a function's body only where it may have been inlined. */
  #spread(changed: readonly Compared[]): void {
    /** Names that mean something else than before, and what changed code names: generic functions are compiled for it. */
    const others = new Set<string>();
    const named = new Set<string>();
    const open = this.#open;
    const gone = new Map(this.#gone.map((one) => [headOf(one), one]));
    const changes = ({ names }: Declared): void => names.forEach((name) => others.add(name));
    for (const one of changed) {
      const { declared } = one;
      open.add(one);
      const old = one.before ?? gone.get(headOf(declared));
      const bodyOnly = declared.kind === 'function' && old?.signature === declared.signature;
      if (!bodyOnly || this.#isInlined(declared)) changes(declared);
      for (const word of declared.words) named.add(word);
    }
    const heads = new Set(changed.filter(({ before }) => !before).map(({ declared }) => headOf(declared)));
    for (const one of this.#gone) {
      if (one.kind !== 'function' || !heads.has(headOf(one)) || this.#isInlined(one)) changes(one);
      for (const word of one.words) named.add(word);
    }
    for (let grew = true; grew;) {
      grew = false;
      for (const one of this.all) {
        if (open.has(one)) continue;
        const { declared } = one;
        const uses = intersects(declared.words, others);
        const demanded = declared.generic && declared.names.some((name) => named.has(name));
        if (!uses && !demanded) continue;
        grew = true;
        open.add(one);
        for (const word of declared.words) named.add(word);
        const shown = declared.kind === 'other' || intersects(declared.signatureWords, others);
        if (shown || this.#isInlined(declared)) changes(declared);
      }
    }
  }

  #isInlined({ names }: Declared): boolean {
    return names.some((name) => this.inlined.has(name));
  }
}

/** What tells a function from others while its body is edited. */
function headOf({ kind, signature, names }: Declared): string {
  return kind === 'function' ? signature : names.join(' ');
}

/** Equal texts belong together, in their order. */
function paired(file: string, before: DeclaredIn, now: DeclaredIn): Compared[] {
  const known = new Map<string, Declared[]>();
  for (const one of before) {
    const same = known.get(one.text);
    if (same) same.push(one);
    else known.set(one.text, [one]);
  }
  return now.map((declared) => ({ file, declared, before: known.get(declared.text)?.shift() }));
}

/** The declaration that a line, 1-based, belongs to. */
export function declaredAt(all: DeclaredIn, line: number): Declared | undefined {
  const found = all[firstIndex(all, ({ last }) => last >= line)];
  return found && found.first <= line ? found : undefined;
}

export function wordsOf(text: string): Set<string> {
  return new Set(text.match(/[\p{L}_][\p{L}\p{N}_]*/gu));
}

/** Whether the two have something in common. */
export function intersects(words: ReadonlySet<string>, others: ReadonlySet<string>): boolean {
  const [smaller, larger] = others.size < words.size ? [others, words] : [words, others];
  for (const word of smaller) if (larger.has(word)) return true;
  return false;
}
