import type { TSESLint, TSESTree } from '@typescript-eslint/utils';
import { classAround, functionOf } from '../syntax/functions';
import { type FunctionNode, isFunction, isGlobal, memberName, resolve, walk } from '../syntax/nodes';
import { importedType, importedValue, type DeclaredMember } from './imports';
import { isTypeScript, memberIn, objectTypeOf } from './members';
import { narrowedTo } from './narrowing';
import { annotatedType } from './annotations';
import { importedCallee, importedFrom, isBuiltIn } from './bindings';
import { methodResult } from './methods';
import {
  type ValueType,
  arrayOf,
  boolean,
  builtInClasses,
  elementIn,
  elementOf,
  elementSizes,
  isByteView,
  literalType,
  mapOf,
  number,
  primitives,
  same,
  text,
} from './value-type';

const hashFactories = new Set(['createHash', 'createHmac']);

/**
 * The type of an expression as the file states it, where it is built in and nothing else can be there: neither undefined nor
 * null. Never throws; at most a few declarations deep.
 */
export function typeOf(
  sourceCode: TSESLint.SourceCode,
  node: TSESTree.Node | null | undefined,
): ValueType | undefined {
  const type = infer(sourceCode, node, 0, false);
  return type && foreign.has(type.name) ? undefined : type;
}

const foreign = new Set(['object', 'imported', 'iterator']);

/**
 * What an expression is when it is neither undefined nor null, as where something is read of it: also an object type of the
 * file, a dictionary, or an instance of an imported class.
 */
export function receiverType(
  sourceCode: TSESLint.SourceCode,
  node: TSESTree.Node | null | undefined,
): ValueType | undefined {
  return infer(sourceCode, node, 0, true);
}

/** @param lenient undefined and null are left out: of unions, of optional properties and parameters */
function infer(
  sourceCode: TSESLint.SourceCode,
  node: TSESTree.Node | null | undefined,
  depth: number,
  lenient: boolean,
): ValueType | undefined {
  if (!node || depth > 8) return undefined;
  const inner = (at: TSESTree.Node | null | undefined): ValueType | undefined =>
    infer(sourceCode, at, depth + 1, lenient);
  switch (node.type) {
    case 'Literal':
      return literalType(node);
    case 'TemplateLiteral':
      return text;
    case 'ArrayExpression':
      return arrayOf(isTypeScript(sourceCode) ? ofElements(node, inner) : undefined);
    case 'ObjectExpression':
      return { name: 'object' };
    case 'ThisExpression': {
      const body = classAround(node);
      return body && { name: 'object', declared: body };
    }
    case 'ChainExpression':
      return lenient ? inner(node.expression) : undefined;
    case 'AwaitExpression': {
      const awaited = inner(node.argument);
      return awaited?.name === 'Promise' ? awaited.element : awaited;
    }
    case 'LogicalExpression': {
      const right = inner(node.right);
      if (node.operator === '&&') return lenient ? right : undefined;
      return same(infer(sourceCode, node.left, depth + 1, true), right);
    }
    case 'TSAsExpression':
    case 'TSTypeAssertion':
      if (
        node.typeAnnotation.type === 'TSTypeReference' &&
        sourceCode.getText(node.typeAnnotation) === 'const'
      )
        return inner(node.expression);
      return annotatedType(sourceCode, node.typeAnnotation, lenient);
    case 'TSNonNullExpression':
      return infer(sourceCode, node.expression, depth + 1, true);
    case 'TSSatisfiesExpression':
      return inner(node.expression);
    case 'Identifier':
      return ofIdentifier(sourceCode, node, depth, lenient);
    case 'ConditionalExpression':
      return same(inner(node.consequent), inner(node.alternate));
    case 'AssignmentExpression':
      return node.operator === '=' ? inner(node.right) : undefined;
    case 'UnaryExpression':
      if (node.operator === 'typeof') return text;
      if (node.operator === '!' || node.operator === 'delete') return boolean;
      if (node.operator === '+') return number;
      return node.operator === 'void' ? undefined : inner(node.argument);
    case 'UpdateExpression':
      return inner(node.argument) ?? undefined;
    case 'BinaryExpression':
      return ofBinary(node, inner);
    case 'NewExpression':
      return ofNew(sourceCode, node, inner);
    case 'CallExpression':
      return ofCall(sourceCode, node, inner, lenient);
    case 'MemberExpression':
      return ofMember(sourceCode, node, inner, lenient);
    default:
      return undefined;
  }
}

