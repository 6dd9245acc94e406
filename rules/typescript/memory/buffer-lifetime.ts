import type { TSESLint, TSESTree } from '@typescript-eslint/utils';
import { effectsOf, syncOfModule, type ForeignCode } from '../flow/effects';
import { functionOf, usesArguments } from '../syntax/functions';
import { contains, enclosingFunction, isFunction, isGlobal, isLoop, memberName } from '../syntax/nodes';
import { importedCallee, isBuiltIn } from '../types/bindings';
import { type ValueType, isByteView } from '../types/value-type';
import { typeOf } from '../types/values';

/**
 * Escape analysis of a local buffer, typed array, ArrayBuffer or DataView: every use must be one that provably keeps
 * nothing. What is not known to keep nothing leaves.
 */
export interface Lifetime {
  /** Every expression that reads or writes the memory, through the variable or a view of it. */
  readonly uses: readonly TSESTree.Node[];
  /** `const view = new DataView(buffer)`: views with a name, in source order. */
  readonly views: readonly TSESTree.VariableDeclarator[];
  /** From the declaration to the end of the last use, loops included. */
  readonly live: readonly [start: number, end: number];
  /** An `await` or `yield` while the memory is in use. */
  readonly suspends: TSESTree.Node | undefined;
  /** Code that may run while the memory is in use, and is not known to stay away from this function. */
  readonly mayReenter: readonly ForeignCode[];
  /** The function calls itself, directly or through functions of this file, while the memory is in use. */
  readonly recursive: boolean;
}

/** Methods that give back the object itself. */
const returnsItself = new Set(['fill', 'reverse', 'sort', 'copyWithin', 'swap16', 'swap32', 'swap64']);
/** Methods that give back primitives or a copy. */
const keepsNothing = new Set([
  'at', 'copy', 'compare', 'equals', 'includes', 'indexOf', 'lastIndexOf', 'join', 'set', 'toString', 'toLocaleString',
  'toJSON', 'toReversed', 'toSorted', 'with', 'write', 'toHex', 'toBase64', 'setFromHex', 'setFromBase64',
  'latin1Slice', 'asciiSlice', 'utf8Slice', 'hexSlice', 'base64Slice', 'base64urlSlice', 'ucs2Slice',
  'latin1Write', 'asciiWrite', 'utf8Write', 'hexWrite', 'base64Write', 'base64urlWrite', 'ucs2Write',
]); // prettier-ignore
const accessors =
  /^(?:read|write)(?:U?Int|BigU?Int|Big[Uu]?[Ii]nt|Float|Double)\w*$|^[gs]et(?:U?int|BigU?int|Int|Uint|BigInt|BigUint|Float)\d+$/i;
/** Callback methods by the number of parameters that do not see the array. */
const callbackMethods = new Map([
  ['every', 2], ['some', 2], ['forEach', 2], ['map', 2], ['filter', 2], ['find', 2], ['findIndex', 2], ['findLast', 2],
  ['findLastIndex', 2], ['reduce', 3], ['reduceRight', 3],
]); // prettier-ignore
const properties = new Set(['length', 'byteLength', 'byteOffset', 'BYTES_PER_ELEMENT']);
/** Methods of other known objects that read or fill an argument and keep nothing. */
const argumentMethods = new Map([
  ['TextEncoder', new Set(['encodeInto'])],
  ['TextDecoder', new Set(['decode'])],
  ['Hash', new Set(['update'])],
  ['Hmac', new Set(['update'])],
]);
const bytesArguments = new Set(['set', 'copy', 'equals', 'compare', 'indexOf', 'includes', 'fill']);

