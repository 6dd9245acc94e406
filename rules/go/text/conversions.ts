import type { Node } from 'web-tree-sitter';
import type { AllocationCost } from '../../model';
import { spelledType } from '../types/types';
import type { GoFile } from '../rule';
import { unparenthesised } from '../syntax/nodes';
import { namesAround, parenthesized } from '../syntax/names';
import { convertedToBytes, convertedToString } from './write-calls';

/** Conversions between string and []byte, and which of them the compiler does not make free. */
export interface Conversion {
  readonly node: Node;
  readonly operand: Node;
  readonly to: 'string' | 'bytes';
  /** The runtime function that copies. */
  readonly callee: 'runtime.slicebytetostring' | 'runtime.stringtoslicebyte';
}

/** `string(b)` or `[]byte(s)`, by its form: what the operand is, the compiler says. Constants are left out. */
export function conversionOf(expression: Node, file: GoFile): Conversion | undefined {
  const node = unparenthesised(expression);
  const text = convertedToString(node, file);
  if (text) return { node, operand: text, to: 'string', callee: 'runtime.slicebytetostring' };
  const bytes = convertedToBytes(node, file);
  return bytes && { node, operand: bytes, to: 'bytes', callee: 'runtime.stringtoslicebyte' };
}

/** The node types that `conversionOf` looks at. */
export const conversionNodes = ['call_expression', 'type_conversion_expression'];

/**
 * True when the compiler emits the copy for this conversion. It names lines only: where more conversions of the kind
 * stand on the lines than copies are emitted, it is not known which are free, and the answer is no.
 */
export function emittedConversion(conversion: Conversion, file: GoFile): boolean {
  const { node, callee, to } = conversion;
  if (isFree(conversion) || isGeneric(conversion.operand, file)) return false;
  const emitted = file.facts?.emitted(node).filter((call) => call.callee === callee) ?? [];
  if (emitted.length === 0) return false;
  const [first, last] = [node.startPosition.row, node.endPosition.row];
  let rivals = 0;
  for (const other of linesOf(file.root, first, last)) {
    const found = conversionOf(other, file);
    if (found?.to === to && found.node.id === other.id && !isFree(found)) rivals++;
  }
  // The same line may stand in several symbols: closures inlined into their function.
  const perSymbol = new Map<string, number>();
  for (const { symbol } of emitted) perSymbol.set(symbol, (perSymbol.get(symbol) ?? 0) + 1);
  return Math.max(...perSymbol.values()) >= rivals;
}

/** Conversions that overlap the rows. */
function linesOf(root: Node, first: number, last: number): Node[] {
  return root.descendantsOfType(conversionNodes, { row: first, column: 0 }, { row: last + 1, column: 0 });
}

/** Free by its place (cmd/compile, walk and order): a comparison, a map lookup, part of a concatenation. */
function isFree({ node, to, operand }: Conversion): boolean {
  if (/_literal$/.test(unparenthesised(operand).type)) return true;
  const outer = parenthesized(node).parent;
  if (to === 'bytes') return outer?.type === 'range_clause';
  if (outer?.type === 'binary_expression') return true;
  return (
    outer?.type === 'index_expression' && outer.childForFieldName('index')?.id === parenthesized(node).id
  );
}

/** A value of a type parameter is a string for some callers and bytes for others. */
function isGeneric(operand: Node, file: GoFile): boolean {
  let root = unparenthesised(operand);
  while (root.type === 'slice_expression') root = unparenthesised(root.childForFieldName('operand') ?? root);
  const type = spelledType(root, file);
  return namesAround(file.root, operand).bindings.some(({ kind, name }) => kind === 'type' && name === type);
}

/** A result that stays on the stack has a buffer of 32 bytes there (runtime.tmpBuf). */
export function conversionCost({ node }: Conversion, file: GoFile): AllocationCost {
  const outcome = file.facts?.decision(node)?.outcome;
  return outcome === 'heap' ? 'always' : outcome === 'stack' ? 'conditional' : 'unknown';
}