/** What all elements of an array literal are, spread ones included. */
function ofElements(
  { elements }: TSESTree.ArrayExpression,
  inner: (node: TSESTree.Node) => ValueType | undefined,
): ValueType | undefined {
  let type: ValueType | undefined;
  for (const element of elements.slice(0, 8)) {
    if (!element) return undefined;
    const list = element.type === 'SpreadElement' ? inner(element.argument) : undefined;
    const next =
      element.type === 'SpreadElement' ? (list?.name === 'string' ? text : list?.element) : inner(element);
    if (!next || (type && !same(type, next))) return undefined;
    type ??= next;
  }
  return type;
}

function ofNew(
  sourceCode: TSESLint.SourceCode,
  { callee, arguments: given, typeArguments }: TSESTree.NewExpression,
  inner: (node: TSESTree.Node) => ValueType | undefined,
): ValueType | undefined {
  if (callee.type === 'Identifier') {
    if (isBuiltIn(sourceCode, callee)) {
      if (!builtInClasses.has(callee.name)) return undefined;
      const types = (typeArguments?.params ?? []).map((type) => annotatedType(sourceCode, type));
      if (callee.name === 'Set' || callee.name === 'Array') {
        const [first] = given;
        const element =
          types[0] ?? (callee.name === 'Set' && first?.type !== 'SpreadElement' && first ? inner(first)?.element : undefined); // prettier-ignore
        return element ? { name: callee.name, element } : { name: callee.name };
      }
      return callee.name === 'Map' ? mapOf(types[0], types[1]) : { name: callee.name };
    }
    const body = objectTypeOf(sourceCode, callee);
    if (body) return { name: 'object', declared: body };
  }
  const imported = importedCallee(sourceCode, callee);
  return imported && (importedType(sourceCode, imported) ?? { name: 'imported', imported });
}

function ofIdentifier(
  sourceCode: TSESLint.SourceCode,
  node: TSESTree.Identifier,
  depth: number,
  lenient: boolean,
): ValueType | undefined {
  const variable = resolve(sourceCode, node);
  const definition = variable?.defs[0];
  if (!variable || !definition || variable.defs.length !== 1) return undefined;
  const imported = definition.type === 'ImportBinding' ? importedFrom(sourceCode, node) : undefined;
  const known = imported
    ? ofMemberData(importedValue(sourceCode, imported), lenient)
    : ofDefinition(sourceCode, variable, definition, depth, lenient);
  if (known) return known;
  const narrowed = narrowedTo(sourceCode, node);
  return narrowed !== undefined && (primitives.has(narrowed) || builtInClasses.has(narrowed))
    ? { name: narrowed }
    : undefined;
}

function ofDefinition(
  sourceCode: TSESLint.SourceCode,
  variable: TSESLint.Scope.Variable,
  definition: TSESLint.Scope.Definition,
  depth: number,
  lenient: boolean,
): ValueType | undefined {
  const name = definition.name as TSESTree.Node;
  if (name.type !== 'Identifier') return undefined;
  const owner = definition.node as TSESTree.Node;
  if (name.typeAnnotation) {
    return name.optional && !lenient
      ? undefined
      : annotatedType(sourceCode, name.typeAnnotation.typeAnnotation, lenient);
  }
  const pattern = name.parent;
  if (pattern.type === 'Property' || pattern.type === 'ArrayPattern' || pattern.type === 'AssignmentPattern')
    return ofPattern(sourceCode, name, depth, lenient);
  if (isFunction(owner)) return ofCallbackParameter(sourceCode, owner, name, depth, lenient);
  if (owner.type !== 'VariableDeclarator' || owner.id !== name) return undefined;

  const loop = owner.parent.parent;
  if (loop.type === 'ForOfStatement' && loop.left === owner.parent)
    return loop.await ? undefined : elementIn(infer(sourceCode, loop.right, depth + 1, lenient));
  if (loop.type === 'ForInStatement' && loop.left === owner.parent) return text;

  const cache = lenient ? typesByDepth.lenient : typesByDepth.strict;
  let known = cache.get(variable);
  if (!known) cache.set(variable, (known = new Map()));
  if (!known.has(depth)) known.set(depth, ofWrites(sourceCode, variable, depth, lenient));
  return known.get(depth);
}

