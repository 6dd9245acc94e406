/**
 * The patterns of .gitignore files, as gitignore(5) and git's wildmatch.c have them. Written here because the libraries
 * make regular expressions of them, which take time exponential in the number of stars (`ignore` with `**`, `fast-ignore`
 * with `*`): the patterns and the names that they are held against are both a folder's own. Matching here takes at most
 * the length of the pattern times that of the path.
 */

/** More than any project has: patterns in all the files together that apply in one folder. */
export const maximumPatterns = 5000;

/** Git compares as the file system does (core.ignoreCase); that of Windows and of macOS does not know cases. */
const ignoresCase = process.platform === 'win32' || process.platform === 'darwin';

/** One part of a path. */
export interface Name {
  readonly text: string;
  /** Code points. */
  readonly characters: readonly string[];
}

export function nameOf(text: string): Name {
  const folded = ignoresCase ? text.toLowerCase() : text;
  return { text: folded, characters: Array.from(folded) };
}

/** The patterns that apply in a folder: those of its own .gitignore and, where they say nothing, those of the folders above. */
export class IgnoreRules {
  private constructor(
    private readonly above: IgnoreRules | undefined,
    /** How many folders are above this one. */
    private readonly depth: number,
    /** The last one first: it decides. */
    private readonly patterns: readonly Pattern[],
    private readonly count: number,
    /** Patterns are left out because there are too many. */
    readonly cut: boolean,
  ) {}

  /** @param text of the folder's .gitignore; undefined when it has none */
  static of(text: string | undefined, above?: IgnoreRules): IgnoreRules {
    const before = above?.count ?? 0;
    const patterns: Pattern[] = [];
    let cut = false;
    for (const line of text?.replace(/^\uFEFF/, '').split('\n') ?? []) {
      const pattern = parse(line.endsWith('\r') ? line.slice(0, -1) : line);
      if (!pattern) continue;
      cut = before + patterns.length === maximumPatterns;
      if (cut) break;
      patterns.push(pattern);
    }
    const depth = above === undefined ? 0 : above.depth + 1;
    return new IgnoreRules(above, depth, patterns.reverse(), before + patterns.length, cut);
  }

  /**
   * Whether git leaves the entry out. That a folder on the way to it is left out is for the caller to see.
   * @param path the names from below the uppermost folder of these rules to an entry of this one
   */
  ignores(path: readonly Name[], isFolder: boolean): boolean {
    return this.#ignores(path, isFolder) ?? false;
  }

  /** Undefined when no pattern says anything. */
  #ignores(path: readonly Name[], isFolder: boolean): boolean | undefined {
    for (const { negated, foldersOnly, segments, anywhere } of this.patterns) {
      if (foldersOnly && !isFolder) continue;
      if (fits(segments, path, anywhere ? path.length - 1 : this.depth, fitsName)) return !negated;
    }
    return this.above === undefined ? undefined : this.above.#ignores(path, isFolder);
  }
}

interface Pattern {
  readonly negated: boolean;
  readonly foldersOnly: boolean;
  /** Without a slash at its start or within: it is held against the last name alone. */
  readonly anywhere: boolean;
  readonly segments: readonly Segment[];
}

/** Any number of items: characters within a name (`*`), names within a path (`**`). */
const any = Symbol('any');

/** What stands for a name: the name itself, or its code points. */
type Segment = string | readonly Element[] | typeof any;

/** What stands for a code point: itself, or one of a class. */
type Element = string | ((character: string) => boolean) | typeof any;

/** Undefined for a line that matches nothing: empty, a comment, or not well-formed. */
function parse(line: string): Pattern | undefined {
  if (line.startsWith('#')) return undefined;
  let text = withoutTrailingSpaces(ignoresCase ? line.toLowerCase() : line);
  const negated = text.startsWith('!');
  if (negated) text = text.slice(1);
  const foldersOnly = text.endsWith('/');
  if (foldersOnly) text = text.slice(0, -1);
  if (text === '') return undefined;
  const anywhere = !text.includes('/');
  const segments = segmentsOf(Array.from(text.startsWith('/') ? text.slice(1) : text));
  if (!segments) return undefined;
  // `a/**` is what lies in a, not a itself.
  if (!anywhere && segments.at(-1) === any) segments.push([any]);
  return { negated, foldersOnly, anywhere, segments };
}

/** Spaces at the end count only behind a backslash. */
function withoutTrailingSpaces(text: string): string {
  let end = text.length;
  while (text[end - 1] === ' ') end--;
  if (end === text.length) return text;
  let backslashes = 0;
  while (text[end - 1 - backslashes] === '\\') backslashes++;
  return text.slice(0, backslashes % 2 === 1 ? end + 1 : end);
}

