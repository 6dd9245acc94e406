import type { Node } from 'web-tree-sitter';
import type { GoFile, GoReport, Obligation } from '../rule';
import { declaredType } from '../types/declared-types';
import { descendants, isFunction } from '../syntax/nodes';
import type { TripCount } from './trip-count';
import { isAddressTaken, isAssigned, namesAround, type Binding } from '../syntax/names';
import { atLeast } from '../syntax/version';
import { isShadowed } from '../syntax/universe';

/** Loops that fill a slice or a map whose final size is known before: what the preallocation rules have in common. */

/** Reports what `judge` says about each collection that `find` sees a loop of the file fill. */
export function checkLoops<T>(
  file: GoFile,
  report: (report: GoReport) => void,
  find: (loop: Node, file: GoFile) => readonly T[],
  judge: (filling: T, file: GoFile) => GoReport | undefined,
): void {
  for (const loop of file.root.descendantsOfType('for_statement')) {
    for (const filling of find(loop, file)) {
      const found = judge(filling, file);
      if (found) report(found);
    }
  }
}

/** The count times the elements of each iteration, as an expression. */
export function capacityText(count: TripCount, perIteration: number): string {
  if (perIteration === 1) return count.expression;
  if (count.constant !== undefined) return String(count.constant * perIteration);
  return `${perIteration}*${count.atomic ? count.expression : `(${count.expression})`}`;
}

/** The capacity guarded against a negative count, with which `make` panics; undefined where `max` is not at hand. */
export function guarded(capacity: string, count: TripCount, loop: Node, file: GoFile): string | undefined {
  if (count.nonNegative) return capacity;
  return atLeast(file.pkg.language, 1, 21) && !isShadowed('max', loop, file)
    ? `max(${capacity}, 0)`
    : undefined;
}

/** What the compiler has to agree to before `len` of the ranged expression is believed. */
export function countable({ unproven }: TripCount, at: number): Obligation[] {
  if (unproven === undefined) return [];
  return [
    {
      states: `${unproven} is a slice, an array, a map or a string`,
      at,
      code: `if false { for _, _ = range ${unproven} { break } }`,
    },
  ];
}

/**
 * What is ranged over is proven by no declaration, and the compiler inlined something at the loop: perhaps the body of
 * a function that iterates, which runs as often as that function likes.
 */
export function isDoubtful({ unproven }: TripCount, loop: Node, file: GoFile): boolean {
  return unproven !== undefined && file.facts?.inlined(loop) !== undefined;
}

/**
 * Where the loop's jumps go. `skips`: some iterations may not come to `last`, the last statement that fills. `leaves`: the
 * loop may end early, or someone sees the collection before it is filled.
 */
export function exitOf(loop: Node, collection: Binding, last: Node): 'skips' | 'leaves' | undefined {
  const label = loop.parent?.type === 'labeled_statement' ? loop.parent.namedChild(0)?.text : undefined;
  const stack: Node[] = [loop.childForFieldName('body')!];
  let skips = false;
  for (let at = stack.pop(); at; at = stack.pop()) {
    if (isFunction(at)) continue;
    if (at.type === 'goto_statement') return 'leaves';
    if (at.type === 'break_statement' || at.type === 'continue_statement') {
      const target = at.namedChildren.find((child) => child.type === 'label_name')?.text;
      const hits =
        target === undefined ? innermost(at, loop) : !labelled(at, target, loop) || target === label;
      if (hits && (at.type === 'break_statement' || (target !== undefined && target !== label)))
        return 'leaves';
      // A continue behind the last one skips none.
      if (hits && (at.startIndex < last.endIndex || target !== undefined)) skips = true;
    }
    if (at.type === 'return_statement') {
      const values = at.namedChildren.find((child) => child.type === 'expression_list');
      if (collection.kind === 'result' && !values) return 'leaves';
      for (const node of descendants(at)) {
        if (node.type === 'identifier' && collection.uses.some((use) => use.node.id === node.id))
          return 'leaves';
      }
    }
    stack.push(...at.namedChildren);
  }
  return skips ? 'skips' : undefined;
}

/** True when the body has a return: what the loop would fill with later iterations is not needed then. */
export function mayReturn(loop: Node): boolean {
  for (const at of descendants(loop.childForFieldName('body')!))
    if (at.type === 'return_statement') return true;
  return false;
}

/**
 * True when the count of an inner loop is the same in each iteration of `outer`, and can be evaluated in front of it
 * without a panic, also when `outer` does not run: of names declared before and assigned nowhere in it, and of fields of
 * such structs. What others can reach counts only where nothing is called or stored.
 */