/** `const { name } = …`, `({ name }: T) => …`, `[name] = …`, `(name = …) => …`: of variables that are written only there. */
function ofPattern(
  sourceCode: TSESLint.SourceCode,
  name: TSESTree.Identifier,
  depth: number,
  lenient: boolean,
): ValueType | undefined {
  let at: TSESTree.Node = name;
  if (at.parent?.type === 'AssignmentPattern') {
    const usual = infer(sourceCode, at.parent.right, depth + 1, lenient);
    at = at.parent;
    if (isFunction(at.parent!)) return usual;
    const given = ofPart(sourceCode, at, depth, true);
    return given ? same(given, usual) : undefined;
  }
  return ofPart(sourceCode, at, depth, lenient);
}

/** The type of what a part of a pattern is bound to. */
function ofPart(
  sourceCode: TSESLint.SourceCode,
  part: TSESTree.Node,
  depth: number,
  lenient: boolean,
): ValueType | undefined {
  if (depth > 8) return undefined;
  const { parent } = part;
  if (parent?.type === 'Property' && parent.value === part && parent.parent.type === 'ObjectPattern') {
    const whole = ofSource(sourceCode, parent.parent, depth + 1, lenient);
    const key = parent.key;
    return key.type === 'Identifier' && !parent.computed
      ? propertyOf(sourceCode, whole, key.name, lenient)
      : undefined;
  }
  if (parent?.type === 'ArrayPattern')
    return lenient ? elementIn(ofSource(sourceCode, parent, depth + 1, lenient)) : undefined;
  return undefined;
}

/** The type of what a pattern takes apart. */
function ofSource(
  sourceCode: TSESLint.SourceCode,
  pattern: TSESTree.ObjectPattern | TSESTree.ArrayPattern,
  depth: number,
  lenient: boolean,
): ValueType | undefined {
  if (pattern.typeAnnotation)
    return annotatedType(sourceCode, pattern.typeAnnotation.typeAnnotation, lenient);
  const { parent } = pattern;
  if (parent.type === 'VariableDeclarator' && parent.id === pattern) {
    const loop = parent.parent.parent;
    if (loop.type === 'ForOfStatement' && loop.left === parent.parent)
      return loop.await ? undefined : elementIn(infer(sourceCode, loop.right, depth + 1, lenient));
    return infer(sourceCode, parent.init, depth + 1, lenient);
  }
  if (isFunction(parent)) return ofCallbackParameter(sourceCode, parent, pattern, depth, lenient);
  return ofPart(sourceCode, pattern, depth + 1, lenient);
}

/** What was found about a variable, by the depth that was left: a variable with n writes is asked for at each of them. */
const typesByDepth = {
  strict: new WeakMap<TSESLint.Scope.Variable, Map<number, ValueType | undefined>>(),
  lenient: new WeakMap<TSESLint.Scope.Variable, Map<number, ValueType | undefined>>(),
};

/** The type that all values have which are written to the variable. */
function ofWrites(
  sourceCode: TSESLint.SourceCode,
  variable: TSESLint.Scope.Variable,
  depth: number,
  lenient: boolean,
): ValueType | undefined {
  let type: ValueType | undefined;
  for (const reference of variable.references) {
    if (!reference.isWrite()) continue;
    const parent = (reference.identifier as TSESTree.Node).parent;
    let written: ValueType | undefined;
    if (parent?.type === 'UpdateExpression') continue;
    if (parent?.type === 'AssignmentExpression' && parent.operator !== '=') {
      if (parent.operator !== '+=') continue;
      written = infer(sourceCode, parent.right, depth + 1, lenient);
      // `s += 1` keeps a string a string.
      if (type?.name === 'string') continue;
    } else if (parent?.type === 'VariableDeclarator' || parent?.type === 'AssignmentExpression') {
      const value = reference.writeExpr as TSESTree.Node | null | undefined;
      if (lenient && isNothing(value)) continue;
      written = infer(sourceCode, value, depth + 1, lenient);
    }
    if (!written || (type && !same(type, written))) return undefined;
    // The first may be an empty list.
    if (!type?.element) type = written;
  }
  return type;
}

