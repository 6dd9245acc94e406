import type { Node } from 'web-tree-sitter';
import type { FileEdit } from '../../model';
import type { Decision, GoFile, GoPackage } from '../rule';
import { argumentsOf, unparenthesised } from '../syntax/nodes';
import { namesOf } from '../syntax/signatures';
import {
  isAddressTaken,
  isAssigned,
  namesAround,
  occurrences,
  parenthesized,
  type Binding,
} from '../syntax/names';
import { usesAfter } from '../flow/paths';
import { initializer } from '../syntax/assignments';
import { packageNames } from '../syntax/package-names';
import { counterpart } from '../syntax/assignments';

/** A `[]*T`, `map[K]*T` or `chan *T`, as a declaration spells it. */
export interface PointerType {
  readonly kind: 'slice' | 'map' | 'channel';
  readonly pointer: Node;
  /** T. */
  readonly name: string;
}

export function pointerType(type: Node | null | undefined): PointerType | undefined {
  const kind =
    type?.type === 'slice_type'
      ? 'slice'
      : type?.type === 'map_type'
        ? 'map'
        : type?.type === 'channel_type'
          ? 'channel'
          : undefined;
  const pointer = kind && type?.childForFieldName(kind === 'slice' ? 'element' : 'value');
  const element = pointer?.type === 'pointer_type' ? pointer.namedChild(0) : undefined;
  return kind && element?.type === 'type_identifier'
    ? { kind, pointer: pointer!, name: element.text }
    : undefined;
}

/** `&T{…}` or `new(T)` that goes into the collection, and the compiler's word that it is allocated. */
export interface Put {
  readonly file: GoFile;
  readonly node: Node;
  readonly decision: Decision;
}

/** What has to be written for values instead of pointers. */
export interface Rewriting {
  readonly edits: readonly FileEdit[];
  readonly puts: readonly Put[];
  /** A missing entry is nil today, and reading it panics: it would be the zero value. */
  readonly maybeMissing: boolean;
  /** A slice that starts without room: its elements are copied each time it is full. */
  readonly grows: boolean;
}

/** The collection that is rewritten: a local variable, a private package-level one, or a private field. */
export type Collection =
  | { readonly kind: 'local'; readonly binding: Binding }
  | { readonly kind: 'variable' | 'field'; readonly name: string; readonly declaration: Node };

/**
 * Follows every use of the collection in the package, into parameters as well. Undefined when one is not understood, or
 * when it matters to one that elements are pointers: identity, nil, a write through the pointer, a pointer that goes on.
 */
export function rewriteElements(
  collection: Collection,
  type: PointerType,
  file: GoFile,
): Rewriting | undefined {
  const walk = new Walk(file.pkg, type.name);
  const understood = walk.collection(collection, type, file);
  return understood
    ? { edits: walk.edits, puts: walk.puts, maybeMissing: walk.maybeMissing, grows: walk.grows }
    : undefined;
}

class Walk {
  readonly edits: FileEdit[] = [];
  readonly puts: Put[] = [];
  maybeMissing = false;
  grows = false;
  readonly #parameters = new Set<string>();

  constructor(
    private readonly pkg: GoPackage,
    private readonly name: string,
  ) {}

