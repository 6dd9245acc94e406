import type { Node } from 'web-tree-sitter';
import { isAppender } from '../flow/appenders';
import { contractOf, type Contract } from './contracts';
import { isBuiltin } from '../syntax/universe';
import { isUniverse } from '../syntax/universe';
import type { GoFile, GoPackage } from '../rule';
import { argumentsOf, unparenthesised } from '../syntax/nodes';
import { isAddressTaken, isAssigned, namesAround, parenthesized, type Binding } from '../syntax/names';
import { initializer } from '../syntax/assignments';
import { packageNames } from '../syntax/package-names';

/**
 * Where the memory of a local value goes: a closed list of uses that cannot keep it beyond the call. Anything that is
 * not on the list counts as keeping it. The compiler is asked the same question by the fix's probe.
 */

/** What the local holds. `array` and `value` are variables whose own memory is meant, not a reference to it. */
export type Shape = 'slice' | 'array' | 'buffer pointer' | 'buffer value' | 'struct pointer' | 'struct value';

export interface ContractCall {
  readonly call: Node;
  /** The argument that the contract covers. */
  readonly argument: Node;
  readonly shape: 'slice' | 'stream';
  readonly contract: Contract;
}

export interface Lifetime {
  /** The first use that may keep the value; undefined: nothing does. */
  readonly kept: Node | undefined;
  readonly contracts: readonly ContractCall[];
  /** `v = append(v, …)` or the like: the backing array may be another one afterwards. */
  readonly grows: boolean;
  /** `v = v[k:]` with k other than 0: the front of the array is lost to v. */
  readonly advances: boolean;
  /**
   * `append(v, …)` whose result goes elsewhere than back to v, or `cap(v)`: the capacity is observable. Of a buffer, too, when it
   * is filled from a reader, which is asked for as much as there is room.
   */
  readonly capacityObserved: boolean;
}

/** `typeName`: for a struct or a pointer to one, the name of its type in this package. */
export function lifetimeOf(file: GoFile, binding: Binding, shape: Shape, typeName?: string): Lifetime {
  const walk = new Walk(file, binding, typeName);
  walk.variable(binding, shape);
  return walk.result();
}

/** A buffer that is used again has the room that it has grown to, and something in the call can tell. */
export function seesRoom({ capacityObserved }: Lifetime, shape: Shape): boolean {
  return capacityObserved && (shape === 'buffer value' || shape === 'buffer pointer');
}

const breakers = new WeakMap<GoPackage, Map<string, boolean>>();

/**
 * Some method of the package with a contract's name breaks the contract: its first parameter leaks according to the
 * compiler, and not only into calls that have such a contract themselves. Then no call of the name is trusted.
 */
export function keepsItsArgument(file: GoFile, method: string): boolean {
  let known = breakers.get(file.pkg);
  if (!known) breakers.set(file.pkg, (known = new Map<string, boolean>()));
  const cached = known.get(method);
  if (cached !== undefined) return cached;
  // A method that hands its argument on to its own name is judged by the others.
  known.set(method, false);
  const breaks = packageNames(file.pkg).methods.some(({ node, file: declaring }) => {
    if (node.childForFieldName('name')?.text !== method) return false;
    const first = node.childForFieldName('parameters')?.firstNamedChild;
    const name = first?.namedChildren.find((child) => child.type === 'identifier');
    // Another signature, another contract: func (h Header) Write(w io.Writer) error.
    if (first?.childForFieldName('type')?.type !== 'slice_type') return false;
    const flow = name && declaring.facts?.parameter(name);
    const binding = name && namesAround(declaring.root, name).resolve(name);
    if (!binding || flow?.kind !== 'leaks' || flow.content) return false;
    return keepsParameter(declaring, binding);
  });
  known.set(method, breaks);
  return breaks;
}

const parameters = new WeakMap<GoPackage, Map<string, boolean>>();

