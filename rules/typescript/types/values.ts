import type { TSESLint, TSESTree } from '@typescript-eslint/utils';
import { classAround, functionOf, memberOf } from '../syntax/functions';
import { type FunctionNode, isFunction, isGlobal, memberName, resolve } from '../syntax/nodes';
import { writtenType } from './shapes';

/**
 * What a value is, from what the file itself says: annotations, constructors, literals, imports. There is no type
 * checker behind this: `undefined` means that the file does not say.
 */
export interface ValueType {
  /** `string`, `number`, `boolean`, `bigint`, or the name of a built-in class: `Uint8Array`, `Buffer`, `Array`. */
  readonly name: string;
  readonly element?: ValueType;
}

/** Bytes per element of the typed arrays. */
export const elementSizes: ReadonlyMap<string, number> = new Map([
  ['Int8Array', 1],
  ['Uint8Array', 1],
  ['Uint8ClampedArray', 1],
  ['Int16Array', 2],
  ['Uint16Array', 2],
  ['Float16Array', 2],
  ['Int32Array', 4],
  ['Uint32Array', 4],
  ['Float32Array', 4],
  ['Float64Array', 8],
  ['BigInt64Array', 8],
  ['BigUint64Array', 8],
]);

/** Buffer or a typed array: what `set`, `subarray` and `fill` work on. */
export const isByteView = (type: ValueType | undefined): boolean =>
  type !== undefined && (type.name === 'Buffer' || elementSizes.has(type.name));

/** An array of bytes: assigning another byte array into it copies bytes unchanged. */
export const isBytes = (type: ValueType | undefined): boolean =>
  type !== undefined && (type.name === 'Buffer' || type.name === 'Uint8Array');

const builtInClasses = new Set([
  ...elementSizes.keys(),
  'Buffer', 'ArrayBuffer', 'DataView', 'TextEncoder', 'TextDecoder', 'Map', 'Set', 'WeakMap', 'WeakSet', 'RegExp', 'Date',
  'Array', 'Error', 'URL', 'Promise',
]); // prettier-ignore

const stringMethods = new Set([
  'at', 'charAt', 'concat', 'normalize', 'padEnd', 'padStart', 'repeat', 'replace', 'replaceAll', 'slice', 'substring',
  'substr', 'toLowerCase', 'toLocaleLowerCase', 'toLocaleUpperCase', 'toString', 'toUpperCase', 'trim', 'trimEnd', 'trimStart',
]); // prettier-ignore
const numberMethodsOfString = new Set(['charCodeAt', 'indexOf', 'lastIndexOf', 'search', 'localeCompare']);
const stringMethodsOfNumber = new Set([
  'toFixed',
  'toPrecision',
  'toExponential',
  'toString',
  'toLocaleString',
]);
const hashFactories = new Set(['createHash', 'createHmac']);

const text: ValueType = { name: 'string' };
const number: ValueType = { name: 'number' };
const boolean: ValueType = { name: 'boolean' };

/** The type of an expression as the file states it. Never throws; at most a few declarations deep. */
export function typeOf(
  sourceCode: TSESLint.SourceCode,
  node: TSESTree.Node | null | undefined,
  depth = 0,
): ValueType | undefined {
  if (!node || depth > 8) return undefined;
  const inner = (at: TSESTree.Node | null | undefined): ValueType | undefined =>
    typeOf(sourceCode, at, depth + 1);
  switch (node.type) {
    case 'Literal':
      if (typeof node.value === 'string') return text;
      if (typeof node.value === 'number') return number;
      if (typeof node.value === 'boolean') return boolean;
      if ('bigint' in node) return { name: 'bigint' };
      return 'regex' in node ? { name: 'RegExp' } : undefined;
    case 'TemplateLiteral':
      return text;
    case 'ArrayExpression':
      return { name: 'Array' };
    case 'TSAsExpression':
    case 'TSTypeAssertion':
      if (
        node.typeAnnotation.type === 'TSTypeReference' &&
        sourceCode.getText(node.typeAnnotation) === 'const'
      )
        return inner(node.expression);
      return annotatedType(sourceCode, node.typeAnnotation) ?? undefined;
    case 'TSNonNullExpression':
    case 'TSSatisfiesExpression':
      return inner(node.expression);
    case 'Identifier':
      return ofIdentifier(sourceCode, node, depth);
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
      return node.callee.type === 'Identifier' &&
        builtInClasses.has(node.callee.name) &&
        isBuiltIn(sourceCode, node.callee)
        ? { name: node.callee.name }
        : undefined;
    case 'CallExpression':
      return ofCall(sourceCode, node, inner);
    case 'MemberExpression':
      return ofMember(sourceCode, node, inner, depth);
    default:
      return undefined;
  }
}

