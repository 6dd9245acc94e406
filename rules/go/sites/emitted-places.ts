import type { Node } from 'web-tree-sitter';
import { firstIndex } from '../../sorted';
import type { AllocationCost, AllocationKind } from '../../model';
import type { Decision, GoFile } from '../rule';
import { calleeOf } from '../flow/calls';
import { contains, spanOf } from '../syntax/nodes';
import { positionRow } from './compiler-position';
import { decidedKind } from './evidence';

/** What stands behind the runtime calls of the listing, which names lines and no columns. */

export interface Described {
  readonly kind: AllocationKind;
  readonly cost: AllocationCost;
  readonly what: string;
}

/** What the runtime call stands for. */
export function describe(callee: string): Described {
  const name = callee.slice('runtime.'.length);
  if (name.startsWith('growslice') || name.startsWith('moveSlice'))
    return { kind: 'append growth', cost: 'conditional', what: 'append grows a slice' };
  if (name.startsWith('makeslice')) return { kind: 'make', cost: 'always', what: 'a slice is made' };
  if (name.startsWith('mapassign'))
    return { kind: 'map growth', cost: 'conditional', what: 'an assignment grows a map' };
  if (name.startsWith('makemap')) return { kind: 'make', cost: 'always', what: 'a map is made' };
  if (name.startsWith('makechan')) return { kind: 'channel', cost: 'always', what: 'a channel is made' };
  // Small numbers and empty strings are boxed without memory of their own.
  if (name.startsWith('convT'))
    return { kind: 'interface conversion', cost: 'conditional', what: 'a value is boxed in an interface' };
  if (name.startsWith('concat'))
    return { kind: 'string concatenation', cost: 'conditional', what: 'strings are concatenated' };
  if (/^(?:slicebytetostring|stringtoslice|slicerunetostring|intstring)/.test(name))
    return { kind: 'conversion', cost: 'conditional', what: 'a conversion copies a string or slice' };
  return { kind: 'new', cost: 'always', what: 'an object is allocated' };
}

/** What is allocated: of a call that says no more than that, the compiler's decision does. */
export function allocatedKind(callee: string, decision: Decision | undefined): AllocationKind {
  const { kind } = describe(callee);
  return decision && kind === 'new' ? decidedKind(decision) : kind;
}

export interface Place {
  readonly node: Node;
  readonly decision: Decision | undefined;
}

/** The expressions of the line that the call can stand for, those that the compiler itself sent to the heap first. */
export function placesFor(file: GoFile, fn: Node, line: number, callee: string): Place[] {
  const { kind } = describe(callee);
  const places: Place[] = [];
  const decided = new Set<number>();
  for (const decision of onHeapAt(file, line)) {
    const { node } = decision;
    if (!contains(spanOf(fn), spanOf(node)) || !fits(file, kind, decision)) continue;
    places.push({ node, decision });
    decided.add(node.id);
  }
  for (const node of rowsOf(file).expressions.get(line) ?? []) {
    if (!contains(spanOf(fn), spanOf(node)) || !looksLike(file, kind, node)) continue;
    if (!decided.has(node.id)) places.push({ node, decision: undefined });
  }
  return places;
}

/** The decisions that a call of the allocator on the line (0-based) can be for. */
export function onHeapAt(file: GoFile, line: number): readonly Decision[] {
  return rowsOf(file).decisions.get(line) ?? [];
}

/** The compiler emits the body's allocations under the callee's own lines. */
export function isInlined(file: GoFile, node: Node): boolean {
  return node.type === 'call_expression' && file.facts?.inlined(node) !== undefined;
}

/** Every expression and statement of the file that may allocate, in source order. */
export function expressionsOf(file: GoFile): readonly Node[] {
  let known = expressions.get(file);
  if (!known) expressions.set(file, (known = file.root.descendantsOfType(mayAllocate)));
  return known;
}

const expressions = new WeakMap<GoFile, readonly Node[]>();