/** The slice parameter goes elsewhere than into contracts, functions and own methods of the package followed. */
function keepsParameter(file: GoFile, parameter: Binding): boolean {
  let known = parameters.get(file.pkg);
  if (!known) parameters.set(file.pkg, (known = new Map<string, boolean>()));
  const key = `${file.path}:${parameter.declaration.startIndex}`;
  const cached = known.get(key);
  if (cached !== undefined) return cached;
  // Recursion adds no way out of its own.
  known.set(key, false);
  const walk = new Walk(file, parameter, undefined, true);
  walk.variable(parameter, 'slice');
  const kept = walk.result().kept !== undefined;
  known.set(key, kept);
  return kept;
}

const bufferMethods: ReadonlySet<string> = new Set(
  (
    'Available Cap Grow Len Read ReadByte ReadBytes ReadFrom ReadRune ReadString Reset String Truncate UnreadByte ' +
    'UnreadRune Write WriteByte WriteRune WriteString WriteTo'
  ).split(' '),
);

class Walk {
  private kept: Node | undefined;
  private readonly contracts: ContractCall[] = [];
  private grows = false;
  private advances = false;
  private capacityObserved = false;

  constructor(
    private readonly file: GoFile,
    private readonly root: Binding,
    private readonly typeName: string | undefined,
    /** Functions and methods of the package are followed, not only asked what the compiler says of them. */
    private readonly follows = false,
    private readonly seen = new Set<Binding>(),
  ) {}

  result(): Lifetime {
    const { kept, contracts, grows, advances, capacityObserved } = this;
    return { kept, contracts, grows, advances, capacityObserved };
  }

  variable(binding: Binding, shape: Shape): void {
    if (this.seen.has(binding)) return;
    this.seen.add(binding);
    for (const use of binding.uses) {
      if (use.owner.id !== this.root.owner.id) this.keep(use.node);
      else if (isAssigned(use.node)) this.assigned(binding, use.node, shape);
      else this.flow(use.node, shape, binding);
    }
  }

  private keep(node: Node): void {
    if (!this.kept || node.startIndex < this.kept.startIndex) this.kept = node;
  }

  /** `v = …`: only from v itself, so that v never means other memory. */
  private assigned(binding: Binding, target: Node, shape: Shape): void {
    const statement = target.parent?.parent;
    const left = target.parent;
    const right = statement?.childForFieldName('right');
    const value = right?.namedChildren[left?.namedChildren.findIndex((child) => child.id === target.id) ?? 0];
    const sameCount = left?.namedChildCount === right?.namedChildCount;
    const operator = statement?.childForFieldName('operator')?.text ?? ':=';
    if (shape !== 'slice' || !value || !sameCount || !/^:?=$/.test(operator)) return this.keep(target);
    const source = this.derivedFrom(value);
    if (source !== binding) this.keep(target);
  }

  /** For `v`, `v[a:b]`, `append(v, …)` and their combinations the variable v. */
  private derivedFrom(value: Node): Binding | undefined {
    const node = unparenthesised(value);
    if (node.type === 'identifier') return namesAround(this.file.root, node).resolve(node);
    if (node.type === 'slice_expression') {
      const operand = node.childForFieldName('operand');
      return operand ? this.derivedFrom(operand) : undefined;
    }
    if (node.type !== 'call_expression' || !isAppender(this.file, node)) return undefined;
    const first = this.appended(node);
    return first && this.derivedFrom(first);
  }

  /** The slice that an appender grows. */
  private appended(call: Node): Node | undefined {
    return argumentsOf(call)[0];
  }

  /** Follows a value to where the expression around it takes it. */
  private flow(value: Node, shape: Shape, binding: Binding): void {
    const node = parenthesized(value);
    const parent = node.parent;
    if (!parent) return this.keep(value);
    if (shape === 'slice') return this.slice(node, parent, binding);
    if (shape === 'array') return this.array(node, parent, binding);
    if (shape === 'struct pointer') return this.struct(node, parent, binding);
    if (shape === 'struct value') {
      const address = isAddressTaken(node) ? parenthesized(parent) : undefined;
      if (address?.parent?.type === 'argument_list')
        return this.argument(address, address.parent.parent!, 'struct pointer', binding);
      return parent.type === 'selector_expression' ? this.struct(node, parent, binding) : this.keep(node);
    }
    return this.buffer(node, parent, shape, binding);
  }