/** `undefined` where the annotation says nothing that is known here (unions, type parameters, imported types). */
export function annotatedType(
  sourceCode: TSESLint.SourceCode,
  node: TSESTree.TypeNode | undefined,
): ValueType | undefined {
  switch (node?.type) {
    case 'TSStringKeyword':
    case 'TSTemplateLiteralType':
      return text;
    case 'TSNumberKeyword':
      return number;
    case 'TSBooleanKeyword':
      return boolean;
    case 'TSBigIntKeyword':
      return { name: 'bigint' };
    case 'TSLiteralType':
      return node.literal.type === 'Literal' ? typeOf(sourceCode, node.literal) : undefined;
    case 'TSArrayType':
      return arrayOf(annotatedType(sourceCode, node.elementType));
    case 'TSTupleType':
      return { name: 'Array' };
    case 'TSTypeOperator':
      return node.operator === 'readonly' ? annotatedType(sourceCode, node.typeAnnotation) : undefined;
    case 'TSUnionType': {
      const [first, ...rest] = node.types.map((type) => annotatedType(sourceCode, type));
      return rest.reduce(same, first);
    }
    case 'TSTypeReference': {
      if (node.typeName.type !== 'Identifier') return undefined;
      const { name } = node.typeName;
      if (!isBuiltIn(sourceCode, node.typeName)) return undefined;
      if (name === 'ReadonlyArray' || name === 'Array') {
        return arrayOf(annotatedType(sourceCode, node.typeArguments?.params[0]));
      }
      if (name === 'Readonly') return annotatedType(sourceCode, node.typeArguments?.params[0]);
      return builtInClasses.has(name) || name === 'Hash' || name === 'Hmac' ? { name } : undefined;
    }
    default:
      return undefined;
  }
}

/** The global of this name, or what `node:buffer` and `node:crypto` and `node:util` export under it. */
export function isBuiltIn(sourceCode: TSESLint.SourceCode, identifier: TSESTree.Identifier): boolean {
  if (isGlobal(sourceCode, identifier)) return true;
  const from = importedFrom(sourceCode, identifier);
  return from !== undefined && from.name === identifier.name && /^(?:buffer|crypto|util)$/.test(from.module);
}

/**
 * The Node module and the exported name that an identifier is bound to by `import` or `require`: `*` for a namespace,
 * `default` for a default import. Relative modules and other packages are given by their specifier.
 */
export function importedFrom(
  sourceCode: TSESLint.SourceCode,
  identifier: TSESTree.Identifier,
): { readonly module: string; readonly name: string } | undefined {
  const definition = resolve(sourceCode, identifier)?.defs[0];
  const node = definition?.node as TSESTree.Node | undefined;
  const plain = (specifier: string): string => specifier.replace(/^node:/, '');
  switch (node?.type) {
    case 'ImportSpecifier':
      return {
        module: plain(node.parent.type === 'ImportDeclaration' ? node.parent.source.value : ''),
        name: node.imported.type === 'Identifier' ? node.imported.name : node.imported.value,
      };
    case 'ImportNamespaceSpecifier':
    case 'ImportDefaultSpecifier':
      return {
        module: plain(node.parent.type === 'ImportDeclaration' ? node.parent.source.value : ''),
        name: node.type === 'ImportDefaultSpecifier' ? 'default' : '*',
      };
    case 'TSImportEqualsDeclaration':
      return node.moduleReference.type === 'TSExternalModuleReference' &&
        node.moduleReference.expression.type === 'Literal'
        ? { module: plain(String(node.moduleReference.expression.value)), name: '*' }
        : undefined;
    case 'VariableDeclarator': {
      const required = requiredModule(node.init);
      if (required === undefined) return undefined;
      if (node.id.type === 'Identifier') return { module: plain(required), name: '*' };
      if (node.id.type !== 'ObjectPattern') return undefined;
      for (const property of node.id.properties) {
        if (property.type !== 'Property' || property.value.type !== 'Identifier') continue;
        if (property.value.name === identifier.name && property.key.type === 'Identifier') {
          return { module: plain(required), name: property.key.name };
        }
      }
      return undefined;
    }
    default:
      return undefined;
  }
}

