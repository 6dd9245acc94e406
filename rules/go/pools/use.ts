import type { Node } from 'web-tree-sitter';
import { isAppender } from '../flow/appenders';
import { contractOf } from '../memory/contracts';
import { isBuiltin } from '../syntax/universe';
import { importedFunction } from '../syntax/universe';
import { keepsItsArgument } from '../memory/lifetime';
import type { PooledMemory } from './memory';
import { parameterFor } from './wrappers';
import type { Pooled } from './variables';
import type { GoFile } from '../rule';
import { argumentsOf, calleeText } from '../syntax/nodes';
import { callOf, isAddressTaken, isAssigned, namesAround, parenthesized } from '../syntax/names';

/** What becomes of a pooled object, or of memory of it, at one place of the text, whatever happened before. */
export class PooledUse {
  constructor(
    private readonly file: GoFile,
    private readonly object: Pooled,
    private readonly memory: PooledMemory,
  ) {}

  /** A method of a type of this package may drop or replace the memory. */
  keepsMemory(node: Node): boolean {
    const pointee = this.object.type.firstNamedChild;
    if (pointee?.type !== 'type_identifier') return true;
    return node.parent?.type !== 'selector_expression';
  }

  /**
   * @param header the variable is a slice, whose length and header are its own
   */
  classify(node: Node, header: boolean): 'nothing' | 'use' | 'use of a method' | 'move' {
    const value = parenthesized(node);
    const parent = value.parent;
    if (!parent) return 'move';
    switch (parent.type) {
      case 'binary_expression':
        return /^(?:==|!=)$/.test(parent.childForFieldName('operator')?.text ?? '') ? 'nothing' : 'use';
      case 'selector_expression': {
        const call = callOf(parent);
        if (isAddressTaken(parent)) return this.lent(parenthesized(parent).parent!);
        if (!call) return this.fieldUse(parent);
        if (call.parent?.type === 'go_statement') return 'move';
        const after = this.argumentUse(call, value);
        if (after !== 'stays')
          return after === 'moves' || this.lent(call) === 'move' ? 'move' : 'use of a method';
        // What the method gives is the object's memory.
        const lends = givesMemory.test(parent.childForFieldName('field')?.text ?? '');
        return lends && this.memoryUse(call) === 'move' ? 'move' : 'use of a method';
      }
      case 'unary_expression': {
        const operator = parent.childForFieldName('operator')?.text;
        if (operator === '&') return 'move';
        if (operator !== '*') return 'use';
        return this.memoryUse(parent);
      }
      case 'index_expression':
        return isAddressTaken(parent) ? 'move' : 'use';
      case 'slice_expression':
        return this.memoryUse(parent);
      case 'range_clause':
        return 'use';
      case 'argument_list': {
        const call = parent.parent!;
        if (header && isBuiltin(this.file, call, 'len', 'cap')) return 'nothing';
        return this.passed(call, value);
      }
      case 'variadic_argument':
        return 'use';
      case 'expression_list': {
        const statement = parent.parent;
        // Returns are looked at as a whole; a local that takes the memory over is followed.
        if (statement?.type === 'return_statement') return 'use';
        if (header && this.goesToLocal(value, parent)) return 'nothing';
        return statement?.type === 'expression_case' ? 'use' : 'move';
      }
      case 'type_conversion_expression':
        return /^string$/.test(parent.childForFieldName('type')?.text ?? '') ? 'use' : 'move';
      default:
        return /_statement$/.test(parent.type) &&
          parent.type !== 'send_statement' &&
          parent.type !== 'go_statement'
          ? 'use'
          : 'move';
    }
  }

  /** `v.f` as a value: a field that is stored or passed on may carry memory away. */
  private fieldUse(selector: Node): 'use' | 'move' {
    return this.memoryUse(selector) === 'move' ? 'move' : 'use';
  }

  /** `*v`, `v[a:b]`, `v.f`: what becomes of the value. */
  private memoryUse(expression: Node): 'use' | 'move' | 'nothing' {
    const outer = parenthesized(expression);
    const parent = outer.parent;
    if (!parent) return 'move';
    switch (parent.type) {
      case 'slice_expression':
      case 'selector_expression': {
        if (parent.type === 'selector_expression' && callOf(parent)) return 'use';
        return this.memoryUse(parent);
      }
      case 'argument_list':
        return this.passed(parent.parent!, outer);
      case 'expression_list': {
        const statement = parent.parent;
        if (statement?.type === 'return_statement') return 'use';
        if (isAssigned(outer)) return 'use';
        return this.goesToLocal(outer, parent) || this.goesToItself(outer, parent) ? 'use' : 'move';
      }
      case 'type_conversion_expression':
        return parent.childForFieldName('type')?.text === 'string' ? 'use' : 'move';
      case 'literal_element':
      case 'keyed_element':
      case 'send_statement':
      case 'go_statement':
        return 'move';
      case 'unary_expression':
        return parent.childForFieldName('operator')?.text === '&' ? 'move' : 'use';
      default:
        return 'use';
    }
  }