  private slice(node: Node, parent: Node, binding: Binding): void {
    switch (parent.type) {
      case 'slice_expression': {
        if (parent.childForFieldName('operand')?.id !== node.id) return this.keep(node);
        const start = parent.childForFieldName('start');
        if (start && start.text !== '0' && this.isAssignedBack(parent, binding)) this.advances = true;
        return this.flow(parent, 'slice', binding);
      }
      case 'index_expression':
        if (parent.childForFieldName('operand')?.id !== node.id || isAddressTaken(parent)) this.keep(node);
        return;
      case 'range_clause':
        if (parent.childForFieldName('right')?.id !== node.id) this.keep(node);
        return;
      case 'binary_expression':
        return;
      case 'expression_list':
        return this.listed(node, parent, 'slice', binding);
      case 'variadic_argument': {
        const call = parent.parent?.parent;
        const first = call && argumentsOf(call)[0];
        const copied =
          call?.type === 'call_expression' && isAppender(this.file, call) && first?.id !== parent.id;
        if (!copied || call.childForFieldName('function')?.text !== 'append') this.keep(node);
        return;
      }
      case 'type_conversion_expression':
        return this.keep(node);
      case 'argument_list':
        return this.argument(node, parent.parent!, 'slice', binding);
      default:
        this.keep(node);
    }
  }

  /** The value stands in an expression list: an assignment back to the variable, or a new local for the same memory. */
  private listed(node: Node, list: Node, shape: Shape, binding: Binding): void {
    const statement = list.parent;
    if (!statement || statement.childForFieldName('right')?.id !== list.id) {
      if (statement?.type === 'var_spec') return this.alias(node, list, shape);
      return this.keep(node);
    }
    if (statement.type === 'assignment_statement') {
      const target = this.targetOf(node, list, statement);
      const same =
        target?.type === 'identifier' && namesAround(this.file.root, target).resolve(target) === binding;
      if (same) return;
      // `_ = buf` does nothing.
      if (target?.text !== '_') this.keep(node);
      return;
    }
    if (statement.type === 'short_var_declaration') return this.alias(node, list, shape);
    this.keep(node);
  }

  private targetOf(node: Node, list: Node, statement: Node): Node | undefined {
    const index = list.namedChildren.findIndex((child) => child.id === node.id);
    return statement.childForFieldName('left')?.namedChildren[index];
  }

  private alias(node: Node, list: Node, shape: Shape): void {
    const names = namesAround(this.file.root, node);
    const made = names.bindings.find((candidate) => {
      const value = initializer(candidate);
      return value !== undefined && value.id === node.id && value.parent?.id === list.id;
    });
    if (!made || made.owner.id !== this.root.owner.id) return this.keep(node);
    this.variable(made, shape);
  }

  private isAssignedBack(value: Node, binding: Binding): boolean {
    const node = parenthesized(value);
    const list = node.parent;
    const statement = list?.parent;
    if (list?.type !== 'expression_list' || statement?.type !== 'assignment_statement') return false;
    const target = this.targetOf(node, list, statement);
    return target?.type === 'identifier' && namesAround(this.file.root, target).resolve(target) === binding;
  }