const isNothing = (value: TSESTree.Node | null | undefined): boolean =>
  (value?.type === 'Literal' && value.value === null) ||
  (value?.type === 'Identifier' && value.name === 'undefined');

const elementFirst = /^(?:map|forEach|filter|flatMap|some|every|find\w*)$/;

/** What an array's or typed array's own method passes to a callback that is written in place: element, index. */
function ofCallbackParameter(
  sourceCode: TSESLint.SourceCode,
  callback: FunctionNode,
  parameter: TSESTree.Identifier | TSESTree.ObjectPattern | TSESTree.ArrayPattern,
  depth: number,
  lenient: boolean,
): ValueType | undefined {
  const call = callback.parent;
  if (call?.type !== 'CallExpression' || call.arguments[0] !== callback) return undefined;
  if (call.callee.type !== 'MemberExpression') return undefined;
  const receiver = infer(sourceCode, call.callee.object, depth + 1, lenient);
  if (receiver?.name !== 'Array' && !isByteView(receiver)) return undefined;
  const element = isByteView(receiver) ? elementOf(receiver!) : receiver!.element;
  const index = callback.params.indexOf(parameter);
  const method = memberName(call.callee) ?? '';
  if (/^(?:sort|toSorted)$/.test(method)) return element;
  if (elementFirst.test(method)) return index === 0 ? element : index === 1 ? number : undefined;
  return /^reduce/.test(method) && index === 1 ? element : index === 2 ? number : undefined;
}

function ofBinary(
  node: TSESTree.BinaryExpression,
  inner: (node: TSESTree.Node) => ValueType | undefined,
): ValueType | undefined {
  switch (node.operator) {
    case '+': {
      const left = inner(node.left);
      const right = inner(node.right);
      return left?.name === 'string' || right?.name === 'string' ? text : same(left, right);
    }
    case '-':
    case '*':
    case '/':
    case '%':
    case '**':
    case '&':
    case '|':
    case '^':
    case '<<':
    case '>>':
      // Mixing bigint and number throws, so one side decides.
      return [inner(node.left), inner(node.right)].find(
        (type) => type?.name === 'number' || type?.name === 'bigint',
      );
    case '>>>':
      return number;
    default:
      return boolean;
  }
}

function ofCall(
  sourceCode: TSESLint.SourceCode,
  node: TSESTree.CallExpression,
  inner: (node: TSESTree.Node) => ValueType | undefined,
  lenient: boolean,
): ValueType | undefined {
  const { callee } = node;
  if (callee.type === 'Identifier') {
    if (isGlobal(sourceCode, callee)) {
      if (callee.name === 'String') return text;
      if (callee.name === 'Number' || callee.name === 'parseInt' || callee.name === 'parseFloat')
        return number;
      if (callee.name === 'Boolean') return boolean;
      return callee.name === 'BigInt' ? { name: 'bigint' } : undefined;
    }
    const imported = importedFrom(sourceCode, callee);
    if (imported) return ofImportedCall(sourceCode, imported, lenient);
    const fn = functionOf(sourceCode, callee);
    return fn && resultOf(sourceCode, fn, inner, lenient);
  }
  if (callee.type !== 'MemberExpression') return undefined;
  const method = memberName(callee);
  if (method === undefined) return undefined;
  const { object } = callee;
  if (object.type === 'Identifier' && isBuiltIn(sourceCode, object)) {
    switch (object.name) {
      case 'Buffer':
        if (method === 'byteLength' || method === 'compare') return number;
        return /^(?:alloc|allocUnsafe|allocUnsafeSlow|from|concat|copyBytesFrom)$/.test(method)
          ? { name: 'Buffer' }
          : undefined;
      case 'Math':
        return number;
      case 'JSON':
        return method === 'stringify' ? text : undefined;
      case 'Date':
        return method === 'now' || method === 'UTC' ? number : undefined;
      case 'String':
        return /^(?:fromCharCode|fromCodePoint|raw)$/.test(method) ? text : undefined;
      case 'Object':
        if (method === 'values' && node.arguments[0]) return arrayOf(inner(node.arguments[0])?.value);
        if (method === 'entries') return { name: 'Array', element: { name: 'Array' } };
        if (method === 'keys' || method === 'getOwnPropertyNames') return { name: 'Array', element: text };
        return method === 'fromEntries' ? { name: 'object', dictionary: true } : undefined;
      case 'Array':
        if (method === 'from' && node.arguments.length === 1 && isTypeScript(sourceCode))
          return arrayOf(elementIn(inner(node.arguments[0]!)));
        return /^(?:from|of)$/.test(method) ? { name: 'Array' } : undefined;
      default:
        if (elementSizes.has(object.name))
          return method === 'from' || method === 'of' ? { name: object.name } : undefined;
    }
  }
  const imported = importedCallee(sourceCode, callee);
  const given = imported && ofImportedCall(sourceCode, imported, lenient);
  if (given || (imported && !imported.module.startsWith('.'))) return given;
  const receiver = inner(object);
  if (!receiver) return undefined;
  if (receiver.name === 'Array' && method === 'map')
    return arrayOf(mappedBy(sourceCode, node.arguments[0], inner));
  return receiver.name === 'object'
    ? ofMethod(sourceCode, receiver, method, lenient)
    : methodResult(receiver, method, lenient);
}

