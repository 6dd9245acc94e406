import type { Node } from 'web-tree-sitter';
import { isAppender } from '../flow/appenders';
import { onlyReads } from '../types/constant-values';
import { spelledType } from '../types/types';
import type { GoFile, GoPackage } from '../rule';
import { argumentsOf, contains, enclosingFunction, isFunction, spanOf } from '../syntax/nodes';
import {
  isAddressTaken,
  isAssigned,
  namesAround,
  occurrences,
  parenthesized,
  type Binding,
} from '../syntax/names';
import { namesOf, parameterNames } from '../syntax/signatures';
import { packageNames } from '../syntax/package-names';
import { isBuiltin } from '../syntax/universe';

/**
 * What the package does with a slice behind the place where it leaves a function: `appends` to it, which needs the room
 * behind its length; `reads` it only, everywhere; `unknown` when it goes where nobody of the package follows it.
 */
export type LaterGrowth = 'appends' | 'reads' | 'unknown';

/**
 * Follows a slice from the expression that gives it away (`return s`, `T{f: s}`, `x.f = s`) through results, fields,
 * variables and parameters of the package.
 */
export function laterGrowth(slice: Node, file: GoFile): LaterGrowth {
  const walk = new Walk(file.pkg);
  walk.value(slice, file);
  return walk.appends ? 'appends' : walk.loses ? 'unknown' : 'reads';
}

class Walk {
  appends = false;
  loses = false;
  /** Places that are followed already. */
  readonly #seen = new Set<string>();

  constructor(private readonly pkg: GoPackage) {}

  /** The slice as the value of this expression. */
  value(node: Node, file: GoFile): void {
    if (this.appends) return;
    const outer = parenthesized(node);
    const parent = outer.parent;
    switch (parent?.type) {
      case 'index_expression':
      case 'range_clause':
      case 'binary_expression':
      case 'expression_statement':
        return;
      case 'slice_expression':
        // With an end, it may reach behind the length.
        if (parent.childForFieldName('end')) this.loses = true;
        return this.value(parent, file);
      case 'variadic_argument': {
        const call = parent.parent?.parent;
        return call?.type === 'call_expression' ? this.#argument(call, parent, file) : this.#lose();
      }
      case 'argument_list': {
        const call = parent.parent;
        return call?.type === 'call_expression' ? this.#argument(call, outer, file) : this.#lose();
      }
      case 'literal_element':
        return this.#element(parent);
      case 'expression_list':
        return this.#listed(outer, parent, file);
      default:
        return this.#lose();
    }
  }