/** @returns `undefined` when the value may leave the function */
export function lifetimeOf(
  sourceCode: TSESLint.SourceCode,
  declarator: TSESTree.VariableDeclarator,
): Lifetime | undefined {
  const variable = sourceCode.getDeclaredVariables?.(declarator)[0];
  if (!variable) return undefined;
  const analysis = new Analysis(sourceCode);
  if (!analysis.variableStays(variable, typeOf(sourceCode, declarator.init))) return undefined;
  const owner = enclosingFunction(declarator);
  // Uses inside functions that the value is handed to happen during the call.
  const own = analysis.uses.filter((use) => !owner || contains(owner, use));
  const live: [number, number] = [declarator.range[1], declarator.range[1]];
  for (const use of own) live[1] = Math.max(live[1], endOfUse(use, declarator));
  // Where the memory lives through a long loop this takes a while, and many callers need not know.
  let found: Hazards | undefined;
  const seen = (): Hazards => (found ??= hazards(sourceCode, owner ?? sourceCode.ast, live));
  return {
    uses: own,
    views: analysis.views,
    live,
    get suspends() {
      return seen().suspends;
    },
    get mayReenter() {
      return seen().mayReenter;
    },
    get recursive() {
      return seen().recursive;
    },
  };
}

/** The end of a use; of the loop around it when the loop does not contain the declaration, too. */
function endOfUse(use: TSESTree.Node, declarator: TSESTree.Node): number {
  let end = handedOver(use).range[1];
  for (let at = use.parent; at && !contains(at, declarator); at = at.parent) {
    if (isLoop(at)) end = at.range[1];
    else if (isFunction(at) && at.parent) end = Math.max(end, at.parent.range[1]);
  }
  return end;
}

/** The call that gets the value or a view of it, or the use itself. */
function handedOver(use: TSESTree.Node): TSESTree.Node {
  let at = use;
  for (let parent = at.parent; parent; parent = at.parent) {
    if (/^TS(?:As|NonNull|Satisfies)Expression$|^ConditionalExpression$|^ChainExpression$/.test(parent.type))
      at = parent;
    else if (parent.type === 'CallExpression' || parent.type === 'NewExpression')
      return parent.callee === at ? at : parent;
    else if (
      parent.type === 'MemberExpression' &&
      parent.object === at &&
      parent.parent.type === 'CallExpression'
    ) {
      const name = memberName(parent);
      if (name !== 'subarray' && name !== 'slice' && !returnsItself.has(name ?? '')) return parent.parent;
      at = parent.parent;
    } else return at;
  }
  return at;
}

class Analysis {
  readonly uses: TSESTree.Node[] = [];
  readonly views: TSESTree.VariableDeclarator[] = [];
  readonly #visited = new Set<TSESLint.Scope.Variable>();

  constructor(readonly sourceCode: TSESLint.SourceCode) {}