/** What a method gives that the file or another declares. */
function ofMethod(
  sourceCode: TSESLint.SourceCode,
  receiver: ValueType,
  method: string,
  lenient: boolean,
): ValueType | undefined {
  if (receiver.members) return ofMemberData(receiver.members.get(method), lenient, true);
  const member = receiver.declared && memberIn(sourceCode, receiver.declared, method);
  return member?.method && !(member.optional && !lenient)
    ? annotatedType(sourceCode, member.type, lenient)
    : undefined;
}

/** What a callback that is one expression makes of each element. */
function mappedBy(
  sourceCode: TSESLint.SourceCode,
  callback: TSESTree.CallExpressionArgument | undefined,
  inner: (node: TSESTree.Node) => ValueType | undefined,
): ValueType | undefined {
  if (callback?.type === 'Identifier' && isGlobal(sourceCode, callback))
    return callback.name === 'String' ? text : callback.name === 'Number' ? number : undefined;
  if (callback?.type !== 'ArrowFunctionExpression' || callback.async) return undefined;
  if (callback.returnType) return annotatedType(sourceCode, callback.returnType.typeAnnotation);
  return callback.body.type === 'BlockStatement' ? undefined : inner(callback.body);
}

/** What a function of the file gives: as annotated, or what its only expression is. */
function resultOf(
  sourceCode: TSESLint.SourceCode,
  fn: FunctionNode,
  inner: (node: TSESTree.Node) => ValueType | undefined,
  lenient: boolean,
): ValueType | undefined {
  if (fn.generator) return undefined;
  if (fn.returnType) return annotatedType(sourceCode, fn.returnType.typeAnnotation, lenient);
  return !fn.async && fn.type === 'ArrowFunctionExpression' && fn.body.type !== 'BlockStatement'
    ? inner(fn.body)
    : undefined;
}

function ofMember(
  sourceCode: TSESLint.SourceCode,
  node: TSESTree.MemberExpression,
  inner: (node: TSESTree.Node) => ValueType | undefined,
  lenient: boolean,
): ValueType | undefined {
  const name =
    memberName(node) ?? (node.property.type === 'PrivateIdentifier' ? `#${node.property.name}` : undefined);
  const receiver = inner(node.object);
  if (!receiver) {
    const imported = importedCallee(sourceCode, node);
    return imported && ofMemberData(importedValue(sourceCode, imported), lenient);
  }
  if (name === 'length' || name === 'byteLength' || name === 'byteOffset') {
    if (isByteView(receiver) || /^(?:string|Array|ArrayBuffer|DataView)$/.test(receiver.name)) return number;
  }
  if (name === 'buffer' && isByteView(receiver)) return { name: 'ArrayBuffer' };
  if (name === 'size' && /^(?:Map|Set)$/.test(receiver.name)) return number;
  if (name !== undefined && receiver.name === 'object')
    return propertyOf(sourceCode, receiver, name, lenient);
  if (!node.computed) return undefined;
  if (isByteView(receiver)) return elementOf(receiver);
  return receiver.dictionary ? (lenient ? receiver.value : undefined) : receiver.element;
}