  collection(collection: Collection, type: PointerType, file: GoFile): boolean {
    if (collection.kind === 'local') {
      const { binding } = collection;
      return this.#declared(binding.declaration, type, file) && this.#binding(binding, type, file);
    }
    const { name, declaration } = collection;
    if (!this.#declared(declaration, type, file)) return false;
    for (const other of this.pkg.files) {
      for (const node of occurrences(other.root, other.text, name)) {
        if (node.id === declaration.id && other === file) continue;
        if (collection.kind === 'field' ? !this.#field(node, type, other) : !this.#global(node, type, other))
          return false;
      }
    }
    return true;
  }

  /** The name's own declaration: its type, or the empty collection it starts with. */
  #declared(name: Node, type: PointerType, file: GoFile): boolean {
    const parent = name.parent;
    if (parent?.type === 'field_declaration') {
      if (namesOf(parent).length !== 1) return false;
      this.grows = type.kind === 'slice';
      this.#value(type.pointer, file);
      return true;
    }
    if (parent?.type === 'var_spec') {
      const spelled = parent.childForFieldName('type');
      if (parent.childrenForFieldName('name').length !== 1) return false;
      if (spelled) this.#value(type.pointer, file);
      const value = parent.childForFieldName('value')?.namedChild(0);
      if (!value) this.grows = type.kind === 'slice';
      return value ? this.#fresh(value, file) : spelled !== null;
    }
    const definition = parent?.type === 'expression_list' ? parent.parent : undefined;
    if (definition?.type !== 'short_var_declaration' || parent?.namedChildCount !== 1) return false;
    const value = definition.childForFieldName('right')?.namedChild(0);
    return value ? this.#fresh(value, file) : false;
  }

  #field(node: Node, type: PointerType, file: GoFile): boolean {
    if (node.type === 'identifier') {
      const element = node.parent?.type === 'literal_element' ? node.parent : undefined;
      const pair = element?.parent?.type === 'keyed_element' ? element.parent : undefined;
      if (!pair || pair.childForFieldName('key')?.id !== element?.id) return true;
      // Perhaps a variable, the key of a map.
      if (namesAround(file.root, node).resolve(node)) return false;
      const value = pair.childForFieldName('value')?.namedChild(0);
      return value ? this.#fresh(value, file) : false;
    }
    if (node.type === 'type_identifier') return true;
    return node.parent?.type === 'selector_expression' && this.#use(node.parent, type, file);
  }