/**
 * Module and exported name of a callee: `readSync` of `fs` for both `fs.readSync(…)` and `readSync(…)`.
 */
export function importedCallee(
  sourceCode: TSESLint.SourceCode,
  callee: TSESTree.Expression,
): { readonly module: string; readonly name: string } | undefined {
  if (callee.type === 'Identifier') return importedFrom(sourceCode, callee);
  if (callee.type !== 'MemberExpression' || callee.object.type !== 'Identifier') return undefined;
  const from = importedFrom(sourceCode, callee.object);
  const name = memberName(callee);
  return from && name !== undefined && (from.name === '*' || from.name === 'default')
    ? { module: from.module, name }
    : undefined;
}

function requiredModule(node: TSESTree.Expression | null): string | undefined {
  if (node?.type !== 'CallExpression' || node.callee.type !== 'Identifier') return undefined;
  const argument = node.arguments[0];
  return node.callee.name === 'require' && argument?.type === 'Literal' && typeof argument.value === 'string'
    ? argument.value
    : undefined;
}

function arrayOf(element: ValueType | undefined): ValueType {
  return element ? { name: 'Array', element } : { name: 'Array' };
}

function same(a: ValueType | undefined, b: ValueType | undefined): ValueType | undefined {
  return a && b && a.name === b.name ? a : undefined;
}

function ofIdentifier(
  sourceCode: TSESLint.SourceCode,
  node: TSESTree.Identifier,
  depth: number,
): ValueType | undefined {
  const variable = resolve(sourceCode, node);
  const definition = variable?.defs[0];
  if (!variable || !definition || variable.defs.length !== 1) return undefined;
  const name = definition.name as TSESTree.Node;
  if (name.type !== 'Identifier') return undefined;
  const owner = definition.node as TSESTree.Node;
  if (name.typeAnnotation) {
    return name.optional ? undefined : annotatedType(sourceCode, name.typeAnnotation.typeAnnotation);
  }
  if (isFunction(owner)) return ofCallbackParameter(sourceCode, owner, name, depth);
  if (owner.type !== 'VariableDeclarator' || owner.id !== name) return undefined;

  const loop = owner.parent.parent;
  if (loop.type === 'ForOfStatement' && loop.left === owner.parent && !loop.await) {
    const over = typeOf(sourceCode, loop.right, depth + 1);
    if (over?.name === 'string') return text;
    if (isByteView(over)) return elementOf(over!);
    return over?.element;
  }
  if (loop.type === 'ForInStatement' && loop.left === owner.parent) return text;

  let known = typesByDepth.get(variable);
  if (!known) typesByDepth.set(variable, (known = new Map()));
  if (!known.has(depth)) known.set(depth, ofWrites(sourceCode, variable, depth));
  return known.get(depth);
}

/** What was found about a variable, by the depth that was left: a variable with n writes is asked for at each of them. */
const typesByDepth = new WeakMap<TSESLint.Scope.Variable, Map<number, ValueType | undefined>>();

/** The type that all values have which are written to the variable. */
function ofWrites(
  sourceCode: TSESLint.SourceCode,
  variable: TSESLint.Scope.Variable,
  depth: number,
): ValueType | undefined {
  let type: ValueType | undefined;
  for (const reference of variable.references) {
    if (!reference.isWrite()) continue;
    const parent = (reference.identifier as TSESTree.Node).parent;
    let written: ValueType | undefined;
    if (parent?.type === 'UpdateExpression') continue;
    if (parent?.type === 'AssignmentExpression' && parent.operator !== '=') {
      if (parent.operator !== '+=') continue;
      written = typeOf(sourceCode, parent.right, depth + 1);
      // `s += 1` keeps a string a string.
      if (type?.name === 'string') continue;
    } else if (parent?.type === 'VariableDeclarator' || parent?.type === 'AssignmentExpression') {
      written = typeOf(sourceCode, reference.writeExpr as TSESTree.Node | null | undefined, depth + 1);
    }
    if (!written || (type && type.name !== written.name)) return undefined;
    type ??= written;
  }
  return type;
}