const mayAllocate = [
  'assignment_statement',
  'binary_expression',
  'call_expression',
  'composite_literal',
  'index_expression',
  'type_conversion_expression',
];

interface Rows {
  /** 0-based line → those of it that are on the heap. What was inlined there allocates on lines of its own. */
  readonly decisions: ReadonlyMap<number, readonly Decision[]>;
  /** 0-based line, as the compiler sees it → what may allocate, in source order. */
  readonly expressions: ReadonlyMap<number, readonly Node[]>;
}

const rows = new WeakMap<GoFile, Rows>();

function rowsOf(file: GoFile): Rows {
  let known = rows.get(file);
  if (!known) {
    const onHeap = (file.facts?.decisions ?? []).filter(
      ({ node, outcome, free }) => outcome === 'heap' && !free && !isInlined(file, node),
    );
    const decisions = byRow(onHeap, ({ line }) => line);
    rows.set(file, (known = { decisions, expressions: byRow(expressionsOf(file), positionRow) }));
  }
  return known;
}

function byRow<T>(all: readonly T[], rowOf: (one: T) => number): Map<number, T[]> {
  const found = new Map<number, T[]>();
  for (const one of all) {
    const row = rowOf(one);
    const others = found.get(row);
    if (others) others.push(one);
    else found.set(row, [one]);
  }
  return found;
}

function fits(file: GoFile, kind: AllocationKind, { node, subject }: Decision): boolean {
  if (kind === 'new') {
    if (subject === 'moved') return true;
    if (node.type === 'call_expression') return !/^(?:make|append)$/.test(calleeName(node));
    return node.type !== 'binary_expression' || node.childForFieldName('operator')?.text !== '+';
  }
  if (kind === 'interface conversion') return subject === 'expression';
  return subject === 'expression' && looksLike(file, kind, node);
}

function calleeName(call: Node): string {
  return call.childForFieldName('function')?.text ?? '';
}

function looksLike(file: GoFile, kind: AllocationKind, node: Node): boolean {
  switch (kind) {
    case 'append growth':
      return node.type === 'call_expression' && /^append$|\.Append/.test(calleeName(node));
    case 'make':
    case 'channel':
      return (
        (node.type === 'call_expression' && calleeName(node) === 'make') ||
        (kind === 'make' && node.type === 'composite_literal')
      );
    case 'map growth':
      return (
        node.type === 'index_expression' &&
        (node.parent?.type === 'inc_statement' ||
          node.parent?.type === 'dec_statement' ||
          (node.parent?.type === 'expression_list' &&
            node.parent.parent?.childForFieldName('left')?.id === node.parent.id))
      );
    case 'string concatenation':
      return (
        (node.type === 'binary_expression' && node.childForFieldName('operator')?.text === '+') ||
        (node.type === 'assignment_statement' && node.childForFieldName('operator')?.text === '+=')
      );
    case 'conversion':
      return (
        node.type === 'type_conversion_expression' ||
        (node.type === 'call_expression' && calleeOf(file, node).kind === 'conversion')
      );
    default:
      return false;
  }
}

/** The outermost node that begins in the line, inside the function's body. */
export function lineNode(fn: Node, line: number): Node | undefined {
  const body = fn.childForFieldName('body');
  if (!body || line === fn.startPosition.row) return undefined;
  const stack: Node[] = [body];
  for (let at = stack.pop(); at; at = stack.pop()) {
    if (at.startPosition.row === line && at.type !== 'comment' && at.type !== 'statement_list') return at;
    stack.push(...childrenOn(at, line).reverse());
  }
  return undefined;
}

/** Those that the line goes through: a body may have thousands. */
function childrenOn(node: Node, line: number): Node[] {
  const all = node.namedChildren;
  const found: Node[] = [];
  for (
    let i = firstIndex(all, ({ endPosition }) => endPosition.row >= line);
    i < all.length && all[i]!.startPosition.row <= line;
    i++
  )
    found.push(all[i]!);
  return found;
}