  variableStays(variable: TSESLint.Scope.Variable, type: ValueType | undefined): boolean {
    if (this.#visited.has(variable)) return true;
    this.#visited.add(variable);
    if (!type || variable.defs.length !== 1) return false;
    const home = variable.scope.variableScope;
    for (const reference of variable.references) {
      if (reference.init) continue;
      if (reference.isWrite()) return false;
      if ('isTypeReference' in reference && reference.isTypeReference) continue;
      const identifier = reference.identifier as TSESTree.Node;
      if (reference.from.variableScope !== home && !this.#runsDuring(identifier, home.block)) return false;
      this.uses.push(identifier);
      if (!this.#stays(identifier, type)) return false;
    }
    return true;
  }

  /** Captured only by callbacks that the arrays' and maps' own methods call and forget. */
  #runsDuring(identifier: TSESTree.Node, home: TSESTree.Node): boolean {
    for (let at = identifier.parent; at && at !== home; at = at.parent) {
      if (!isFunction(at)) continue;
      const call = at.parent;
      if (at.async || at.generator || call?.type !== 'CallExpression' || call.arguments[0] !== at)
        return false;
      if (call.callee.type !== 'MemberExpression') return false;
      const method = memberName(call.callee) ?? '';
      if (!callbackMethods.has(method) && method !== 'sort' && method !== 'flatMap') return false;
      const receiver = typeOf(this.sourceCode, call.callee.object);
      if (!isByteView(receiver) && !/^(?:Array|Map|Set)$/.test(receiver?.name ?? '')) return false;
    }
    return true;
  }

  /** Whether what `node` evaluates to stays in the function, judged by where it stands. */
  #stays(node: TSESTree.Node, type: ValueType): boolean {
    const parent = node.parent;
    switch (parent?.type) {
      case 'TSNonNullExpression':
      case 'TSSatisfiesExpression':
      case 'TSAsExpression':
      case 'ChainExpression':
        return this.#stays(parent, type);
      case 'ConditionalExpression':
        return parent.test === node || this.#stays(parent, type);
      case 'ExpressionStatement':
      case 'IfStatement':
      case 'TemplateLiteral':
        return true;
      case 'UnaryExpression':
        return parent.operator === 'typeof' || parent.operator === '!' || parent.operator === 'void';
      case 'BinaryExpression':
        return parent.operator === 'instanceof' && parent.left === node;
      case 'ForOfStatement':
        return parent.right === node && isByteView(type);
      case 'SpreadElement':
        return isByteView(type);
      case 'VariableDeclarator':
        return parent.init === node && this.#aliasStays(parent, type);
      case 'MemberExpression':
        return parent.object === node && this.#memberStays(parent, type);
      case 'CallExpression':
        return parent.callee !== node && this.#argumentStays(parent, node, type);
      case 'NewExpression':
        return parent.callee !== node && this.#viewStays(parent, node, type);
      case 'ArrayExpression': {
        const call = parent.parent;
        return (
          call.type === 'CallExpression' &&
          this.#bufferStatic(call) === 'concat' &&
          call.arguments[0] === parent
        );
      }
      default:
        return false;
    }
  }

  #aliasStays(declarator: TSESTree.VariableDeclarator, type: ValueType): boolean {
    if (declarator.id.type !== 'Identifier') return false;
    const variable = this.sourceCode.getDeclaredVariables?.(declarator)[0];
    return variable !== undefined && this.variableStays(variable, type);
  }