  #global(node: Node, type: PointerType, file: GoFile): boolean {
    // A field, a method or a label of the name is something else, and so is a local variable.
    if (node.type !== 'identifier' || namesAround(file.root, node).resolve(node)) return true;
    const element = node.parent?.type === 'literal_element' ? node.parent : undefined;
    if (element) return false;
    return this.#use(node, type, file);
  }

  #binding(binding: Binding, type: PointerType, file: GoFile): boolean {
    return binding.uses.every(({ node }) => this.#use(node, type, file));
  }

  /** Takes the star of `*T` away, once. */
  #value(pointer: Node, file: GoFile): void {
    this.#edit(file, pointer.startIndex, pointer.namedChild(0)!.startIndex, '');
  }

  #edit(file: GoFile, start: number, end: number, newText: string): void {
    const known = this.edits.some(
      (edit) => edit.file === file.path && edit.span.start === start && edit.span.end === end,
    );
    if (!known) this.edits.push({ file: file.path, span: { start, end }, newText });
  }

  /** nil, `make(…)`, or an empty literal. */
  #fresh(node: Node, file: GoFile): boolean {
    const value = unparenthesised(node);
    if (value.type === 'nil') {
      this.grows = true;
      return true;
    }
    let spelled: Node | null | undefined;
    if (value.type === 'composite_literal') {
      if (value.childForFieldName('body')?.namedChildCount !== 0) return false;
      spelled = value.childForFieldName('type');
      this.grows ||= spelled?.type === 'slice_type';
    } else if (value.type === 'call_expression' && value.childForFieldName('function')?.text === 'make') {
      const [type, length, capacity] = argumentsOf(value);
      this.grows ||= type?.type === 'slice_type' && (capacity ?? length)?.text === '0';
      spelled = type;
      if (type?.type === 'slice_type' && length && length.text !== '0') this.maybeMissing = true;
    }
    const type = pointerType(spelled);
    if (type?.name !== this.name) return false;
    this.#value(type.pointer, file);
    return true;
  }

  /** One use of the collection: the identifier or the selector. */
  #use(node: Node, type: PointerType, file: GoFile): boolean {
    const place = parenthesized(node);
    const parent = place.parent;
    switch (parent?.type) {
      case 'expression_list': {
        const statement = parent.parent;
        if (statement?.type !== 'assignment_statement' || !isAssigned(place)) return false;
        const value = counterpart(place);
        if (!value || statement.childForFieldName('operator')?.text !== '=') return false;
        return isSame(value, place) || this.#fresh(value, file);
      }
      case 'argument_list':
        return this.#argument(place, parent.parent!, type, file);
      case 'index_expression':
        return parent.childForFieldName('operand')?.id === place.id && this.#element(parent, type, file);
      case 'slice_expression': {
        if (parent.childForFieldName('operand')?.id !== place.id) return false;
        if (parent.parent?.type === 'range_clause') return this.#range(parent, type, file);
        const target = counterpart(parenthesized(parent));
        return target?.text === place.text;
      }
      case 'range_clause':
        return this.#range(place, type, file);
      case 'send_statement': {
        const value = parent.childForFieldName('value');
        return parent.childForFieldName('channel')?.id === place.id && value ? this.#put(value, file) : false;
      }
      case 'unary_expression':
        return parent.childForFieldName('operator')?.text === '<-' && this.#element(parent, type, file);
      case 'binary_expression':
        return [parent.childForFieldName('left'), parent.childForFieldName('right')].some(
          (side) => side?.type === 'nil',
        );
      default:
        return false;
    }
  }

  #argument(place: Node, call: Node, type: PointerType, file: GoFile): boolean {
    const callee = call.childForFieldName('function');
    const args = argumentsOf(call);
    const index = args.findIndex((argument) => argument.id === place.id);
    if (call.type !== 'call_expression' || !callee) return false;
    if (callee.type === 'func_literal') return this.#parameter(callee, index, type, file);
    if (callee.type !== 'identifier' || namesAround(file.root, callee).resolve(callee)) return false;
    const fn = packageNames(this.pkg).functions.get(callee.text);
    if (fn) return this.#parameter(fn.node, index, type, fn.file);
    if (/^(?:len|cap|close|clear|delete)$/.test(callee.text)) return true;
    if (callee.text !== 'append' || index !== 0 || counterpart(parenthesized(call))?.text !== place.text)
      return false;
    return args.slice(1).every((value) => this.#put(value, file));
  }

  /** The collection goes into a function of the package: its parameter is followed, too. */
  #parameter(fn: Node, index: number, type: PointerType, file: GoFile): boolean {
    const parameters = fn.childForFieldName('parameters')?.namedChildren ?? [];
    const parameter = parameters.filter((child) => child.type !== 'comment')[index];
    // With `a, b []*T` the positions would have to be counted.
    if (!parameter || parameters.some((child) => child.childrenForFieldName('name').length > 1)) return false;
    if (isPublic(fn, file)) return false;
    const key = `${file.path}:${parameter.startIndex}`;
    if (this.#parameters.has(key)) return true;
    this.#parameters.add(key);
    const spelled = pointerType(parameter.childForFieldName('type'));
    if (parameter.type !== 'parameter_declaration' || spelled?.name !== this.name) return false;
    const name = parameter.childForFieldName('name');
    if (!fn.childForFieldName('body')) return false;
    this.#value(spelled.pointer, file);
    const binding = name && namesAround(file.root, fn).resolve(name);
    return !binding || this.#binding(binding, type, file);
  }

  #range(ranged: Node, { kind }: PointerType, file: GoFile): boolean {
    const clause = ranged.parent!;
    if (clause.childForFieldName('right')?.id !== ranged.id) return false;
    const left = clause.childForFieldName('left')?.namedChildren ?? [];
    if (!clause.children.some((child) => child.type === ':=')) return left.length === 0;
    const value = left[kind === 'channel' ? 0 : 1];
    return !value || value.text === '_' || this.#variable(value, file);
  }

  /** `C[i]` or `<-C`. */
  #element(node: Node, type: PointerType, file: GoFile): boolean {
    const place = parenthesized(node);
    const parent = place.parent;
    if (isAssigned(place)) {
      const value = counterpart(place);
      const operator = parent?.parent?.childForFieldName('operator')?.text;
      return type.kind !== 'channel' && operator === '=' && value ? this.#put(value, file) : false;
    }
    if (parent?.type === 'expression_statement') return true;
    const receive = parent?.type === 'receive_statement' ? parent : undefined;
    const statement = receive ?? (parent?.type === 'expression_list' ? parent.parent : undefined);
    if (receive || statement?.type === 'short_var_declaration') {
      const left = statement?.childForFieldName('left')?.namedChildren ?? [];
      const right = receive ? 1 : (parent?.namedChildCount ?? 0);
      if (left.length === 0) return true;
      if (right !== 1 || left.length > 2) return false;
      if (receive && !receive.children.some((child) => child.type === ':=')) return false;
      if (left.length === 1 && type.kind !== 'slice') this.maybeMissing = true;
      return left[0]!.text === '_' || this.#variable(left[0]!, file);
    }
    if (type.kind !== 'slice') this.maybeMissing = true;
    return this.#read(place, file);
  }

  /** A variable that holds an element and is asked for its fields alone. */
  #variable(name: Node, file: GoFile): boolean {
    const binding = namesAround(file.root, name).resolve(name);
    if (!binding || binding.declaration.id !== name.id) return false;
    return binding.uses.every(({ node }) => !isAssigned(node) && this.#read(node, file));
  }

  /** The element is read: a field of it, a method with a value receiver, or all of it by `*p`. */
  #read(node: Node, file: GoFile): boolean {
    const place = parenthesized(node);
    const parent = place.parent;
    if (parent?.type === 'unary_expression' && parent.childForFieldName('operator')?.text === '*') {
      if (isAssigned(parenthesized(parent)) || isAddressTaken(parent)) return false;
      // (*p).f is written again: its parentheses stay.
      this.#edit(file, parent.startIndex, place.startIndex, '');
      return parenthesized(parent).id === parent.id || this.#isRead(parenthesized(parent));
    }
    if (parent?.type !== 'selector_expression' || parent.childForFieldName('operand')?.id !== place.id)
      return false;
    return this.#isRead(place);
  }

  /** From the element on outwards through fields: nothing is written, called with its address, or sliced. */
  #isRead(element: Node): boolean {
    let place = element;
    for (let depth = 0; depth < 12; depth++) {
      const parent = place.parent;
      if (isAssigned(place) || isAddressTaken(place) || isCompoundTarget(place)) return false;
      const operand = parent?.childForFieldName('operand')?.id === place.id;
      if (parent?.type === 'slice_expression' && operand) return false;
      if (parent?.type === 'range_clause') return true;
      if (parent?.type === 'selector_expression' && operand) {
        const field = parent.childForFieldName('field')?.text ?? '';
        const called =
          parenthesized(parent).parent?.type === 'call_expression' &&
          parenthesized(parent).parent!.childForFieldName('function')?.id === parenthesized(parent).id;
        const declares = this.#declares(field);
        if (depth === 0 && declares === undefined) return false;
        if (depth === 0 && declares === 'method') return called;
        // A method of a field may have a pointer receiver.
        if (called) return depth === 0;
      } else if (!(parent?.type === 'index_expression' && operand)) {
        return true;
      }
      place = parenthesized(parent);
    }
    return false;
  }

  /** What T has under the name: a field of its own, or a method with a value receiver. */
  #declares(member: string): 'field' | 'method' | undefined {
    const { types, methods } = packageNames(this.pkg);
    const struct = types.get(this.name)?.spec.childForFieldName('type');
    const fields = struct?.type === 'struct_type' ? (struct.namedChild(0)?.namedChildren ?? []) : [];
    if (fields.some((field) => namesOf(field).some(({ text }) => text === member))) return 'field';
    const method = methods.find(({ node }) => {
      const receiver = node.childForFieldName('receiver')?.namedChild(0)?.childForFieldName('type');
      return node.childForFieldName('name')?.text === member && receiver?.text === this.name;
    });
    return method && 'method';
  }

  /** `&T{…}`, or a local pointer to one that nobody has after this. */
  #put(node: Node, file: GoFile): boolean {
    const value = unparenthesised(node);
    if (this.#isNew(value)) {
      const decision = file.facts?.decision(value);
      if (value.type === 'call_expression')
        this.#edit(file, value.startIndex, value.endIndex, `${this.name}{}`);
      else this.#edit(file, value.startIndex, value.childForFieldName('operand')!.startIndex, '');
      if (decision?.outcome === 'heap' && !decision.free) this.puts.push({ file, node: value, decision });
      return true;
    }
    if (value.type !== 'identifier') return false;
    const binding = namesAround(file.root, value).resolve(value);
    const made = binding && initializer(binding);
    if (!binding || !made || !this.#isNew(unparenthesised(made))) return false;
    if (usesAfter(file, value, binding).length > 0) return false;
    const filled = binding.uses.every(({ node: use, owner }) => {
      if (use.id === value.id) return true;
      const selector = parenthesized(use).parent;
      if (owner.id !== binding.owner.id || selector?.type !== 'selector_expression') return false;
      if (selector.childForFieldName('operand')?.id !== parenthesized(use).id) return false;
      if (this.#declares(selector.childForFieldName('field')?.text ?? '') !== 'field') return false;
      return isWholeField(selector);
    });
    if (!filled) return false;
    const decision = file.facts?.decision(unparenthesised(made));
    this.#edit(file, value.startIndex, value.startIndex, '*');
    if (decision?.outcome === 'heap' && !decision.free)
      this.puts.push({ file, node: unparenthesised(made), decision });
    return true;
  }

  #isNew(value: Node): boolean {
    if (value.type === 'unary_expression' && value.childForFieldName('operator')?.text === '&') {
      const literal = value.childForFieldName('operand');
      return literal?.type === 'composite_literal' && literal.childForFieldName('type')?.text === this.name;
    }
    return (
      value.type === 'call_expression' &&
      value.childForFieldName('function')?.text === 'new' &&
      argumentsOf(value)[0]?.text === this.name
    );
  }
}

