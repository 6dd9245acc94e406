import type { Node } from 'web-tree-sitter';
import type { GoFile } from '../rule';
import { isAssigned, namesAround, parenthesized, type Binding } from '../syntax/names';
import { argumentsOf, isFunction, unparenthesised } from '../syntax/nodes';
import { basicType, typeOf } from '../types/types';

/** What a function may do with the memory that a parameter is, holds or points to. */
export interface ParameterUse {
  /** Somebody has it when the call is over: a field, a variable of the package, a closure, a goroutine. */
  readonly keeps: boolean;
  /** It is written, or `append` may write behind its end. */
  readonly changes: boolean;
  /** A result is, holds or points to it. */
  readonly returns: boolean;
}

export const nothing: ParameterUse = { keeps: false, changes: false, returns: false };
export const worst: ParameterUse = { keeps: true, changes: true, returns: true };

/**
 * Follows a parameter or receiver through the uses of a closed list; what is not on it is the worst. `useOfArgument`: what a
 * call does with an argument, or with `undefined` with the receiver.
 */
export function useOfParameter(
  file: GoFile,
  parameter: Binding,
  useOfArgument: (call: Node, argument: Node | undefined) => ParameterUse,
): ParameterUse {
  const walk = new Walk(file, useOfArgument);
  walk.variable(parameter);
  return walk;
}

const deepest = 40;

class Walk implements ParameterUse {
  keeps = false;
  changes = false;
  returns = false;
  readonly #seen = new Set<Binding>();

  constructor(
    private readonly file: GoFile,
    private readonly useOfArgument: (call: Node, argument: Node | undefined) => ParameterUse,
  ) {}

