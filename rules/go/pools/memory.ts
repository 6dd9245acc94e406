import type { Node } from 'web-tree-sitter';
import { isAppender } from '../flow/appenders';
import { calleeOf } from '../flow/calls';
import type { GoFile } from '../rule';
import { namesAround, type Binding } from '../syntax/names';
import { argumentsOf, statementsOf, unparenthesised } from '../syntax/nodes';
import { parameterNames } from '../syntax/signatures';
import { importedFunction } from '../syntax/universe';
import { fieldType } from './fields';
import type { Pooled } from './variables';

/** What of a pooled object an expression gives away: the object itself, or memory that it owns. */
export interface Given {
  readonly node: Node;
  /** The local that shares its memory, when it is not the object's variable itself. */
  readonly alias: Binding | undefined;
  /** `v.Bytes()`, `*v`, or the alias; undefined: the object itself. */
  readonly memory: Node | undefined;
}

/** The memory of one pooled object. */
export class PooledMemory {
  constructor(
    private readonly file: GoFile,
    private readonly object: Pooled,
    /** How many accessors have been looked through. */
    private readonly depth = 0,
  ) {}

  /**
   * The variable (the object's, or a local that shares its memory) whose memory the expression shares, however it is
   * sliced or viewed.
   */
  of(expression: Node, shares: (variable: Binding) => boolean): Binding | undefined {
    const node = unparenthesised(expression);
    const { binding, type } = this.object;
    const names = namesAround(this.file.root, node);
    switch (node.type) {
      case 'identifier': {
        const variable = names.resolve(node);
        if (!variable) return undefined;
        if (this.isObject(node)) return type.type === 'slice_type' ? binding : undefined;
        return variable !== binding && shares(variable) ? variable : undefined;
      }
      case 'slice_expression': {
        const operand = node.childForFieldName('operand');
        if (!operand) return undefined;
        return this.of(operand, shares) ?? (this.#isOwned(operand, 'array') ? binding : undefined);
      }
      case 'unary_expression': {
        const operand = node.childForFieldName('operand');
        const operator = node.childForFieldName('operator')?.text;
        if (operand && operator === '&') return this.#ofElement(operand, shares);
        if (!operand || operator !== '*') return undefined;
        const view = viewed(this.file, operand);
        if (view) return this.of(view, shares);
        if (this.isReplaced(String.raw`\*\w+`)) return undefined;
        const pointer = unparenthesised(operand);
        const slice = type.type === 'pointer_type' && type.firstNamedChild?.type === 'slice_type';
        return slice && this.isObject(pointer) ? binding : undefined;
      }
      case 'call_expression':
        return this.#ofCall(node, shares);
      case 'selector_expression':
        if (this.isObject(node)) return type.type === 'slice_type' ? binding : undefined;
        return this.#isOwned(node, 'slice') ? binding : undefined;
      default:
        return undefined;
    }
  }

  /** What a returned, sent or stored value gives to whoever gets it, literals around it left out. */
  given(value: Node, shares: (variable: Binding) => boolean): Given | undefined {
    const node = unparenthesised(value);
    if (this.isObject(node)) {
      const slice = this.object.type.type === 'slice_type';
      return { node, alias: undefined, memory: slice ? node : undefined };
    }
    const alias = this.of(node, shares);
    if (alias !== undefined)
      return { node, alias: alias === this.object.binding ? undefined : alias, memory: node };
    if (node.type === 'unary_expression' && node.childForFieldName('operator')?.text === '&') {
      const operand = node.childForFieldName('operand');
      return operand?.type === 'composite_literal' ? this.given(operand, shares) : undefined;
    }
    if (node.type === 'composite_literal') {
      for (const element of node.childForFieldName('body')?.namedChildren ?? []) {
        const last = element.type === 'keyed_element' ? element.lastNamedChild : element;
        const inner = last?.type === 'literal_element' ? last.firstNamedChild : last;
        const given = inner && this.given(inner, shares);
        if (given) return given;
      }
    }
    return undefined;
  }

  /** The object's variable, or the field of the variable that holds it. */
  isObject(node: Node): boolean {
    const { binding, field } = this.object;
    const isField = node.type === 'selector_expression' && node.childForFieldName('field')?.text === field;
    const name = field === undefined ? node : isField ? node.childForFieldName('operand') : undefined;
    return name?.type === 'identifier' && namesAround(this.file.root, name).resolve(name) === binding;
  }

  /** `&b[0]`. */
  #ofElement(operand: Node, shares: (variable: Binding) => boolean): Binding | undefined {
    const element = unparenthesised(operand);
    const indexed = element.type === 'index_expression' ? element.childForFieldName('operand') : null;
    return indexed ? this.of(indexed, shares) : undefined;
  }