  #lose(): void {
    this.loses = true;
  }

  /** True for what is looked at for the first time. */
  #isNew(...key: (string | number)[]): boolean {
    const name = key.join('\0');
    if (this.#seen.has(name)) return false;
    this.#seen.add(name);
    return true;
  }

  #listed(value: Node, list: Node, file: GoFile): void {
    const statement = list.parent;
    const index = list.namedChildren.findIndex(({ id }) => id === value.id);
    switch (statement?.type) {
      case 'return_statement': {
        const fn = enclosingFunction(statement);
        return fn
          ? this.#result(fn, index, list.namedChildCount > 1 || resultCount(fn) === 1, file)
          : this.#lose();
      }
      case 'short_var_declaration':
      case 'assignment_statement': {
        // The target of an assignment: what was in it is gone.
        if (statement.childForFieldName('left')?.id === list.id) return;
        const left = statement.childForFieldName('left')!;
        const target = left.namedChildCount === list.namedChildCount ? left.namedChildren[index] : undefined;
        return target ? this.#stored(target, file) : this.#lose();
      }
      case 'var_spec': {
        const names = statement.childrenForFieldName('name');
        const name = names.length === list.namedChildCount ? names[index] : undefined;
        return name ? this.#stored(name, file) : this.#lose();
      }
      default:
        return this.#lose();
    }
  }

  #stored(target: Node, file: GoFile): void {
    if (target.type === 'identifier') {
      if (target.text === '_') return;
      const binding = namesAround(file.root, target).resolve(target);
      return binding && isFunction(binding.owner) ? this.#binding(binding, file) : this.#global(target.text);
    }
    if (target.type !== 'selector_expression') return this.#lose();
    const operand = target.childForFieldName('operand');
    const field = target.childForFieldName('field');
    if (operand && field) this.#field(structOf(operand, field.text, file), field.text);
    else this.#lose();
  }

  #binding(binding: Binding, file: GoFile): void {
    if (!this.#isNew(file.path, binding.declaration.id)) return;
    // A named result is given away by a return without values, too.
    if (binding.kind === 'result') this.#lose();
    for (const { node } of binding.uses) {
      if (isAddressTaken(node)) this.#lose();
      else if (!isAssigned(node)) this.value(node, file);
    }
  }

  #global(name: string): void {
    if (!this.#isNew('variable', name)) return;
    if (isExported(name, this.pkg)) this.#lose();
    for (const file of this.pkg.files) {
      for (const node of occurrences(file.root, file.text, name)) {
        if (node.type !== 'identifier' || namesAround(file.root, node).resolve(node)) continue;
        if (
          node.parent?.type === 'var_spec' &&
          !contains(spanOf(node.parent.childForFieldName('value') ?? node), spanOf(node))
        )
          continue;
        if (isKey(node)) continue;
        if (isAddressTaken(node)) this.#lose();
        else if (!isAssigned(node)) this.value(node, file);
      }
    }
  }

  /** A struct's field; with an unknown struct, any of the name. */
  #field(struct: string | undefined, name: string): void {
    if (!this.#isNew('field', struct ?? '', name)) return;
    if (isExported(name, this.pkg)) this.#lose();
    for (const file of this.pkg.files) {
      for (const node of occurrences(file.root, file.text, name)) {
        const selector = node.type === 'field_identifier' ? node.parent : null;
        if (selector?.type !== 'selector_expression') continue;
        const owner = structOf(selector.childForFieldName('operand')!, name, file);
        if (struct !== undefined && owner !== undefined && owner !== struct) continue;
        if (isAddressTaken(selector)) this.#lose();
        else if (!isAssigned(selector)) this.value(selector, file);
      }
    }
  }

  /** What the callers do with the function's result of this index. */
  #result(fn: Node, index: number, plain: boolean, file: GoFile): void {
    const name = fn.childForFieldName('name')?.text;
    if (fn.type === 'func_literal' || name === undefined || !plain) return this.#lose();
    if (!this.#isNew('result', file.path, fn.id, index)) return;
    if (isExported(name, this.pkg) || isLinked(fn)) this.#lose();
    const several = resultCount(fn) > 1;
    for (const other of this.pkg.files) {
      for (const node of occurrences(other.root, other.text, name)) {
        if (node.parent?.id === fn.id) continue;
        const isMethod = node.type === 'field_identifier';
        if (isMethod !== (fn.type === 'method_declaration')) continue;
        if (isMethod && node.parent?.type !== 'selector_expression') continue;
        if (!isMethod && (node.type !== 'identifier' || namesAround(other.root, node).resolve(node)))
          continue;
        const callee = isMethod ? node.parent! : node;
        const call = parenthesized(callee).parent;
        if (
          call?.type !== 'call_expression' ||
          call.childForFieldName('function')?.id !== parenthesized(callee).id
        )
          this.#lose();
        else if (several) this.#ofSeveral(call, index, other);
        else this.value(call, other);
      }
    }
  }

  /** `a, err := f()`, `return f()`. */
  #ofSeveral(call: Node, index: number, file: GoFile): void {
    const list = parenthesized(call).parent;
    const statement = list?.type === 'expression_list' ? list.parent : undefined;
    if (statement?.type === 'return_statement') {
      const fn = enclosingFunction(statement);
      return fn ? this.#result(fn, index, true, file) : this.#lose();
    }
    const target =
      statement?.type === 'var_spec'
        ? statement.childrenForFieldName('name')[index]
        : statement?.childForFieldName('left')?.namedChildren[index];
    if (target) this.#stored(target, file);
    else if (list?.type !== 'expression_statement') this.#lose();
  }

  #argument(call: Node, argument: Node, file: GoFile): void {
    const index = argumentsOf(call).findIndex(({ id }) => id === argument.id);
    if (isAppender(file, call)) {
      if (index === 0) this.appends = true;
      return;
    }
    if (isBuiltin(file, call, 'len', 'copy', 'clear') || onlyReads(call, argument, file)) return;
    const callee = call.childForFieldName('function');
    const declared =
      callee?.type === 'identifier' && !namesAround(file.root, callee).resolve(callee)
        ? packageNames(this.pkg).functions.get(callee.text)
        : undefined;
    const parameter = declared && parameterNames(declared.node)[index];
    const binding = parameter && namesAround(declared.file.root, parameter).resolve(parameter);
    // One of several values of a variadic parameter is an element there.
    const isElement =
      argument.type !== 'variadic_argument' && parameter?.parent?.type === 'variadic_parameter_declaration';
    if (binding && !isElement) this.#binding(binding, declared.file);
    else this.#lose();
  }

  /** `T{f: s}`, `T{s}`: a field of a struct of the package. */
  #element(element: Node): void {
    const keyed = element.parent?.type === 'keyed_element' ? element.parent : undefined;
    const body = (keyed ?? element).parent;
    const literal = body?.parent?.type === 'composite_literal' ? body.parent : undefined;
    const type = literal?.childForFieldName('type');
    const named = type?.type === 'generic_type' ? type.childForFieldName('type') : type;
    const spec = named ? packageNames(this.pkg).types.get(named.text)?.spec : undefined;
    const struct = spec?.childForFieldName('type');
    if (!body || struct?.type !== 'struct_type') return this.#lose();
    const position = body.namedChildren
      .filter(({ type }) => type !== 'comment')
      .findIndex(({ id }) => id === element.id);
    const field = keyed
      ? keyed.firstNamedChild?.text
      : struct.descendantsOfType('field_declaration').flatMap((one) => namesOf(one))[position]?.text;
    if (field === undefined) this.#lose();
    else this.#field(named!.text, field);
  }
}

