/**
 * A package without the bodies that what is looked at cannot depend on. The code of a function follows from its own text, from the
 * declarations that it names, and from the bodies of the functions that it may call: they are inlined, or say what becomes of their
 * parameters, which in turn follows from the functions that they may call. Calls go by name, so a body that is reached by no
 * name is another matter, and most of a compile is code for such.
 */
import { nameOfImport } from '../../../../rules/go/edit/imports';
import { intersects, type Declared, type DeclaredIn } from './declared';

/** With more than this share of all bodies in it the whole is compiled. */
const worthwhile = 0.6;

/** A package's texts, and its declarations; by absolute path. */
export interface PackageText {
  readonly texts: ReadonlyMap<string, string>;
  readonly declared: ReadonlyMap<string, DeclaredIn>;
}

/**
 * The texts of the files that lose bodies; lines stay, and columns outside of them. What the compiler says of the functions that are looked at
 * is what it says of them in the whole package; of errors it says fewer, or one of an import that seems unused.
 * Undefined where most would be left, or where it cannot be told: code of generic functions is made for those who use them.
 * @param looked functions
 * @param added names that other texts may have used for something else
 */
export function stubbed(
  { texts, declared }: PackageText,
  looked: Iterable<Declared>,
  added: ReadonlySet<string> = new Set(),
): Map<string, string> | undefined {
  const all = [...declared.values()].flat();
  const roots = new Set([...looked, ...all.filter(({ words }) => intersects(words, added))]);
  if ([...roots].some(({ generic }) => generic)) return undefined;
  const needed = reached(all, roots);
  const sizeOf = (some: Iterable<Declared>): number =>
    [...some].reduce((sum, one) => sum + (bodyOf(one)?.length ?? 0), 0);
  if (sizeOf(needed) > worthwhile * sizeOf(all)) return undefined;
  const found = new Map<string, string>();
  for (const [file, own] of declared) {
    const text = withoutBodies(texts.get(file)!, own, needed);
    if (text !== undefined) found.set(file, text);
  }
  return found;
}

/** The roots, and all functions that they reach by name, also through variables that hold one. */
function reached(all: readonly Declared[], roots: ReadonlySet<Declared>): ReadonlySet<Declared> {
  const named = new Map<string, Declared[]>();
  for (const one of all) {
    if (one.kind !== 'function' && !/\bfunc\b/.test(one.text)) continue;
    for (const name of one.names) named.set(name, [...(named.get(name) ?? []), one]);
  }
  const needed = new Set(roots);
  for (const { words } of needed)
    for (const word of words) for (const one of named.get(word) ?? []) needed.add(one);
  return needed;
}

/** Undefined where all stay, or where an import might then seem unused. */
function withoutBodies(
  text: string,
  declared: DeclaredIn,
  needed: ReadonlySet<Declared>,
): string | undefined {
  const left: string[] = [];
  let at = declared[0]?.start ?? 0;
  const header = text.slice(0, at);
  let stubs = 0;
  for (const one of declared) {
    const body = needed.has(one) ? undefined : bodyOf(one);
    if (body === undefined) continue;
    const start = one.end - body.length;
    left.push(text.slice(at, start), `{ panic(0) ${body.replace(/[^\n]+/g, '')}}`);
    at = one.end;
    stubs++;
  }
  if (stubs === 0) return undefined;
  left.push(text.slice(at));
  const rest = left.join('');
  const imports = usedImports(header, text.slice(header.length), rest);
  return imports === undefined ? undefined : imports + rest;
}

function bodyOf({ kind, text, signature }: Declared): string | undefined {
  return kind === 'function' && signature.length < text.length ? text.slice(signature.length) : undefined;
}

const importPath = /"[^"\n]+"|`[^`\n]+`/g;

/** The header with `_` for each import that is no longer used; undefined where the name of one cannot be told. */
function usedImports(header: string, before: string, after: string): string | undefined {
  const [had, has] = [qualifiers(before), qualifiers(after)];
  let result = '';
  let at = 0;
  for (const { 0: path, index } of header.matchAll(importPath)) {
    const line = header.slice(header.lastIndexOf('\n', index) + 1, index);
    const [word = ''] = line
      .trimEnd()
      .split(/[\s;(]/)
      .slice(-1);
    const alias = word === 'import' ? '' : word;
    if (alias === '_' || alias === '.') continue;
    const name = alias || nameOfImport(path.slice(1, -1));
    if (!had.has(name)) return undefined;
    if (has.has(name)) continue;
    result += `${header.slice(at, alias ? index - line.length + line.lastIndexOf(alias) : index)}_ `;
    at = index;
  }
  return result + header.slice(at);
}

const textOrComment =
  /"(?:\\.|[^"\\\n])*"|`[^`]*`|'(?:\\.|[^'\\\n])+'|\/\/[^\n]*|\/\*[^*]*\*+(?:[^/*][^*]*\*+)*\//g;

/** Words with a dot behind them. */
function qualifiers(text: string): ReadonlySet<string> {
  const tokens = text.replace(textOrComment, ' ').match(/[\p{L}_][\p{L}\p{N}_]*|\./gu) ?? [];
  return new Set(tokens.filter((_, i) => tokens[i + 1] === '.'));
}