  #memberStays(member: TSESTree.MemberExpression, type: ValueType): boolean {
    const outer = member.parent;
    const name = memberName(member);
    if (outer.type === 'CallExpression' && outer.callee === member)
      return this.#methodStays(outer, name, type);
    if (name === undefined) {
      // An element: a number or bigint, read or written.
      return member.computed && isByteView(type) && outer.type !== 'TaggedTemplateExpression';
    }
    if (name === 'buffer' && type.name !== 'ArrayBuffer') {
      return outer.type === 'NewExpression' && this.#viewStays(outer, member, { name: 'ArrayBuffer' });
    }
    return properties.has(name) && !(outer.type === 'AssignmentExpression' && outer.left === member);
  }

  #methodStays(call: TSESTree.CallExpression, name: string | undefined, type: ValueType): boolean {
    if (name === undefined) return false;
    if (type.name === 'ArrayBuffer') return name === 'slice';
    if (type.name === 'DataView') return accessors.test(name);
    if (!isByteView(type)) return false;
    if (returnsItself.has(name)) return this.#stays(call, type);
    if (name === 'subarray') return this.#stays(call, type);
    // Buffer#slice is a view; the typed arrays' slice copies.
    if (name === 'slice') return type.name === 'Buffer' ? this.#stays(call, type) : true;
    const seen = callbackMethods.get(name);
    if (seen !== undefined) {
      const callback = call.arguments[0];
      return (
        callback?.type === 'ArrowFunctionExpression' &&
        callback.params.length <= seen &&
        callback.params.every((parameter) => parameter.type !== 'RestElement')
      );
    }
    return keepsNothing.has(name) || accessors.test(name);
  }

  #argumentStays(call: TSESTree.CallExpression, argument: TSESTree.Node, type: ValueType): boolean {
    const { callee } = call;
    const index = call.arguments.indexOf(argument as TSESTree.CallExpressionArgument);
    if (index < 0 || call.arguments.slice(0, index).some((a) => a.type === 'SpreadElement')) return false;
    const imported = importedCallee(this.sourceCode, callee as TSESTree.Expression);
    if (imported) {
      if (imported.module === 'crypto' && imported.name === 'randomFillSync') return this.#stays(call, type);
      return syncOfModule.get(imported.module)?.has(imported.name) ?? false;
    }
    if (callee.type === 'Identifier') {
      if (isGlobal(this.sourceCode, callee)) return callee.name === 'String' || callee.name === 'Boolean';
      return this.#parameterStays(callee, index, type);
    }
    if (callee.type !== 'MemberExpression') return false;
    const method = memberName(callee);
    if (method === undefined) return false;
    const statics = this.#bufferStatic(call);
    if (statics !== undefined) {
      return statics === 'from'
        ? isByteView(type) && index === 0
        : /^(?:compare|byteLength|isBuffer)$/.test(statics);
    }
    if (callee.object.type === 'Identifier' && isGlobal(this.sourceCode, callee.object)) {
      if (callee.object.name === 'ArrayBuffer') return method === 'isView';
      if (callee.object.name === 'Array')
        return method === 'from' && call.arguments.length === 1 && isByteView(type);
      if (/^(?:Int|Uint|Float|Big)\w*Array$/.test(callee.object.name)) {
        return method === 'from' && call.arguments.length === 1 && isByteView(type);
      }
    }
    const receiver = typeOf(this.sourceCode, callee.object);
    if (isByteView(receiver)) return bytesArguments.has(method);
    return receiver !== undefined && (argumentMethods.get(receiver.name)?.has(method) ?? false);
  }

  /** `new DataView(b)`, `new Uint8Array(b)`: a view of an ArrayBuffer, a copy of a typed array. */
  #viewStays(creation: TSESTree.NewExpression, argument: TSESTree.Node, type: ValueType): boolean {
    if (creation.arguments[0] !== argument || creation.callee.type !== 'Identifier') return false;
    const made = typeOf(this.sourceCode, creation);
    if (!made || !(made.name === 'DataView' || isByteView(made))) return false;
    if (type.name !== 'ArrayBuffer') return isByteView(type) && made.name !== 'DataView';
    const holder = creation.parent;
    if (holder.type === 'VariableDeclarator' && holder.init === creation) this.views.push(holder);
    return this.#stays(creation, made);
  }

  /** A function of this file that keeps nothing of the parameter. */
  #parameterStays(callee: TSESTree.Identifier, index: number, type: ValueType): boolean {
    const called = functionOf(this.sourceCode, callee);
    if (!called || called.async || called.generator) return false;
    const parameter = called.params[index];
    if (parameter?.type !== 'Identifier') return false;
    if (called.body.type === 'BlockStatement' && usesArguments(this.sourceCode, called)) return false;
    const variable = this.sourceCode.getDeclaredVariables?.(called).find((v) => v.name === parameter.name);
    return variable !== undefined && this.variableStays(variable, type);
  }

  #bufferStatic(call: TSESTree.CallExpression): string | undefined {
    const { callee } = call;
    return callee.type === 'MemberExpression' &&
      callee.object.type === 'Identifier' &&
      callee.object.name === 'Buffer' &&
      isBuiltIn(this.sourceCode, callee.object)
      ? memberName(callee)
      : undefined;
  }
}

type Hazards = Pick<Lifetime, 'suspends' | 'mayReenter' | 'recursive'>;

/** What may happen while the memory is in use that another run of the function could disturb. */
function hazards(
  sourceCode: TSESLint.SourceCode,
  root: TSESTree.Node,
  live: readonly [number, number],
): Hazards {
  let suspends: TSESTree.Node | undefined;
  let recursive = false;
  const mayReenter: ForeignCode[] = [];
  for (const effect of effectsOf(sourceCode, root, live)) {
    if (effect.how === 'wait') suspends ??= effect.at;
    else if (effect.how !== 'enter') mayReenter.push(effect);
    else if (effect.fn === root) recursive = true;
  }
  return { suspends, mayReenter, recursive };
}
