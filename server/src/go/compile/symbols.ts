import type { Node } from 'web-tree-sitter';

/**
 * Names of functions in the listing of `-S`: `example.com/p.F`, `example.com/p.(*T).M`, closures `F.func1`, `F.func1.2`,
 * `F.gowrap1`, `F.deferwrap1`, `F-range1`; package initialisation `example.com/p.init` and `example.com/p.init.0`;
 * functions of package main are `main.F` in the listing, with their import path here. Generic ones are listed once per shape:
 * `F[go.shape.int]`, and once per dictionary wrapper: `F[int]`.
 */

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

/** An expression as the compiler prints it, the same for every shape of a generic function. */
export function mergeText(text: string): string {
  if (!text.includes('go.shape.') && !text.includes('.dict.')) return text;
  const types = text.replace(/go\.shape\.[\w*./]+/g, 'T');
  return types.replace(/(\b(?!map\b)\w+)\[[^[\]]*\](?=\()/g, '$1[...]').replace(/&\.dict\.[^,)]*/g, '&.dict');
}

/** The symbol of a function declaration, or of package initialisation when there is none. */
export function symbolBase(
  importPath: string,
  packageName: string | undefined,
  declaration: Node | undefined,
): string {
  const prefix = prefixOf(importPath, packageName);
  if (!declaration) return `${prefix}.init`;
  const name = declaration.childForFieldName('name')?.text ?? '';
  if (declaration.type !== 'method_declaration') {
    return `${prefix}.${name}${declaration.childForFieldName('type_parameters') ? '[...]' : ''}`;
  }
  const parameter = declaration
    .childForFieldName('receiver')
    ?.namedChildren.find((c) => c.type === 'parameter_declaration');
  let type = parameter?.childForFieldName('type') ?? undefined;
  while (type?.type === 'parenthesized_type') type = type.namedChild(0) ?? undefined;
  const pointer = type?.type === 'pointer_type';
  if (pointer) type = type?.namedChild(0) ?? undefined;
  const text =
    type?.type === 'generic_type' ? `${type.childForFieldName('type')?.text ?? ''}[...]` : (type?.text ?? '');
  return pointer ? `${prefix}.(*${text}).${name}` : `${prefix}.${text}.${name}`;
}

function prefixOf(importPath: string, packageName: string | undefined): string {
  return packageName?.endsWith('_test') && !importPath.endsWith('_test') ? `${importPath}_test` : importPath;
}

/** What the compiler appends to a function's symbol: closures, go and defer wrappers, range-over-func bodies. */
const part = /-range|\.(?=func|gowrap|deferwrap|\d)/g;

/** Symbols by the function that they are or belong to: `F.func1.2` is one of `F`, of `F.func1` and of itself. */
export class Families {
  readonly #members = new Map<string, string[]>();

  add(symbol: string): void {
    for (const { index } of symbol.matchAll(part)) this.#join(symbol.slice(0, index), symbol);
    this.#join(symbol, symbol);
  }

  /** In the order in which they were added. */
  of(base: string): readonly string[] {
    return this.#members.get(base) ?? [];
  }

  #join(base: string, symbol: string): void {
    const known = this.#members.get(base);
    if (known) known.push(symbol);
    else this.#members.set(base, [symbol]);
  }
}
