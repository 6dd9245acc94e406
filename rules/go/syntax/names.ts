import type { Node } from 'web-tree-sitter';
import { firstIndex } from '../../sorted';
import type { GoFile } from '../rule';
import { isFunction } from './nodes';
import { initializer } from './assignments';

/**
 * Names inside one top-level Go declaration, resolved by Go's scoping rules (Go specification, "Declarations and
 * scope"): blocks, implicit blocks of if/for/switch/select and their clauses, parameters in the body's own block,
 * `:=` that redeclares. Package-level and universe names resolve to nothing.
 */
export type BindingKind = 'parameter' | 'receiver' | 'result' | 'variable' | 'constant' | 'type';

/** A local name: where it is declared and everywhere it is used. */
export interface Binding {
  readonly name: string;
  readonly kind: BindingKind;
  /** The identifier that declares the name. */
  readonly declaration: Node;
  /** The function declaration or literal that the name belongs to. */
  readonly owner: Node;
  /** In source order, the declaration left out; an identifier that `:=` redeclares is a use. */
  readonly uses: readonly Use[];
}

export interface Use {
  readonly node: Node;
  /** The innermost function declaration or literal around the use; another than the binding's: captured. */
  readonly owner: Node;
}

/** The names of one top-level declaration. */
export interface Names {
  readonly bindings: readonly Binding[];
  /** The binding that an identifier (or type identifier) node refers to or declares; undefined: not local. */
  resolve(identifier: Node): Binding | undefined;
}

interface MutableBinding extends Binding {
  readonly uses: Use[];
}

interface Resolved {
  /** The declarations of the file in source order, and where each starts. */
  readonly tops: readonly Node[];
  readonly starts: readonly number[];
  readonly names: Map<number, Names>;
}

const cache = new WeakMap<Node, Resolved>();

/** Resolves the names of the top-level declaration that contains `node`. Cached for as long as the tree's root lives. */
export function namesAround(root: Node, node: Node): Names {
  let known = cache.get(root);
  if (!known) {
    const tops = root.namedChildren;
    cache.set(root, (known = { tops, starts: tops.map(({ startIndex }) => startIndex), names: new Map() }));
  }
  // A node of another file is not in this list.
  const top = (node.tree === root.tree ? topAround(known, node) : undefined) ?? climb(node);
  let names = known.names.get(top.id);
  if (!names) known.names.set(top.id, (names = new Resolver(top).names()));
  return names;
}

function climb(node: Node): Node {
  let top = node;
  for (let parent = top.parent; parent && parent.type !== 'source_file'; parent = top.parent) top = parent;
  return top;
}

/** By halves: each step towards the root asks the tree to come down from it. */
function topAround({ tops, starts }: Resolved, node: Node): Node | undefined {
  const top = tops[firstIndex(starts, (start) => start > node.startIndex) - 1];
  return top && node.endIndex <= top.endIndex ? top : undefined;
}

class Scope {
  private readonly names = new Map<string, MutableBinding>();
  constructor(
    readonly outer: Scope | undefined,
    readonly owner: Node,
  ) {}
  here(name: string): MutableBinding | undefined {
    return this.names.get(name);
  }
  find(name: string): MutableBinding | undefined {
    return this.names.get(name) ?? this.outer?.find(name);
  }
  add(binding: MutableBinding): void {
    this.names.set(binding.name, binding);
  }
}

class Resolver {
  private readonly bindings: MutableBinding[] = [];
  private readonly byNode = new Map<number, MutableBinding>();

  constructor(private readonly top: Node) {}

  names(): Names {
    const scope = new Scope(undefined, this.top);
    if (isFunction(this.top)) this.walkFunction(this.top, scope);
    else this.walkChildren(this.top, scope);
    const byNode = this.byNode;
    return { bindings: this.bindings, resolve: (identifier) => byNode.get(identifier.id) };
  }

  private declare(identifier: Node, kind: BindingKind, scope: Scope): void {
    const name = identifier.text;
    if (name === '_' || name === '') return;
    const binding = { name, kind, declaration: identifier, owner: scope.owner, uses: [] };
    this.bindings.push(binding);
    this.byNode.set(identifier.id, binding);
    scope.add(binding);
  }

