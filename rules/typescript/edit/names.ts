import type { TSESLint, TSESTree } from '@typescript-eslint/utils';

/** Names that fixes give: new ones mean nothing yet anywhere in the file. */

const taken = new WeakMap<
  TSESLint.SourceCode,
  { readonly written: Set<string>; readonly claimed: Set<string> }
>();

function namesOf(sourceCode: TSESLint.SourceCode): { written: Set<string>; claimed: Set<string> } {
  let names = taken.get(sourceCode);
  if (!names) {
    const written = new Set((sourceCode.ast.tokens ?? []).map((token) => token.value));
    taken.set(sourceCode, (names = { written, claimed: new Set() }));
  }
  return names;
}

/**
 * A name for a declaration of the module: one that occurs nowhere in the file, in no scope and as no property, and that no
 * earlier fix of this run proposes.
 * @param names by preference; a number is added to the first when all are taken
 */
export function moduleName(sourceCode: TSESLint.SourceCode, ...names: readonly string[]): string {
  const { written, claimed } = namesOf(sourceCode);
  const isFree = (name: string): boolean => !written.has(name) && !claimed.has(name);
  const name = names.find(isFree) ?? numbered(names[0]!, isFree);
  claimed.add(name);
  return name;
}

/** A name for a variable of a function: one that occurs nowhere in the file. Fixes in other places may use it as well. */
export function freshName(sourceCode: TSESLint.SourceCode, base: string): string {
  return numbered(base, (name) => !namesOf(sourceCode).written.has(name));
}

/** A name for a parameter: one that the function does not mention. */
export function localName(sourceCode: TSESLint.SourceCode, fn: TSESTree.Node, base: string): string {
  const mentioned = new Set(sourceCode.getTokens(fn).map((token) => token.value));
  return numbered(base, (name) => !mentioned.has(name));
}

function numbered(base: string, isFree: (name: string) => boolean): string {
  let name = base;
  for (let n = 2; !isFree(name); n++) name = `${base}${n}`;
  return name;
}

/** `header` and `Scratch` make `headerScratch`. */
export const derivedName = (name: string, suffix: string): string =>
  `${name.replace(/^[_$#]+/, '') || 'value'}${suffix}`;