  private argument(
    node: Node,
    call: Node,
    shape: 'slice' | 'buffer pointer' | 'struct pointer',
    binding: Binding,
  ): void {
    if (call.type !== 'call_expression' || call.parent?.type === 'go_statement') return this.keep(node);
    const callee = call.childForFieldName('function');
    if (!callee) return this.keep(node);
    if (shape === 'slice') {
      if (isBuiltin(this.file, call, 'len', 'copy', 'clear')) return;
      if (isBuiltin(this.file, call, 'cap')) {
        this.capacityObserved = true;
        return;
      }
      if (callee.type === 'identifier' && callee.text === 'string' && isUniverse(this.file, callee)) return;
      if (isAppender(this.file, call)) {
        if (this.appended(call)?.id !== node.id) return this.keep(node);
        if (this.isAssignedBack(call, binding)) this.grows = true;
        else this.capacityObserved = true;
        return this.flow(call, 'slice', binding);
      }
    }
    const form = shape === 'slice' ? 'slice' : 'stream';
    const contract =
      shape === 'struct pointer'
        ? undefined
        : contractOf(this.file, call, node, form, (method) => keepsItsArgument(this.file, method));
    if (contract) {
      this.contracts.push({ call, argument: node, shape: form, contract });
      const isTarget = argumentsOf(call)[0]?.id === node.id;
      if (isTarget && /^io\.Copy(?:N|Buffer)?$/.test(contract.name)) this.capacityObserved = true;
      return;
    }
    if (callee.type === 'identifier' && this.parameterStays(callee, call, node, shape)) return;
    if (this.follows && shape === 'slice' && this.isFollowed(callee, call, node)) return;
    this.keep(node);
  }

  /** The compiler says that the function of this package does not keep the parameter. */
  private parameterStays(callee: Node, call: Node, argument: Node, shape: Shape): boolean {
    if (namesAround(this.file.root, callee).resolve(callee)) return false;
    const fn = packageNames(this.file.pkg).functions.get(callee.text);
    const index = argumentsOf(call).findIndex((other) => other.id === argument.id);
    if (!fn) return false;
    const names = (fn.node.childForFieldName('parameters')?.namedChildren ?? []).flatMap((parameter) =>
      parameter.type === 'parameter_declaration'
        ? parameter.namedChildren.filter((child) => child.type === 'identifier')
        : [],
    );
    const name = names[index];
    if (name?.text === '_') return true;
    if (name === undefined || fn.file.facts?.parameter(name)?.kind !== 'stays') return false;
    const parameter = namesAround(fn.file.root, name).resolve(name);
    if (parameter && shape === 'buffer pointer') {
      const walk = new Walk(fn.file, parameter, undefined, false, this.seen);
      walk.variable(parameter, shape);
      this.capacityObserved ||= walk.capacityObserved;
    }
    return true;
  }

  /** A function of the package, or a method that can only be one of the package, that keeps the argument nowhere either. */
  private isFollowed(callee: Node, call: Node, argument: Node): boolean {
    const names = namesAround(this.file.root, callee);
    const { functions, methods } = packageNames(this.file.pkg);
    let targets: readonly { readonly node: Node; readonly file: GoFile }[] = [];
    if (callee.type === 'identifier' && !names.resolve(callee)) {
      const fn = functions.get(callee.text);
      if (fn) targets = [fn];
    } else if (callee.type === 'selector_expression') {
      const operand = callee.childForFieldName('operand');
      const method = callee.childForFieldName('field')?.text ?? '';
      const receiver = operand?.type === 'identifier' ? names.resolve(operand) : undefined;
      const type = receiver?.kind === 'receiver' ? receiverType(receiver.declaration.parent) : undefined;
      // An unexported method is one of this package, whatever the receiver.
      if (type === undefined && /^\p{Lu}/u.test(method)) return false;
      targets = methods.filter(
        ({ node }) =>
          node.childForFieldName('name')?.text === method &&
          (type === undefined ||
            receiverType(node.childForFieldName('receiver')?.firstNamedChild ?? null) === type),
      );
    }
    const index = argumentsOf(call).findIndex((other) => other.id === argument.id);
    return targets.length > 0 && targets.every((target) => !this.keepsAt(target, index));
  }

  private keepsAt({ node, file }: { readonly node: Node; readonly file: GoFile }, index: number): boolean {
    const name = (node.childForFieldName('parameters')?.namedChildren ?? []).flatMap((parameter) =>
      parameter.type === 'parameter_declaration'
        ? parameter.namedChildren.filter((child) => child.type === 'identifier')
        : [],
    )[index];
    if (name?.text === '_') return false;
    const binding = name && namesAround(file.root, name).resolve(name);
    return !binding || keepsParameter(file, binding);
  }

