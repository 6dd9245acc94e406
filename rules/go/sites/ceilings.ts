import type { Node } from 'web-tree-sitter';
import type { GoFile } from '../rule';
import { ceilingOf, type Ceiling } from '../syntax/directives';
import { allocates } from './emitted-calls';

/** A function's ceiling, held against what the compiler emits. */
export type CheckedCeiling =
  | { readonly ceiling: Ceiling; readonly emitted: number; readonly problem?: undefined }
  /** Why it was not checked, as a clause. */
  | { readonly ceiling: Ceiling; readonly emitted: 0; readonly problem: string };

/** Undefined for a function without a ceiling. */
export function checkedCeiling(file: GoFile, fn: Node): CheckedCeiling | undefined {
  const ceiling = ceilingOf(fn);
  if (!ceiling) return undefined;
  const problem = Number.isNaN(ceiling.allocations)
    ? 'the directive takes a number, as in //alloclens:max 2 allocs'
    : uncheckable(file, fn);
  return problem === undefined
    ? { ceiling, emitted: emittedAllocations(file, fn) }
    : { ceiling, emitted: 0, problem };
}

/** Calls of the allocator in the function and its literals; of a generic one, in the instantiation that has most. */
function emittedAllocations(file: GoFile, fn: Node): number {
  const numbers = new Map<string, number>();
  for (const { callee, symbol } of file.facts?.emittedFor(fn) ?? []) {
    if (!allocates(callee)) continue;
    const instance = symbol.slice(symbol.indexOf('['), symbol.lastIndexOf(']') + 1);
    numbers.set(instance, (numbers.get(instance) ?? 0) + 1);
  }
  return Math.max(0, ...numbers.values());
}

/** Why the compiler's listing says nothing about the function; undefined when it does. */
function uncheckable(file: GoFile, fn: Node): string | undefined {
  if (!fn.childForFieldName('body')) return 'it has no body in Go';
  if (!file.facts) return 'the package was not compiled';
  const receiver = fn.childForFieldName('receiver');
  const generic =
    fn.childForFieldName('type_parameters') !== null ||
    (receiver?.descendantsOfType(['generic_type', 'type_arguments']).length ?? 0) > 0;
  if (!generic || file.facts.emittedFor(fn).length > 0) return undefined;
  return 'it is generic, and no code of it is listed in this package; use it with a type here, in a test for example';
}
