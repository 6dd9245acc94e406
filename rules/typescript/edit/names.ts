import type { TSESLint, TSESTree } from '@typescript-eslint/utils';

/** Names that fixes give: new ones mean nothing yet anywhere in the file. */

interface Names {
  readonly written: Set<string>;
  readonly claimed: Set<string>;
  /** By base, the last number that was tried for it: the ones before are taken for good. */
  readonly numbers: Map<string, number>;
}

const taken = new WeakMap<TSESLint.SourceCode, Names>();

function namesOf(sourceCode: TSESLint.SourceCode): Names {
  let names = taken.get(sourceCode);
  if (!names) {
    const written = new Set((sourceCode.ast.tokens ?? []).map((token) => token.value));
    taken.set(sourceCode, (names = { written, claimed: new Set(), numbers: new Map() }));
  }
  return names;
}

/**
 * A name for a declaration of the module: one that occurs nowhere in the file, in no scope and as no property, and that no
 * earlier fix of this run proposes.
 * @param names by preference; a number is added to the first when all are taken
 */
export function moduleName(sourceCode: TSESLint.SourceCode, ...names: readonly string[]): string {
  const { written, claimed, numbers } = namesOf(sourceCode);
  const isFree = (name: string): boolean => !written.has(name) && !claimed.has(name);
  const name = names.find(isFree) ?? numbered(names[0]!, isFree, numbers);
  claimed.add(name);
  return name;
}

/** A name for a variable of a function: one that occurs nowhere in the file. Fixes in other places may use it as well. */
export function freshName(sourceCode: TSESLint.SourceCode, base: string): string {
  return numbered(base, (name) => !namesOf(sourceCode).written.has(name));
}

/** By function, the words in it. */
const mentioned = new WeakMap<TSESTree.Node, ReadonlySet<string>>();

/** A name for a parameter: one that the function does not mention. */
export function localName(sourceCode: TSESLint.SourceCode, fn: TSESTree.Node, base: string): string {
  const names = mentioned.get(fn) ?? new Set(sourceCode.getTokens(fn).map((token) => token.value));
  mentioned.set(fn, names);
  return numbered(base, (name) => !names.has(name));
}

/** @param numbers what was tried before, where a name that is not free never becomes free */
function numbered(
  base: string,
  isFree: (name: string) => boolean,
  numbers: Map<string, number> = new Map(),
): string {
  let n = numbers.get(base) ?? 1;
  const name = (): string => (n === 1 ? base : `${base}${n}`);
  while (!isFree(name())) n++;
  numbers.set(base, n);
  return name();
}

/** `header` and `Scratch` make `headerScratch`. */
export const derivedName = (name: string, suffix: string): string =>
  `${name.replace(/^[_$#]+/, '') || 'value'}${suffix}`;

/** Somewhere in the file the name is declared: a text that means the language's own would mean that one. */
export function isDeclared(sourceCode: TSESLint.SourceCode, name: string): boolean {
  return (sourceCode.scopeManager?.scopes ?? []).some((scope) =>
    scope.variables.some((variable) => variable.name === name && variable.defs.length > 0),
  );
}