  #worst(): void {
    this.keeps = this.changes = this.returns = true;
  }

  variable(binding: Binding): void {
    if (this.#seen.has(binding) || isPlain(binding.declaration, this.file)) return;
    this.#seen.add(binding);
    for (const { node, owner } of binding.uses) {
      // A closure that is called where it stands, by go too, is the function's own code; of others nobody knows when they run.
      if (owner.id !== binding.owner.id && !isCalledInPlace(owner)) this.#worst();
      // The variable gets another value: nothing happens to what it had.
      else if (!isAssigned(node)) this.#value(node, 0);
    }
  }

  /** Where the expression around a value takes it. */
  #value(value: Node, depth: number): void {
    const node = parenthesized(value);
    const parent = node.parent;
    if (!parent || depth > deepest) return this.#worst();
    const on = (outer: Node): void => this.#value(outer, depth + 1);
    switch (parent.type) {
      case 'index_expression':
      case 'selector_expression':
        if (parent.childForFieldName('operand')?.id !== node.id) {
          // The key of an entry.
          if (isWritten(parent)) this.keeps = true;
          return;
        }
        if (isWritten(parent)) this.changes = true;
        else if (isCalled(parent)) {
          const call = parenthesized(parent).parent!;
          this.#add(this.useOfArgument(call, undefined), call, depth);
        } else if (!isPlain(parent, this.file)) on(parent);
        return;
      case 'slice_expression':
        if (parent.childForFieldName('operand')?.id === node.id) on(parent);
        return;
      case 'unary_expression':
        switch (parent.childForFieldName('operator')?.text) {
          case '*':
            if (isWritten(parent)) this.changes = true;
            else if (!isPlain(parent, this.file)) on(parent);
            return;
          case '<-':
            return on(parent);
          case '&':
            return on(parent);
          default:
            return;
        }
      case 'binary_expression':
      case 'inc_statement':
      case 'dec_statement':
      case 'expression_statement':
      case 'if_statement':
      case 'for_statement':
      case 'for_clause':
      case 'expression_switch_statement':
      case 'expression_case':
        return;
      case 'type_assertion_expression':
      case 'literal_value':
      case 'literal_element':
      case 'keyed_element':
      case 'composite_literal':
        return on(parent);
      case 'type_conversion_expression':
        // string(p) and []byte(s) copy.
        if (!/^(?:string|\[\]byte|\[\]rune)$/.test(parent.childForFieldName('type')?.text ?? '')) on(parent);
        return;
      case 'type_switch_statement': {
        const alias = parent.childForFieldName('alias')?.namedChild(0);
        return alias ? this.#target(alias) : undefined;
      }
      case 'range_clause': {
        if (parent.childForFieldName('right')?.id !== node.id) return this.#worst();
        const targets = parent.childForFieldName('left')?.namedChildren ?? [];
        const isIndexed = /^(?:slice|array)$/.test(typeOf(node, this.file)?.kind ?? '');
        for (const target of targets.slice(isIndexed ? 1 : 0)) this.#target(target);
        return;
      }
      case 'variadic_argument':
        return this.#argument(parent, parent.parent?.parent, depth);
      case 'argument_list':
        return this.#argument(node, parent.parent, depth);
      case 'send_statement':
        if (parent.childForFieldName('channel')?.id === node.id) this.changes = true;
        else this.keeps = true;
        return;
      case 'receive_statement':
        for (const target of parent.childForFieldName('left')?.namedChildren ?? []) this.#target(target);
        return;
      case 'expression_list':
        return this.#listed(node, parent);
      default:
        this.#worst();
    }
  }

  #listed(node: Node, list: Node): void {
    const statement = list.parent;
    switch (statement?.type) {
      case 'return_statement':
        // What a closure returns goes to this function, and may go on.
        this.returns = true;
        return;
      case 'var_spec':
      case 'short_var_declaration':
      case 'assignment_statement': {
        if (statement.childForFieldName('left')?.id === list.id) return;
        const targets =
          statement.type === 'var_spec'
            ? statement.childrenForFieldName('name').filter((name) => name !== null)
            : (statement.childForFieldName('left')?.namedChildren ?? []);
        const values = list.namedChildren.filter(({ type }) => type !== 'comment');
        if (targets.length !== values.length) return targets.forEach((target) => this.#target(target));
        const target = targets[values.findIndex(({ id }) => id === node.id)];
        return target ? this.#target(target) : this.#worst();
      }
      // switch p { case q: }
      case 'expression_case':
        return;
      default:
        this.#worst();
    }
  }

  /** A variable of the function holds it from now on, or it holds itself; anything else keeps it. */
  #target(target: Node): void {
    if (target.text === '_') return;
    const root = variableOf(target);
    const binding = root && namesAround(this.file.root, root).resolve(root);
    if (!binding) this.keeps = true;
    else if (root.id !== target.id) {
      if (this.#seen.has(binding)) this.changes = true;
      else this.keeps = true;
    } else if (binding.kind === 'result') {
      this.returns = true;
      this.variable(binding);
    } else this.variable(binding);
  }

  #argument(argument: Node, call: Node | null | undefined, depth: number): void {
    if (call?.type !== 'call_expression') return this.#worst();
    this.#add(this.useOfArgument(call, argument), call, depth);
  }

  #add({ keeps, changes, returns }: ParameterUse, call: Node, depth: number): void {
    // What a goroutine is given it has for as long as it likes.
    this.keeps ||= keeps || call.parent?.type === 'go_statement';
    this.changes ||= changes;
    if (returns) this.#value(call, depth + 1);
  }
}

/** The target of an assignment, `++` or `--`. */
function isWritten(place: Node): boolean {
  return isAssigned(parenthesized(place));
}

function isCalled(callee: Node): boolean {
  const outer = parenthesized(callee);
  return (
    outer.parent?.type === 'call_expression' && outer.parent.childForFieldName('function')?.id === outer.id
  );
}

/** `x` of `x.f[i]`, for a place that is assigned. */
function variableOf(place: Node): Node | undefined {
  let at = unparenthesised(place);
  while (/^(?:selector|index)_expression$/.test(at.type))
    at = unparenthesised(at.childForFieldName('operand')!);
  return at.type === 'identifier' ? at : undefined;
}

/** `func() {…}()`, also behind go and defer. */
export function isCalledInPlace(literal: Node): boolean {
  return isFunction(literal) && literal.type === 'func_literal' && isCalled(literal);
}

/** A number, a string, a boolean: nothing of the program's memory can be reached through it. */
function isPlain(expression: Node, file: GoFile): boolean {
  return basicType(expression, file) !== undefined;
}

/** The index of an argument in its call, from 0. */
export function indexOfArgument(call: Node, argument: Node): number {
  return argumentsOf(call).findIndex(({ id }) => id === argument.id);
}