/** What reading or calling gives, by what another file declares. */
function ofMemberData(
  member: DeclaredMember | undefined,
  lenient: boolean,
  called = false,
): ValueType | undefined {
  return member && member.callable === called && (member.certain || lenient) ? member.type : undefined;
}

function ofImportedCall(
  sourceCode: TSESLint.SourceCode,
  imported: { readonly module: string; readonly name: string },
  lenient: boolean,
): ValueType | undefined {
  if (imported.module === 'crypto' && hashFactories.has(imported.name)) return { name: 'Hash' };
  return ofMemberData(importedValue(sourceCode, imported), lenient, true);
}

/** A property of an object whose type the file declares, or of a dictionary. */
function propertyOf(
  sourceCode: TSESLint.SourceCode,
  owner: ValueType | undefined,
  name: string,
  lenient: boolean,
): ValueType | undefined {
  if (owner?.dictionary) return lenient ? owner.value : undefined;
  if (owner?.members) return ofMemberData(owner.members.get(name), lenient);
  if (!owner?.declared) return undefined;
  const { declared } = owner;
  const member = memberIn(sourceCode, declared, name);
  if (member?.method || (member?.optional && !lenient)) return undefined;
  if (member?.type) return annotatedType(sourceCode, member.type, lenient);
  return ofValues(declared, name, () => {
    if (member && isTypeScript(sourceCode)) return infer(sourceCode, member.value, 2, lenient);
    // Without TypeScript anybody may assign something else.
    return declared.type === 'ClassBody'
      ? ofAssignments(sourceCode, declared, name, member?.value)
      : undefined;
  });
}

/** By class or the like, properties that are being looked at. */
const asked = new WeakMap<TSESTree.Node, Set<string>>();

/** `this.list = this.list.concat(x)`: what a property gets may be made of itself, and says nothing more of it then. */
function ofValues(
  owner: TSESTree.Node,
  name: string,
  look: () => ValueType | undefined,
): ValueType | undefined {
  const names = asked.get(owner) ?? new Set();
  asked.set(owner, names);
  if (names.has(name)) return undefined;
  names.add(name);
  try {
    return look();
  } finally {
    names.delete(name);
  }
}

const assigned = new WeakMap<TSESTree.ClassBody, ReadonlyMap<string, readonly TSESTree.Expression[]>>();

/** What all values are that a class gives to a field which it does not declare. */
function ofAssignments(
  sourceCode: TSESLint.SourceCode,
  body: TSESTree.ClassBody,
  name: string,
  first?: TSESTree.Expression,
): ValueType | undefined {
  let all = assigned.get(body);
  if (!all) assigned.set(body, (all = assignmentsOf(sourceCode, body)));
  let type: ValueType | undefined;
  for (const value of [...(first ? [first] : []), ...(all.get(name) ?? [])]) {
    const next = infer(sourceCode, value, 5, false);
    if (!next || (type && !same(type, next))) return undefined;
    type ??= next;
  }
  return type;
}

function assignmentsOf(
  sourceCode: TSESLint.SourceCode,
  body: TSESTree.ClassBody,
): ReadonlyMap<string, readonly TSESTree.Expression[]> {
  const all = new Map<string, TSESTree.Expression[]>();
  walk(sourceCode, body, (node) => {
    if (node.type !== 'AssignmentExpression' || node.operator !== '=') return;
    const { left } = node;
    if (left.type !== 'MemberExpression' || left.object.type !== 'ThisExpression') return;
    const name =
      memberName(left) ?? (left.property.type === 'PrivateIdentifier' ? `#${left.property.name}` : undefined);
    if (name !== undefined) all.set(name, [...(all.get(name) ?? []), node.right]);
  });
  return all;
}