/** What stands between the slashes; a slash within brackets is none. Undefined when it is not well-formed. */
function segmentsOf(characters: readonly string[]): Segment[] | undefined {
  const segments: Segment[] = [];
  let elements: Element[] = [];
  let stars = 0;
  for (let at = 0; at <= characters.length; at++) {
    let character = characters[at];
    const isEscaped = character === '\\';
    if (isEscaped) character = characters[++at];
    if (character === '/' || at === characters.length) {
      if (isEscaped && character === undefined) return undefined;
      const isAny = stars > 1 && elements.length === 1;
      const isLiteral = elements.every((element) => typeof element === 'string');
      const segment = isAny ? any : isLiteral ? elements.join('') : elements;
      if (segment !== any || segments.at(-1) !== any) segments.push(segment);
      elements = [];
      stars = 0;
    } else if (isEscaped || !['*', '?', '['].includes(character!)) elements.push(character!);
    else if (character === '*') {
      if (elements.at(-1) !== any) elements.push(any);
      stars++;
    } else if (character === '?') elements.push(() => true);
    else {
      const set = classAt(characters, at + 1);
      if (!set) return undefined;
      elements.push(set.contains);
      at = set.end;
    }
  }
  return segments;
}

/** `[a-z]`, `[!a-z]`, `[^a-z]`, `[[:alpha:]]`, from behind its bracket. Undefined when it has no end. */
function classAt(
  characters: readonly string[],
  start: number,
): { contains(character: string): boolean; end: number } | undefined {
  let at = start;
  const negated = characters[at] === '!' || characters[at] === '^';
  if (negated) at++;
  const members: ((character: string) => boolean)[] = [];
  /** A member; a backslash takes the meaning from what follows. */
  const next = (): string | undefined => (characters[at] === '\\' ? characters[++at] : characters[at]);
  let close = 0;
  for (let first = true; ; first = false) {
    if (characters[at] === ']' && !first) break;
    if (characters[at] === '[' && characters[at + 1] === ':') {
      if (close < at + 2) close = characters.indexOf(']', at + 2);
      if (close < 0) return undefined;
      if (characters[close - 1] === ':') {
        const named = posixClasses.get(characters.slice(at + 2, close - 1).join(''));
        if (!named) return undefined;
        members.push((character) => named.test(character));
        at = close + 1;
        continue;
      }
    }
    const from = next();
    if (from === undefined) return undefined;
    at++;
    if (characters[at] === '-' && characters[at + 1] !== undefined && characters[at + 1] !== ']') {
      at++;
      const to = next();
      if (to === undefined) return undefined;
      at++;
      const [low, high] = [from.codePointAt(0)!, to.codePointAt(0)!];
      members.push((character) => low <= character.codePointAt(0)! && character.codePointAt(0)! <= high);
    } else members.push((character) => character === from);
  }
  return { contains: (character) => members.some((member) => member(character)) !== negated, end: at };
}

/** Of ASCII, as in git. */
const posixClasses: ReadonlyMap<string, RegExp> = new Map([
  ['alnum', /^[A-Za-z0-9]$/],
  ['alpha', /^[A-Za-z]$/],
  ['blank', /^[ \t]$/],
  ['cntrl', /^[\x00-\x1f\x7f]$/],
  ['digit', /^[0-9]$/],
  ['graph', /^[!-~]$/],
  ['lower', /^[a-z]$/],
  ['print', /^[ -~]$/],
  ['punct', /^[!-/:-@[-`{-~]$/],
  ['space', /^[ \t\n\v\f\r]$/],
  ['upper', ignoresCase ? /^[A-Za-z]$/ : /^[A-Z]$/],
  ['xdigit', /^[A-Fa-f0-9]$/],
]);

function fitsName(segment: Segment, name: Name): boolean {
  if (typeof segment === 'string') return segment === name.text;
  return segment !== any && fits(segment, name.characters, 0, fitsCharacter);
}

function fitsCharacter(element: Element, character: string): boolean {
  return typeof element === 'function' ? element(character) : element === character;
}

/**
 * Whether a pattern fits a sequence from an index to its end, where `any` stands for any number of items and every other
 * part for one. A mismatch goes back to the last `any` only: what an earlier one could take more, the last can.
 */
function fits<P, T>(
  pattern: readonly P[],
  items: readonly T[],
  from: number,
  fitsItem: (part: P, item: T) => boolean,
): boolean {
  let at = from;
  let next = 0;
  let star: number | undefined;
  let taken = from;
  while (at < items.length) {
    const part = pattern[next];
    if (part === any) {
      star = next++;
      taken = at;
    } else if (part !== undefined && fitsItem(part, items[at]!)) {
      next++;
      at++;
    } else if (star !== undefined) {
      next = star + 1;
      at = ++taken;
    } else return false;
  }
  while (pattern[next] === any) next++;
  return next === pattern.length;
}