/** The name of the package's struct type that declares the field, when the operand's type is spelled and is one. */
function structOf(operand: Node, field: string, file: GoFile): string | undefined {
  const spelled = spelledType(operand, file)?.replace(/^\*|\[[^]*/g, '');
  const struct = spelled === undefined ? undefined : packageNames(file.pkg).types.get(spelled)?.spec;
  const declares = struct
    ?.childForFieldName('type')
    ?.descendantsOfType('field_declaration')
    .some((one) => namesOf(one).some(({ text }) => text === field));
  return declares ? spelled : undefined;
}

/** `f` in `T{f: x}`. */
function isKey(node: Node): boolean {
  const element = node.parent?.type === 'literal_element' ? node.parent : node;
  return element.parent?.type === 'keyed_element' && element.parent.firstNamedChild?.id === element.id;
}

function resultCount(fn: Node): number {
  const result = fn.childForFieldName('result');
  if (result?.type !== 'parameter_list') return result ? 1 : 0;
  return result.namedChildren.reduce(
    (sum, one) => sum + (one.type === 'comment' ? 0 : Math.max(1, one.childrenForFieldName('name').length)),
    0,
  );
}

/** Other packages can use it. */
function isExported(name: string, pkg: GoPackage): boolean {
  return pkg.name !== 'main' && /^\p{Lu}/u.test(name);
}

/** `//go:linkname`, `//export`: code that is not Go of this package calls it. */
function isLinked(fn: Node): boolean {
  for (let at = fn.previousNamedSibling; at?.type === 'comment'; at = at.previousNamedSibling)
    if (/^\/\/(?:go:linkname|export)\b/.test(at.text)) return true;
  return false;
}