  private use(identifier: Node, scope: Scope): void {
    const binding = scope.find(identifier.text);
    if (!binding) return;
    binding.uses.push({ node: identifier, owner: scope.owner });
    this.byNode.set(identifier.id, binding);
  }

  private walkFunction(fn: Node, outer: Scope): void {
    const scope = new Scope(outer, fn);
    for (const parameter of fn.childForFieldName('type_parameters')?.namedChildren ?? []) {
      for (const child of parameter.namedChildren) {
        if (child.type === 'identifier') this.declare(child, 'type', scope);
        else this.walk(child, scope);
      }
    }
    const receiver = fn.childForFieldName('receiver');
    if (receiver) this.declareReceiverTypeParameters(receiver, scope);
    this.walkParameters(receiver, 'receiver', scope);
    this.walkParameters(fn.childForFieldName('parameters'), 'parameter', scope);
    const result = fn.childForFieldName('result');
    if (result?.type === 'parameter_list') this.walkParameters(result, 'result', scope);
    else if (result) this.walk(result, scope);
    const body = fn.childForFieldName('body');
    if (body) this.walkChildren(body, scope);
  }

  /** `func (t *T[K]) m()` declares K. */
  private declareReceiverTypeParameters(receiver: Node, scope: Scope): void {
    for (const list of receiver.descendantsOfType('type_arguments')) {
      for (const name of list.descendantsOfType('type_identifier')) this.declare(name, 'type', scope);
    }
  }

  private walkParameters(list: Node | null, kind: BindingKind, scope: Scope): void {
    for (const parameter of list?.namedChildren ?? []) {
      for (const child of parameter.namedChildren) {
        if (child.type === 'identifier') this.declare(child, kind, scope);
        else this.walk(child, scope);
      }
    }
  }

  private walkChildren(node: Node, scope: Scope): void {
    for (const child of node.namedChildren) this.walk(child, scope);
  }

  private walk(node: Node, scope: Scope): void {
    switch (node.type) {
      case 'identifier':
      case 'type_identifier':
        if (this.byNode.has(node.id)) return;
        this.use(node, scope);
        return;
      case 'func_literal':
        this.walkFunction(node, scope);
        return;
      case 'function_type':
      case 'method_elem':
        // Parameter names of a function type are in no scope.
        for (const type of node.descendantsOfType('type_identifier')) this.use(type, scope);
        return;
      case 'struct_type':
        for (const type of node.descendantsOfType(['type_identifier', 'identifier'])) this.use(type, scope);
        return;
      case 'block':
      case 'if_statement':
      case 'for_statement':
      case 'expression_switch_statement':
      case 'select_statement':
      case 'expression_case':
      case 'default_case':
      case 'type_case':
      case 'communication_case':
        this.walkChildren(node, new Scope(scope, scope.owner));
        return;
      case 'type_switch_statement': {
        const inner = new Scope(scope, scope.owner);
        const alias = node.childForFieldName('alias');
        for (const child of node.namedChildren) {
          if (alias && child.id === alias.id) continue;
          this.walk(child, inner);
          // The alias is in scope in the clauses, behind the value.
          if (alias && child.startIndex > alias.startIndex && !inner.here(alias.text)) {
            for (const name of alias.namedChildren) this.declare(name, 'variable', inner);
          }
        }
        return;
      }
      case 'short_var_declaration':
        this.walkDefinition(node, scope, true);
        return;
      case 'range_clause':
      case 'receive_statement':
        this.walkDefinition(
          node,
          scope,
          node.children.some((child) => child.type === ':='),
        );
        return;
      case 'var_spec':
      case 'const_spec': {
        const names: Node[] = [];
        for (const child of node.namedChildren) {
          if (child.type === 'identifier') names.push(child);
          else this.walk(child, scope);
        }
        for (const name of names)
          this.declare(name, node.type === 'var_spec' ? 'variable' : 'constant', scope);
        return;
      }
      case 'type_spec':
      case 'type_alias': {
        const name = node.childForFieldName('name');
        if (name) this.declare(name, 'type', scope);
        this.walkChildren(node, scope);
        return;
      }
      default:
        this.walkChildren(node, scope);
    }
  }