  private array(node: Node, parent: Node, binding: Binding): void {
    switch (parent.type) {
      case 'slice_expression':
        if (parent.childForFieldName('operand')?.id !== node.id) return this.keep(node);
        return this.flow(parent, 'slice', binding);
      case 'index_expression':
        if (parent.childForFieldName('operand')?.id !== node.id || isAddressTaken(parent)) this.keep(node);
        return;
      case 'range_clause':
        // Ranging over an array with values copies it first; over the pointer that the fix makes it does not.
        if (parent.childForFieldName('left')?.namedChildCount === 2) this.keep(node);
        return;
      case 'argument_list':
        if (parent.parent?.type === 'call_expression' && isBuiltin(this.file, parent.parent, 'len', 'cap'))
          return;
        return this.keep(node);
      default:
        this.keep(node);
    }
  }

  private buffer(node: Node, parent: Node, shape: Shape, binding: Binding): void {
    if (shape === 'buffer value' && isAddressTaken(node)) {
      const address = parenthesized(parent);
      if (address.parent?.type === 'argument_list')
        return this.argument(address, address.parent.parent!, 'buffer pointer', binding);
      return this.keep(node);
    }
    if (parent.type === 'argument_list' && shape === 'buffer pointer')
      return this.argument(node, parent.parent!, 'buffer pointer', binding);
    const call = parent.parent;
    if (
      parent.type !== 'selector_expression' ||
      call?.type !== 'call_expression' ||
      call.parent?.type === 'go_statement'
    )
      return this.keep(node);
    if (call.childForFieldName('function')?.id !== parent.id) return this.keep(node);
    const method = parent.childForFieldName('field')?.text ?? '';
    if (method === 'WriteTo' && keepsItsArgument(this.file, 'Write')) return this.keep(node);
    if (method === 'ReadFrom' && keepsItsArgument(this.file, 'Read')) return this.keep(node);
    if (method === 'ReadFrom' || method === 'Cap' || method === 'Available') this.capacityObserved = true;
    if (bufferMethods.has(method)) return;
    if (method === 'Bytes' || method === 'Next') return this.flow(call, 'slice', binding);
    this.keep(node);
  }

  private struct(node: Node, parent: Node, binding: Binding): void {
    if (parent.type === 'argument_list')
      return this.argument(node, parent.parent!, 'struct pointer', binding);
    if (parent.type !== 'selector_expression') return this.keep(node);
    const call = parent.parent;
    if (call?.type === 'call_expression' && call.childForFieldName('function')?.id === parent.id) {
      if (
        call.parent?.type === 'go_statement' ||
        !this.receiverStays(parent.childForFieldName('field')?.text ?? '')
      )
        this.keep(node);
      return;
    }
    const outer = parenthesized(parent);
    if (isAddressTaken(parent)) return this.keep(node);
    // Slicing an array field would give a slice of the pooled memory; of a slice field, of other memory. Not told apart.
    if (
      outer.parent?.type === 'slice_expression' &&
      outer.parent.childForFieldName('operand')?.id === outer.id
    )
      return this.flow(outer.parent, 'slice', binding);
  }

  private receiverStays(method: string): boolean {
    for (const { node, file } of packageNames(this.file.pkg).methods) {
      if (node.childForFieldName('name')?.text !== method) continue;
      const receiver = node.childForFieldName('receiver')?.firstNamedChild;
      const type = receiver?.childForFieldName('type');
      const named = type?.type === 'pointer_type' ? type.firstNamedChild : type;
      if (named?.text !== this.typeName) continue;
      const name = receiver?.namedChildren.find((child) => child.type === 'identifier');
      return !name || file.facts?.parameter(name)?.kind === 'stays';
    }
    return false;
  }
}

/** `T` of the receiver `t *T`. */
function receiverType(declaration: Node | null): string | undefined {
  const type = declaration?.childForFieldName('type');
  const named = type?.type === 'pointer_type' ? type.firstNamedChild : type;
  return (named?.type === 'generic_type' ? named.childForFieldName('type') : named)?.text;
}
