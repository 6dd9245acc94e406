/**
 * Names of functions in the listing of `-S`: `example.com/p.F`, `example.com/p.(*T).M`, closures `F.func1`, `F.func1.2`,
 * `F.gowrap1`, `F.deferwrap1`, `F-range1`; package initialisation `example.com/p.init` and `example.com/p.init.0`;
 * functions of package main are `main.F` in the listing, with their import path here. Generic ones are listed once per shape:
 * `F[go.shape.int]`, and once per dictionary wrapper: `F[int]`.
 */
import type { Declared } from './declared';

/** The symbol with type arguments replaced by `[...]`, as Go prints it in stack traces. Other texts stay. */
export function mergeShapes(symbol: string): string {
  if (!symbol.includes('[')) return symbol;
  let result = '';
  for (let i = 0; i < symbol.length; i++) {
    const c = symbol[i]!;
    if (c !== '[' || !/[\w)]/.test(symbol[i - 1] ?? '')) {
      result += c;
      continue;
    }
    let depth = 0;
    let end = i;
    for (; end < symbol.length; end++) {
      if (symbol[end] === '[') depth++;
      else if (symbol[end] === ']' && --depth === 0) break;
    }
    result += '[...]';
    i = end;
  }
  return result;
}

/** An expression as the compiler prints it, the same for every shape of a generic function and every compile. */
export function mergeText(expression: string): string {
  const text = expression.includes('.autotmp_')
    ? expression.replace(/\.autotmp_\d+/g, '.autotmp')
    : expression;
  if (!text.includes('go.shape.') && !text.includes('.dict.')) return text;
  const types = text.replace(/go\.shape\.[\w*./]+/g, 'T');
  return types.replace(/(\b(?!map\b)\w+)\[[^[\]]*\](?=\()/g, '$1[...]').replace(/&\.dict\.[^,)]*/g, '&.dict');
}

/**
 * The symbol of the listing under the name that this program calls it by: type arguments merged; functions of package
 * main, which are all `main.F`, with their import path; closures of initialisers, which are `p.glob..func1` in Go 1.21,
 * and what fills the maps of package variables, `p.map.init.0`, as parts of the initialisation.
 */
export function listedName(symbol: string, importPath: string): string {
  const own = symbol.startsWith('main.') ? importPath + symbol.slice(4) : symbol;
  return mergeShapes(own.replace('.glob..func', '.init.func').replace('.map.init.', '.init.map.init.'));
}

/**
 * The symbols that a function is compiled to, its closures aside; undefined where its text does not tell them: `init` functions are numbered,
 * directives and aliases give other names.
 */
export function symbolsOf(
  importPath: string,
  { kind, names: [name], generic, receiver, text }: Declared,
  all: readonly Declared[],
): readonly string[] | undefined {
  if (kind !== 'function' || name === undefined || generic || text.includes('//go:linkname'))
    return undefined;
  if (receiver === undefined) return [`${importPath}.${name}`];
  const isAlias = new RegExp(`(?:^type|^)\\s+${receiver}\\s*=`, 'mu');
  if (all.some(({ kind, names, text }) => kind === 'other' && names.includes(receiver) && isAlias.test(text)))
    return undefined;
  // A method of a value has a wrapper for pointers, into which it may be inlined.
  return [`${importPath}.${receiver}.${name}`, `${importPath}.(*${receiver}).${name}`];
}

/** What the compiler appends to a function's symbol: closures, go and defer wrappers, range-over-func bodies. */
const part = /-range|\.(?=func|gowrap|deferwrap|\d)/g;

/**
 * Symbols by the function that they are or belong to: `F.func1.2` is one of `F`, of `F.func1` and of itself, and
 * `F.G.func1`, a closure of G that was inlined into F, is one of `F`, too.
 */
export class Families {
  readonly #members = new Map<string, string[]>();

  add(symbol: string): void {
    const bases = new Set([symbol]);
    let first: number | undefined;
    for (const { index } of symbol.matchAll(part)) {
      bases.add(symbol.slice(0, index));
      first ??= index;
    }
    // Into what it was inlined: the names in front, each ending at a dot. A type's name among them is nobody's base.
    if (first !== undefined) {
      const start = symbol.lastIndexOf('/', first) + 1;
      for (let dot = symbol.lastIndexOf('.', first - 1); dot > start; dot = symbol.lastIndexOf('.', dot - 1))
        bases.add(symbol.slice(0, dot));
    }
    for (const base of bases) {
      const known = this.#members.get(base);
      if (known) known.push(symbol);
      else this.#members.set(base, [symbol]);
    }
  }

  /** In the order in which they were added. */
  of(base: string): readonly string[] {
    return this.#members.get(base) ?? [];
  }
}