  #ofCall(call: Node, shares: (variable: Binding) => boolean): Binding | undefined {
    const { binding, type } = this.object;
    const first = argumentsOf(call)[0];
    if (isAppender(this.file, call)) return first && this.of(first, shares);
    const accessed = this.#ofAccessor(call, shares);
    if (accessed) return accessed;
    const callee = call.childForFieldName('function');
    if (callee?.type !== 'selector_expression') return undefined;
    if (views.test(importedFunction(this.file, callee) ?? '')) return first && this.of(first, shares);
    const method = callee.childForFieldName('field')?.text ?? '';
    const operand = callee.childForFieldName('operand');
    if (!operand || !/^(?:Bytes|Next|AvailableBuffer)$/.test(method)) return undefined;
    const receiver = unparenthesised(operand);
    if (this.isObject(receiver))
      return this.#isBuffer(type) && !this.isReplaced(String.raw`\*\w+`) ? binding : undefined;
    return this.#isOwned(receiver, 'buffer') ? binding : undefined;
  }

  /** A function or method of the package that does nothing but return memory of its receiver or of a parameter. */
  #ofAccessor(call: Node, shares: (variable: Binding) => boolean): Binding | undefined {
    const callee = this.depth < mostAccessors ? calleeOf(this.file, call) : undefined;
    if (callee?.kind !== 'own') return undefined;
    const [only, ...more] = statementsOf(callee.fn.childForFieldName('body') ?? callee.fn);
    const value = only?.type === 'return_statement' ? only.firstNamedChild?.namedChildren[0] : undefined;
    if (!value || more.length > 0) return undefined;
    const names = namesAround(callee.file.root, callee.fn);
    const receiver = call.childForFieldName('function')?.childForFieldName('operand');
    const passed = parameterNames(callee.fn).map((name, index) => [name, argumentsOf(call)[index]] as const);
    for (const [name, argument] of [[receiverName(callee.fn), receiver] as const, ...passed]) {
      const parameter = name && names.resolve(name);
      const type = name?.parent?.childForFieldName('type');
      if (!parameter || !type || !argument) continue;
      const isOwner = this.#isOwner(argument);
      const object = {
        binding: parameter,
        type: isOwner ? this.object.type : type,
        typeFile: isOwner ? this.object.typeFile : callee.file,
        got: undefined,
        ...(isOwner && { field: this.object.field }),
      };
      if (!new PooledMemory(callee.file, object, this.depth + 1).of(value, () => false)) continue;
      if (isOwner || this.isObject(unparenthesised(argument))) return this.object.binding;
      const shared = this.of(argument, shares);
      if (shared) return shared;
    }
    return undefined;
  }

  /** The variable whose field holds the object. */
  #isOwner(node: Node): boolean {
    const { binding, field } = this.object;
    return (
      field !== undefined &&
      node.type === 'identifier' &&
      namesAround(this.file.root, node).resolve(node) === binding
    );
  }

  /** Each object gets new memory, here or where it is got: then the memory of the old one is nobody else's. */
  isReplaced(place: string): boolean {
    const fresh = new RegExp(String.raw`${place}\s*=\s*(?:nil\b|make\(|&?[\w.\[\]]+\{)`);
    return fresh.test(this.object.binding.owner.text) || fresh.test(this.object.got?.by?.fn.text ?? '');
  }

  #isBuffer(type: Node): boolean {
    const named = type.type === 'pointer_type' ? type.firstNamedChild : type;
    return named?.text === 'bytes.Buffer' && this.object.typeFile.imports.get('bytes') === 'bytes';
  }

  /**
   * `v.f`, a field of the pooled struct whose memory stays with it: an array, a bytes.Buffer, or a slice that the
   * package empties with `[:0]` to fill it again.
   */
  #isOwned(node: Node, shape: 'slice' | 'array' | 'buffer'): boolean {
    const selector = unparenthesised(node);
    const operand = selector.type === 'selector_expression' ? selector.childForFieldName('operand') : null;
    const field = selector.childForFieldName('field')?.text;
    if (!operand || !this.isObject(operand) || field === undefined) return false;
    if (shape !== 'array' && this.isReplaced(String.raw`\.${field}`)) return false;
    const declared = fieldType(this.file, this.object.type, field);
    if (!declared) return false;
    if (shape === 'array') return declared.type === 'array_type';
    if (shape === 'buffer') return this.#isBuffer(declared) && declared.type !== 'pointer_type';
    return (
      declared.type === 'slice_type' &&
      this.file.pkg.files.some(({ text }) => new RegExp(String.raw`\.${field}\[:0\]`).test(text))
    );
  }
}

const mostAccessors = 3;

function receiverName(fn: Node): Node | undefined {
  const receiver = fn.childForFieldName('receiver')?.firstNamedChild;
  return receiver?.namedChildren.find(({ type }) => type === 'identifier');
}

/** Functions that give another view of the memory of their first argument. */
const views = /^unsafe\.(?:String|Slice|StringData|SliceData)$/;

/** `b` of `(*string)(unsafe.Pointer(&b))`. */
function viewed(file: GoFile, pointer: Node): Node | undefined {
  const conversion = unparenthesised(pointer);
  const value = conversion.type === 'call_expression' ? argumentsOf(conversion)[0] : undefined;
  const callee = value?.type === 'call_expression' ? value.childForFieldName('function') : undefined;
  if (!value || !callee || importedFunction(file, callee) !== 'unsafe.Pointer') return undefined;
  const address = argumentsOf(value)[0];
  return address?.type === 'unary_expression' && address.childForFieldName('operator')?.text === '&'
    ? (address.childForFieldName('operand') ?? undefined)
    : undefined;
}

/** Results that are copies, whatever they come from: texts, lengths, comparisons, errors of writes. */
export function isCopy(value: Node): boolean {
  const node = unparenthesised(value);
  if (node.type === 'binary_expression') return true;
  if (node.type === 'type_conversion_expression') return node.childForFieldName('type')?.text === 'string';
  if (node.type !== 'call_expression') return false;
  const callee = node.childForFieldName('function');
  if (callee?.type === 'identifier') return /^(?:len|cap|string|copy)$/.test(callee.text);
  return /^(?:String|Len|Cap|Err|Write|WriteString|WriteTo|ReadFrom|Close|Flush)$/.test(
    callee?.childForFieldName('field')?.text ?? '',
  );
}