  private goesToLocal(value: Node, list: Node): boolean {
    const target = this.targetOf(value, list);
    return (
      target?.type === 'identifier' &&
      (target.text === '_' || namesAround(this.file.root, target).resolve(target) !== undefined)
    );
  }

  /** `v.f = append(v.f, …)`, `*v = (*v)[:0]`. */
  private goesToItself(value: Node, list: Node): boolean {
    let target = this.targetOf(value, list);
    let depth = 0;
    while (
      target &&
      /^(?:selector_expression|unary_expression|index_expression|parenthesized_expression)$/.test(
        target.type,
      ) &&
      depth++ < 8
    )
      target = target.childForFieldName('operand') ?? target.firstNamedChild ?? undefined;
    return (
      target?.type === 'identifier' &&
      namesAround(this.file.root, target).resolve(target) === this.object.binding
    );
  }

  private targetOf(value: Node, list: Node): Node | undefined {
    const index = list.namedChildren.findIndex((child) => child.id === value.id);
    const statement = list.parent;
    if (statement?.type === 'var_spec')
      return statement.namedChildren.filter((child) => child.type === 'identifier')[index];
    if (statement?.type !== 'assignment_statement' && statement?.type !== 'short_var_declaration')
      return undefined;
    return statement.childForFieldName('left')?.namedChildren[index];
  }

  private passed(call: Node, value: Node): 'use' | 'move' {
    if (call.type !== 'call_expression' || call.parent?.type === 'go_statement') return 'move';
    if (isBuiltin(this.file, call, 'len', 'cap', 'copy', 'clear', 'print', 'println', 'delete', 'min', 'max'))
      return 'use';
    if (calleeText(call) === 'string') return 'use';
    const callee = call.childForFieldName('function');
    if (callee && copying.test(importedFunction(this.file, callee) ?? '')) return 'use';
    if (isAppender(this.file, call)) {
      if (argumentsOf(call)[0]?.id !== value.id) return 'move';
      return this.memoryUse(call) === 'move' ? 'move' : 'use';
    }
    const after = this.argumentUse(call, value);
    return after === 'stays' ? 'use' : after === 'moves' ? 'move' : this.lent(call);
  }

  /** A pointer into the object, or what a function made of it: whatever nobody follows may hand it on. */
  private lent(expression: Node): 'use' | 'move' {
    const outer = parenthesized(expression);
    const { parent } = outer;
    const next = parent?.type === 'selector_expression' ? callOf(parent) : undefined;
    // obj.With(a).With(b): each method may give its receiver on.
    if (next) {
      const after = parameterFor(this.file, next, outer) ? this.argumentUse(next, outer) : 'moves';
      return after === 'result' ? this.lent(next) : after === 'stays' ? 'use' : 'move';
    }
    const isFollowed =
      parent?.type !== 'expression_list' ||
      parent.parent?.type === 'return_statement' ||
      this.memory.of(outer, () => true) !== undefined;
    return isFollowed && this.memoryUse(expression) !== 'move' ? 'use' : 'move';
  }

  /**
   * What a call does with the object: it `stays` where it is, by contract, by the standard library's word, or by the
   * compiler's; it is in a `result`; or it `moves`, as far as anybody can tell.
   */
  private argumentUse(call: Node, value: Node): 'stays' | 'result' | 'moves' {
    const parameter = parameterFor(this.file, call, value);
    if (parameter) {
      if (!parameter.name || parameter.name.text === '_') return 'stays';
      const flow = parameter.file.facts?.parameter(parameter.name);
      if (flow?.kind === 'leaks to result') return 'result';
      return flow?.kind === 'stays' || (flow?.kind === 'leaks' && flow.content) ? 'stays' : 'moves';
    }
    const callee = call.childForFieldName('function');
    const isReceiver =
      callee?.type === 'selector_expression' && callee.childForFieldName('operand')?.id === value.id;
    if (isReceiver) return this.isStandard() ? 'stays' : 'moves';
    const keeps = (method: string): boolean => keepsItsArgument(this.file, method);
    const contract =
      contractOf(this.file, call, value, 'slice', keeps) ??
      contractOf(this.file, call, value, 'stream', keeps);
    return contract ? 'stays' : 'moves';
  }

  /** The pooled type is one of the standard library: its methods neither keep nor pool their receiver. */
  private isStandard(): boolean {
    const { type, typeFile } = this.object;
    const named = type.type === 'pointer_type' ? type.firstNamedChild : type;
    if (named?.type !== 'qualified_type') return false;
    const path = typeFile.imports.get(named.childForFieldName('package')?.text ?? '');
    return path !== undefined && !path.split('/')[0]!.includes('.');
  }
}

/** Methods of bytes.Buffer and bufio.Reader whose result is memory of the receiver. */
const givesMemory = /^(?:Bytes|Next|AvailableBuffer|Peek|ReadSlice|ReadLine)$/;

/** Functions that copy what they need of their arguments. */
const copying =
  /^(?:encoding\/(?:json|xml)\.(?:Unmarshal|Valid)|(?:bytes|slices)\.Clone|bytes\.(?:Join|Map|Repeat|ReplaceAll|Replace|ToUpper|ToLower))$/;