export function isInvariant(count: TripCount, outer: Node, file: GoFile): boolean {
  const names = namesAround(file.root, outer);
  const body = outer.childForFieldName('body')!;
  let shared = false;
  for (const node of count.from.flatMap((part) => [...descendants(part)])) {
    if (/^(?:index|slice|unary)_expression$/.test(node.type)) return false;
    if (node.type === 'selector_expression') {
      shared = true;
      if (declaredType(node.childForFieldName('operand')!, file)?.kind !== 'struct') return false;
    }
    if (node.type !== 'identifier') continue;
    if (/^(?:len|cap)$/.test(node.text) && node.parent?.type === 'call_expression') continue;
    const binding = names.resolve(node);
    if (!binding) {
      shared = true;
      continue;
    }
    if (binding.declaration.startIndex >= outer.startIndex) return false;
    if (binding.uses.some((use) => isAssigned(use.node) && inside(use.node, body))) return false;
    if (binding.uses.some((use) => isAddressTaken(use.node) || use.owner.id !== binding.owner.id))
      shared = true;
  }
  return !shared || !mayChange(body);
}

/** True when the body calls something or stores to what others can reach. */
function mayChange(body: Node): boolean {
  for (const at of descendants(body)) {
    if (at.type === 'call_expression' && !harmless.test(at.childForFieldName('function')?.text ?? ''))
      return true;
    const left = at.type === 'assignment_statement' ? at.childForFieldName('left') : undefined;
    if (left?.namedChildren.some((target) => target.type !== 'identifier')) return true;
  }
  return false;
}

const harmless = /^(?:append|len|cap|min|max|string|bool|byte|rune|(?:u?int|float)\d*)$/;

/** True when the body returns or calls something, which may panic: `for range n { v = append(v, d.next()) }`. */
export function mayEndEarly(loop: Node): boolean {
  for (const at of descendants(loop.childForFieldName('body')!)) {
    if (at.type === 'return_statement') return true;
    if (at.type !== 'call_expression') continue;
    const callee = at.childForFieldName('function')?.text ?? '';
    if (!harmless.test(callee)) return true;
  }
  return false;
}

/** True when an unlabelled break or continue leaves `loop` and no statement inside it. */
function innermost(jump: Node, loop: Node): boolean {
  const targets =
    jump.type === 'break_statement'
      ? /^(?:for|expression_switch|type_switch|select)_statement$/
      : /^for_statement$/;
  for (let at = jump.parent; at; at = at.parent) if (targets.test(at.type)) return at.id === loop.id;
  return true;
}

/** True when the label belongs to a statement inside the loop. */
function labelled(jump: Node, label: string, loop: Node): boolean {
  for (let at = jump.parent; at && at.id !== loop.id; at = at.parent) {
    if (at.type === 'labeled_statement' && at.namedChild(0)?.text === label) return true;
  }
  return false;
}

/** True when the capacity can be written at the declaration: same statement list, same names, same values. */
export function knownAtDeclaration(declaration: Node, loop: Node, count: TripCount, file: GoFile): boolean {
  const statement = loop.parent?.type === 'labeled_statement' ? loop.parent : loop;
  const list = declaration.parent;
  if (!list || statement.parent?.id !== list.id) return false;
  const names = namesAround(file.root, loop);
  const siblings = list.namedChildren.filter((child) => child.type !== 'comment');
  const from = siblings.findIndex((child) => child.id === declaration.id);
  const to = siblings.findIndex((child) => child.id === statement.id);
  const between = siblings.slice(from + 1, to);
  let privateNames = true;
  for (const node of count.from.flatMap((part) => [...descendants(part)])) {
    if (node.type !== 'identifier') {
      if (/^(?:selector|index|unary)_expression$/.test(node.type)) privateNames = false;
      continue;
    }
    if (/^(?:len|cap)$/.test(node.text) && node.parent?.type === 'call_expression') continue;
    const binding = names.resolve(node);
    if (!binding) {
      privateNames = false;
      continue;
    }
    if (binding.declaration.startIndex >= declaration.startIndex) return false;
    if (binding.uses.some((use) => isAddressTaken(use.node) || use.owner.id !== binding.owner.id))
      privateNames = false;
    const changed = binding.uses.some(
      (use) => between.some((other) => inside(use.node, other)) && isAssigned(use.node),
    );
    if (changed) return false;
  }
  // What others can reach may change in any statement that calls or assigns.
  return privateNames || between.length === 0;
}

function inside(node: Node, outer: Node): boolean {
  return outer.startIndex <= node.startIndex && node.endIndex <= outer.endIndex;
}
