import type { AllocationCost, AllocationKind, Language, Related, Span } from './model';

/**
 * What tells one allocation site from another, and stays the same while code around it changes: other lines, other files of the
 * package, other layout.
 */
export interface SiteIdentity {
  /** What its functions are named in. Go: the import path; TypeScript: the file, absolute until it is written down. */
  readonly unit: string;
  /**
   * The declared function around it as profiles name it: `Parse`, `(*Tree).Walk`; TypeScript `Server.handle`. Function literals
   * belong to the declaration that they stand in. Empty: package level, module level.
   */
  readonly function: string;
  readonly kind: AllocationKind;
  /** The whole expression, normalised; see `normalised`. */
  readonly expression: string;
  /** Among those that are otherwise the same, in source order, from 0. */
  readonly order: number;
}

/** A place where the program allocates: what a profile weighs, a finding speaks of, and a baseline counts. */
export interface Site extends SiteIdentity {
  readonly language: Language;
  /** Absolute path. */
  readonly file: string;
  /** The whole expression. */
  readonly span: Span;
  /** 0-based: where profiles and listings have it. Of a call over several lines that is where its arguments begin. */
  readonly line: number;
  /** `unknown`, for kind `call`: whether the callee allocates is not known until a profile says so. See `allocating` of rules/go/flow/library.ts. */
  readonly cost: AllocationCost;
  /**
   * Go: the runtime functions that the compiler calls there (`runtime.growslice`); of kind `call` the function of another package
   * (`strings.Split`, `bytes.Buffer.Write`). TypeScript: the built-in function, if it is one (`xs.map()`).
   */
  readonly callees: readonly string[];
  /**
   * Allocations there for each call of the code from outside, estimated without a profile: only to put sites in order. Absent where the
   * engine has no estimate.
   */
  readonly expected?: number;
  /** How many times as much as a small object one takes, where that is known: its KiB, 1 at least. By it and `expected` places of a package are ranked. */
  readonly largeness?: number;
  /** Bytes that one allocation takes, rounded up as the allocator does; absent where it depends on the run, or is not known. */
  readonly size?: number;
  /** Why it is on the heap, as a clause without a full stop; absent where the compiler gives no reason. */
  readonly reason?: string;
  /** The way to the heap, step by step; empty where there is none to tell. */
  readonly flow: readonly Related[];
}

/** The identity as one line of text. Without `order` it is what equal sites of a function share: compare those as multisets. */
export function siteKey({ unit, function: name, kind, expression, order }: SiteIdentity): string {
  return `${siteClass({ unit, function: name, kind, expression })} #${order}`;
}

/** See `siteKey`. */
export function siteClass({ unit, function: name, kind, expression }: Omit<SiteIdentity, 'order'>): string {
  return `${unit} ${name || '-'} ${kind}: ${expression}`;
}

/** Gives each site its order among its equals. In source order, if they come so. */
export function ordered(sites: readonly Omit<Site, 'order'>[]): Site[] {
  const seen = new Map<string, number>();
  return sites.map((site) => {
    const key = siteClass(site);
    const order = seen.get(key) ?? 0;
    seen.set(key, order + 1);
    return { ...site, order };
  });
}

/** Longer ones end in a hash of the whole. UTF-16 units. */
const longestExpression = 160;

/**
 * A comment, a text, a name or number, white space, or one other character. Go's raw texts and templates alike end at the next backtick;
 * what does not end goes to the end, so that the work is linear.
 */
const token =
  /\/\/[^\n]*|\/\*(?:[^*]|\*(?!\/))*(?:\*\/)?|"(?:\\.|[^"\\\n])*"?|'(?:\\.|[^'\\\n])*'?|`(?:\\.|[^`\\])*`?|[\p{L}\p{Nd}_$]+|\s+|[^]/gu;
const word = /[\p{L}\p{Nd}_$]/u;

/**
 * Source text without what does not make another expression of it: comments, layout, a comma before a closing bracket, and the bodies of
 * function literals, whose sites have an identity of their own.
 * @param bodies spans of function bodies, sorted and disjoint, relative to the text
 */
export function normalised(text: string, bodies: readonly Span[] = []): string {
  let out = '';
  const add = (part: string): void => {
    for (const [found] of part.matchAll(token)) {
      if (found.startsWith('//') || found.startsWith('/*') || found.trim() === '') continue;
      if (/^[)\]}]/.test(found)) out = out.replace(/,$/, '');
      // What would grow together stays apart.
      const joins = word.test(found[0]!) && word.test(out.at(-1) ?? '');
      out += joins ? ` ${found}` : found;
    }
  };
  let at = 0;
  for (const { start, end } of bodies) {
    add(text.slice(at, start));
    out += '{…}';
    at = end;
  }
  add(text.slice(at));
  return out.length <= longestExpression ? out : `${out.slice(0, longestExpression)}…${hash(out)}`;
}

/** FNV-1a over UTF-16 units, 32 bits: only to tell long expressions apart. */
function hash(text: string): string {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193) >>> 0;
  return value.toString(16).padStart(8, '0');
}