const elementFirst = /^(?:map|forEach|filter|flatMap|some|every|find\w*)$/;

/** What an array's or typed array's own method passes to a callback that is written in place: element, index. */
function ofCallbackParameter(
  sourceCode: TSESLint.SourceCode,
  callback: FunctionNode,
  parameter: TSESTree.Identifier,
  depth: number,
): ValueType | undefined {
  const call = callback.parent;
  if (call?.type !== 'CallExpression' || call.arguments[0] !== callback) return undefined;
  if (call.callee.type !== 'MemberExpression') return undefined;
  const receiver = typeOf(sourceCode, call.callee.object, depth + 1);
  if (receiver?.name !== 'Array' && !isByteView(receiver)) return undefined;
  const element = isByteView(receiver) ? elementOf(receiver!) : receiver!.element;
  const index = callback.params.indexOf(parameter);
  const method = memberName(call.callee) ?? '';
  if (/^(?:sort|toSorted)$/.test(method)) return element;
  if (elementFirst.test(method)) return index === 0 ? element : index === 1 ? number : undefined;
  return /^reduce/.test(method) && index === 1 ? element : index === 2 ? number : undefined;
}

const elementOf = ({ name }: ValueType): ValueType => (name.startsWith('Big') ? { name: 'bigint' } : number);

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
    if (imported)
      return imported.module === 'crypto' && hashFactories.has(imported.name) ? { name: 'Hash' } : undefined;
    const fn = functionOf(sourceCode, callee);
    return fn && !fn.async && !fn.generator
      ? annotatedType(sourceCode, fn.returnType?.typeAnnotation)
      : undefined;
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
        return /^(?:keys|values|entries)$/.test(method)
          ? { name: 'Array', ...(method === 'keys' ? { element: text } : {}) }
          : undefined;
      case 'Array':
        return /^(?:from|of)$/.test(method) ? { name: 'Array' } : undefined;
      default:
        if (elementSizes.has(object.name))
          return method === 'from' || method === 'of' ? { name: object.name } : undefined;
    }
  }
  const imported = importedCallee(sourceCode, callee);
  if (imported)
    return imported.module === 'crypto' && hashFactories.has(imported.name) ? { name: 'Hash' } : undefined;
  const receiver = inner(object);
  switch (receiver?.name) {
    case 'string':
      if (method === 'split') return { name: 'Array', element: text };
      if (numberMethodsOfString.has(method)) return number;
      return stringMethods.has(method) && method !== 'at' ? text : undefined;
    case 'number':
      return stringMethodsOfNumber.has(method) ? text : undefined;
    case 'Array':
      if (method === 'join') return text;
      if (/^(?:map|flatMap|flat)$/.test(method)) return { name: 'Array' };
      return /^(?:slice|filter|concat|toSorted|toReversed|sort|reverse|splice)$/.test(method)
        ? receiver
        : undefined;
    case 'TextEncoder':
      return method === 'encode' ? { name: 'Uint8Array' } : undefined;
    case 'TextDecoder':
      return method === 'decode' ? text : undefined;
    case 'Date':
      return /^to(?:ISO|JSON|Locale|Date|Time|UTC)?\w*String$|^toJSON$/.test(method) ? text : undefined;
    case 'Hash':
      return method === 'update' ? receiver : undefined;
    case 'DataView':
      return method.startsWith('get') ? (method.includes('Big') ? { name: 'bigint' } : number) : undefined;
    case undefined:
      return undefined;
    default:
      if (!isByteView(receiver)) return undefined;
      if (/^(?:last)?[iI]ndexOf$|^(?:compare|copy)$/.test(method)) return number;
      if (/^(?:read|write)/.test(method)) return method.startsWith('readBig') ? { name: 'bigint' } : number;
      if (method === 'subarray' || method === 'slice' || method === 'fill') return receiver;
      return method === 'toString' ? text : undefined;
  }
}

function ofMember(
  sourceCode: TSESLint.SourceCode,
  node: TSESTree.MemberExpression,
  inner: (node: TSESTree.Node) => ValueType | undefined,
  depth: number,
): ValueType | undefined {
  if (node.object.type === 'ThisExpression') return ofProperty(sourceCode, node, depth);
  const name = memberName(node);
  const receiver = inner(node.object);
  if (!receiver) return undefined;
  if (name === 'length' || name === 'byteLength' || name === 'byteOffset') {
    return isByteView(receiver) || /^(?:string|Array|ArrayBuffer|DataView)$/.test(receiver.name)
      ? number
      : undefined;
  }
  if (name === 'buffer' && isByteView(receiver)) return { name: 'ArrayBuffer' };
  if (node.computed && isByteView(receiver)) return elementOf(receiver);
  return node.computed ? receiver.element : undefined;
}