  private walkDefinition(node: Node, scope: Scope, defines: boolean): void {
    const left = node.childForFieldName('left');
    for (const child of node.namedChildren) {
      if (!left || child.id !== left.id) this.walk(child, scope);
    }
    for (const target of left?.namedChildren ?? []) {
      const known = defines && target.type === 'identifier' ? scope.here(target.text) : undefined;
      if (!defines || target.type !== 'identifier') this.walk(target, scope);
      else if (known && node.type === 'short_var_declaration') {
        known.uses.push({ node: target, owner: scope.owner });
        this.byNode.set(target.id, known);
      } else this.declare(target, 'variable', scope);
    }
  }
}

/** True when the identifier is only written here: the target of `=` or of a redeclaring `:=`, not `x.f = …`. */
export function isAssigned(identifier: Node): boolean {
  const parent = identifier.parent;
  if (!parent) return false;
  if (parent.type === 'inc_statement' || parent.type === 'dec_statement') return true;
  const list = parent.type === 'expression_list' ? parent : undefined;
  const statement = list?.parent;
  if (!list || !statement) return false;
  if (
    statement.type !== 'assignment_statement' &&
    statement.type !== 'short_var_declaration' &&
    statement.type !== 'range_clause' &&
    statement.type !== 'receive_statement'
  )
    return false;
  return statement.childForFieldName('left')?.id === list.id;
}

/** True at `&x` (parentheses allowed), for the identifier x. */
export function isAddressTaken(identifier: Node): boolean {
  const outer = parenthesized(identifier).parent;
  return outer?.type === 'unary_expression' && outer.childForFieldName('operator')?.text === '&';
}

/** The outermost parenthesized expression that only wraps `node`. */
export function parenthesized(node: Node): Node {
  let outer = node;
  while (outer.parent?.type === 'parenthesized_expression') outer = outer.parent;
  return outer;
}

/** The statement that contains `node` and stands directly in a statement list; undefined outside of one. */
export function enclosingStatement(node: Node): Node | undefined {
  let statement: Node | null = node;
  while (statement && statement.parent?.type !== 'statement_list') {
    if (isFunction(statement)) return undefined;
    statement = statement.parent;
  }
  return statement ?? undefined;
}

/**
 * The nodes in `root` that are the identifier `name` (or field or type identifier of that text), found through the
 * text so that a whole file need not be walked.
 */
export function occurrences(root: Node, text: string, name: string): Node[] {
  const found: Node[] = [];
  for (let at = text.indexOf(name); at >= 0; at = text.indexOf(name, at + name.length)) {
    const node = root.namedDescendantForIndex(at, at + name.length);
    if (node?.text === name && node.startIndex === at && node.type.endsWith('identifier')) found.push(node);
  }
  return found;
}

/** The call whose callee is `node`, parentheses around the callee allowed. */
export function callOf(node: Node): Node | undefined {
  const callee = parenthesized(node);
  const call = callee.parent;
  return call?.type === 'call_expression' && call.childForFieldName('function')?.id === callee.id
    ? call
    : undefined;
}

/** The call that the expression is an argument of, parentheses around it allowed. */
export function callWith(argument: Node): Node | undefined {
  const list = parenthesized(argument).parent;
  return list?.type === 'argument_list' && list.parent?.type === 'call_expression' ? list.parent : undefined;
}

/**
 * The function that a call runs, when the file itself shows it: a function declared in it, or a literal in a variable
 * that is assigned nowhere else.
 */
export function calledFunction(root: Node, call: Node): Node | undefined {
  const callee = call.childForFieldName('function');
  if (callee?.type === 'func_literal') return callee;
  if (callee?.type !== 'identifier') return undefined;
  const binding = namesAround(root, callee).resolve(callee);
  if (binding) {
    const value = initializer(binding);
    return value?.type === 'func_literal' && !binding.uses.some((use) => isAssigned(use.node))
      ? value
      : undefined;
  }
  return root.namedChildren.find(
    (node) => node.type === 'function_declaration' && node.childForFieldName('name')?.text === callee.text,
  );
}

/** True when the function around the node declares the name somewhere: an import or a builtin may not be meant by it. */
export function isLocalName(file: GoFile, at: Node, name: string): boolean {
  return namesAround(file.root, at).bindings.some((binding) => binding.name === name);
}