/** Other modules may call it. */
function isPublic(fn: Node, { pkg, path }: GoFile): boolean {
  const name = fn.type === 'function_declaration' ? (fn.childForFieldName('name')?.text ?? '') : '';
  if (!/^\p{Lu}/u.test(name) || path.endsWith('_test.go')) return false;
  return pkg.name !== 'main' && !/(?:^|\/)internal(?:\/|$)/.test(pkg.importPath);
}

/** The field, or an element of it, is read or assigned: no address of it, nothing that is called on it or sliced. */
function isWholeField(selector: Node): boolean {
  let place = parenthesized(selector);
  while (
    place.parent?.type === 'index_expression' &&
    place.parent.childForFieldName('operand')?.id === place.id
  )
    place = parenthesized(place.parent);
  if (isAddressTaken(place)) return false;
  const parent = place.parent;
  const operand = parent?.childForFieldName('operand')?.id === place.id;
  return !(operand && /^(?:selector|slice)_expression$/.test(parent?.type ?? ''));
}

/** `C = append(C, …)`, `C = C[n:]`: the collection itself. */
function isSame(value: Node, place: Node): boolean {
  const node = unparenthesised(value);
  if (node.type === 'slice_expression') return node.childForFieldName('operand')?.text === place.text;
  return (
    node.type === 'call_expression' &&
    node.childForFieldName('function')?.text === 'append' &&
    argumentsOf(node)[0]?.text === place.text
  );
}

/** `x += 1`, `x++`. */
function isCompoundTarget(place: Node): boolean {
  const list = place.parent;
  if (list?.type === 'inc_statement' || list?.type === 'dec_statement') return true;
  return (
    list?.type === 'expression_list' &&
    list.parent?.type === 'assignment_statement' &&
    list.parent.childForFieldName('left')?.id === list.id
  );
}