/** `this.x` by the class's own declaration of x. */
function ofProperty(
  sourceCode: TSESLint.SourceCode,
  node: TSESTree.MemberExpression,
  depth: number,
): ValueType | undefined {
  const body = classAround(node);
  const member = body && memberOf(body, node);
  if (member?.type === 'TSParameterProperty') {
    const { parameter } = member;
    return parameter.type === 'Identifier' && !parameter.optional
      ? annotatedType(sourceCode, parameter.typeAnnotation?.typeAnnotation)
      : undefined;
  }
  if (member?.type !== 'PropertyDefinition' || member.optional) return undefined;
  if (member.typeAnnotation) return annotatedType(sourceCode, member.typeAnnotation.typeAnnotation);
  // Without an annotation only `readonly` and other TypeScript modifiers promise that the type stays.
  return member.readonly || member.accessibility ? typeOf(sourceCode, member.value, depth + 1) : undefined;
}

/** `Buffer.alloc(0)` in one of its spellings. */
export function isEmptyBuffer(sourceCode: TSESLint.SourceCode, node: TSESTree.Expression | null): boolean {
  return (
    node !== null &&
    /^Buffer\.(?:alloc(?:Unsafe)?\(0\)|from\((?:''|""|``|\[\])\)|concat\(\[\]\))$/.test(
      sourceCode.getText(node),
    )
  );
}

/** True when converting the value to a string, number or key runs no code of anybody: it is a primitive, whatever it is. */
export function isPrimitive(sourceCode: TSESLint.SourceCode, node: TSESTree.Node): boolean {
  switch (node.type) {
    case 'Literal':
      return !('regex' in node);
    case 'TemplateLiteral':
    case 'UnaryExpression':
    case 'UpdateExpression':
    case 'BinaryExpression':
      return true;
    case 'LogicalExpression':
      return isPrimitive(sourceCode, node.left) && isPrimitive(sourceCode, node.right);
    case 'ConditionalExpression':
      return isPrimitive(sourceCode, node.consequent) && isPrimitive(sourceCode, node.alternate);
    case 'AssignmentExpression':
      return node.operator !== '=' || isPrimitive(sourceCode, node.right);
    case 'SequenceExpression':
      return isPrimitive(sourceCode, node.expressions.at(-1)!);
    case 'TSNonNullExpression':
    case 'TSSatisfiesExpression':
      return isPrimitive(sourceCode, node.expression);
    case 'Identifier':
      return (
        (/^(?:undefined|NaN|Infinity)$/.test(node.name) && isGlobal(sourceCode, node)) ||
        isPrimitiveType(annotationOf(sourceCode, node)) ||
        primitives.has(typeOf(sourceCode, node)?.name ?? '')
      );
    case 'MemberExpression':
      return (
        isPrimitiveType(writtenType(sourceCode, node)) || primitives.has(typeOf(sourceCode, node)?.name ?? '')
      );
    default:
      return primitives.has(typeOf(sourceCode, node)?.name ?? '');
  }
}

/** `number | undefined`, `'a' | 1`: unions of primitives as they are written. */
function isPrimitiveType(type: TSESTree.TypeNode | undefined): boolean {
  if (type?.type === 'TSUnionType') return type.types.every(isPrimitiveType);
  return (
    type?.type === 'TSLiteralType' ||
    (type !== undefined && /^TS(?:String|Number|Boolean|BigInt|Null|Undefined)Keyword$/.test(type.type))
  );
}

function annotationOf(
  sourceCode: TSESLint.SourceCode,
  identifier: TSESTree.Identifier,
): TSESTree.TypeNode | undefined {
  const definitions = resolve(sourceCode, identifier)?.defs ?? [];
  const name = definitions.length === 1 ? (definitions[0]!.name as TSESTree.Node) : undefined;
  return name?.type === 'Identifier' ? name.typeAnnotation?.typeAnnotation : undefined;
}

const primitives = new Set(['string', 'number', 'boolean', 'bigint']);
