import type { TSESLint } from '@typescript-eslint/utils';
import type { ValueType } from './value-type';

/** What other files of the program declare. Rules read no files: whoever can hands it in, and where nobody does it is not known. */

/** What a module exports, as data without syntax trees, by exported name (`default` for the default export). */
export interface ModuleDeclarations {
  /** Interfaces, classes and aliases. */
  readonly types: ReadonlyMap<string, ValueType>;
  /** Constants, and functions by what they give. */
  readonly values: ReadonlyMap<string, DeclaredMember>;
  /** `export { a as b } from './c'`, `export * from './c'`: `*` for all. */
  readonly passedOn: readonly PassedOn[];
}

export interface PassedOn {
  readonly specifier: string;
  /** There, and here. */
  readonly name: string;
  readonly as: string;
}

/** A property or method of an object type, an exported constant or function. */
export interface DeclaredMember {
  /** What it is where it is neither undefined nor null; of a method or function what it gives. */
  readonly type: ValueType | undefined;
  /** It is neither undefined nor null. */
  readonly certain: boolean;
  readonly callable: boolean;
}

/** The modules that one file imports. */
export interface ImportedModules {
  /**
   * What the module exports that a relative specifier of the file means.
   * @returns `undefined` where it is not known: not there, not readable, too large
   */
  declarationsOf(specifier: string): Pick<ModuleDeclarations, 'types' | 'values'> | undefined;
}

const modules = new WeakMap<TSESLint.SourceCode, ImportedModules>();

/** Hands in what the file imports, before rules run on it. */
export function provideImports(sourceCode: TSESLint.SourceCode, imported: ImportedModules): void {
  modules.set(sourceCode, imported);
}

interface Imported {
  readonly module: string;
  readonly name: string;
}

const isRelative = (specifier: string): boolean => /^\.\.?(?:\/|$)/.test(specifier);

export function importedType(
  sourceCode: TSESLint.SourceCode,
  { module, name }: Imported,
): ValueType | undefined {
  return isRelative(module) ? modules.get(sourceCode)?.declarationsOf(module)?.types.get(name) : undefined;
}

export function importedValue(
  sourceCode: TSESLint.SourceCode,
  { module, name }: Imported,
): DeclaredMember | undefined {
  return isRelative(module) ? modules.get(sourceCode)?.declarationsOf(module)?.values.get(name) : undefined;
}
