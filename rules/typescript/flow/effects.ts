import type { TSESLint, TSESTree } from '@typescript-eslint/utils';
import { classAround, functionOf, memberOf } from '../syntax/functions';
import {
  type FunctionNode,
  isFunction,
  isGlobal,
  isWriteTarget,
  memberName,
  resolve,
  unwrap,
} from '../syntax/nodes';
import { importedCallee, isBuiltIn } from '../types/bindings';
import { isPrimitive } from '../types/primitive';
import { isByteView } from '../types/value-type';
import { typeOf } from '../types/values';
import { code } from '../../wording';

/**
 * Where code may run that is not written at a place: calls, and what JavaScript calls without a call – accessors and
 * proxies, iterators, conversions (`valueOf`, `toString`, `toJSON`). What the file does not show to be quiet is not.
 */
export interface ForeignCode {
  readonly how: 'call' | 'read' | 'write' | 'convert' | 'iterate' | 'wait';
  /** What is called, read, written, converted or gone through. */
  readonly at: TSESTree.Node;
}

/** A function of the file is entered: what it does follows. */
export interface Entered {
  readonly how: 'enter';
  readonly at: TSESTree.Node;
  readonly fn: FunctionNode;
}

/**
 * Everything below a node that may run other code, functions that are only made left out, in source order.
 * @param within only what lies wholly between these offsets
 */
export function* effectsOf(
  sourceCode: TSESLint.SourceCode,
  root: TSESTree.Node,
  within?: readonly [start: number, end: number],
): Generator<ForeignCode | Entered> {
  yield* new Search(sourceCode, within).below(root, undefined);
}

/** The first of them that is not visible in the file; functions of the file are looked into. */
export function foreignCode(sourceCode: TSESLint.SourceCode, root: TSESTree.Node): ForeignCode | undefined {
  for (const effect of effectsOf(sourceCode, root)) if (effect.how !== 'enter') return effect;
  return undefined;
}

/** What the places are, for a sentence: "parse(), reading o.v and going through rows", each once. */
export function listForeign(sourceCode: TSESLint.SourceCode, places: readonly ForeignCode[]): string {
  const done = { call: '', read: 'reading ', write: 'setting ', convert: 'converting ', iterate: 'going through ', wait: 'waiting for ' }; // prettier-ignore
  const names = new Set<string>();
  const named = new Set(places.filter(({ how }) => how !== 'convert').map(({ at }) => at));
  for (const { how, at } of places) {
    // What is read or called is mostly converted, too: it is named once.
    const value = at.type === 'CallExpression' ? at.callee : at;
    if (how === 'convert' && named.has(value)) continue;
    names.add(`${done[how]}${code(`${sourceCode.getText(at)}${how === 'call' ? '()' : ''}`)}`);
  }
  const list = [...names];
  if (list.length > 3) return 'what is called and read meanwhile';
  return list.length < 2 ? list.join() : `${list.slice(0, -1).join(', ')} or ${list.at(-1)!}`;
}

class Search {
  readonly #entered = new Set<FunctionNode>();

  constructor(
    readonly sourceCode: TSESLint.SourceCode,
    readonly within: readonly [start: number, end: number] | undefined,
  ) {}

  /** @param call through which the place is reached, when it does not stand in the root itself */
  *below(node: TSESTree.Node, call: TSESTree.Node | undefined): Generator<ForeignCode | Entered> {
    const inside = !call && this.within;
    if (inside && (node.range[1] <= inside[0] || node.range[0] >= inside[1])) return;
    for (const key of this.sourceCode.visitorKeys[node.type] ?? []) {
      const value = (node as unknown as Record<string, unknown>)[key];
      for (const child of Array.isArray(value) ? value : [value]) {
        const part = child as TSESTree.Node | null | undefined;
        if (!part || typeof part.type !== 'string') continue;
        // A block may have thousands of statements: those outside cost no more than this.
        if (inside && (part.range[1] <= inside[0] || part.range[0] >= inside[1])) continue;
        if (this.#runs(part, node)) yield* this.below(part, call);
      }
    }
    // What a node does itself comes after its parts.
    if (inside && (node.range[0] < inside[0] || node.range[1] > inside[1])) return;
    for (const effect of this.#own(node)) {
      if (effect.how !== 'enter') {
        yield call ? { how: 'call', at: call } : effect;
        continue;
      }
      yield call ? { ...effect, at: call } : effect;
      if (this.#entered.has(effect.fn)) continue;
      this.#entered.add(effect.fn);
      for (const parameter of effect.fn.params) yield* this.below(parameter, call ?? effect.at);
      yield* this.below(effect.fn.body, call ?? effect.at);
    }
  }

  /** False for types, and for functions but those that a call gets: those may run before it returns. */
  #runs(part: TSESTree.Node, parent: TSESTree.Node): boolean {
    if (part.type.startsWith('TS') && !/^TS(?:As|NonNull|Satisfies|TypeAssertion|Enum|Export|Module|Parameter)/.test(part.type)) return false; // prettier-ignore
    if (isFunction(part)) return parent.type === 'CallExpression' && parent.callee !== part;
    // Initial values of fields run with the constructor.
    return !(parent.type === 'PropertyDefinition' && !parent.static && part === parent.value);
  }

  *#own(node: TSESTree.Node): Generator<ForeignCode | Entered> {
    switch (node.type) {
      case 'CallExpression':
      case 'NewExpression':
        return yield* this.#call(node);
      case 'TaggedTemplateExpression':
        return yield { how: 'call', at: node.tag };
      case 'ImportExpression':
      case 'Super':
      case 'Decorator':
      case 'JSXOpeningElement':
        return yield { how: 'call', at: node };
      case 'AwaitExpression':
      case 'YieldExpression':
        return yield { how: 'wait', at: node.argument ?? node };
      case 'MemberExpression':
        return yield* this.#member(node);
      case 'ObjectPattern':
      case 'ArrayPattern':
        return yield* this.#pattern(node);
      case 'BinaryExpression':
        return yield* this.#binary(node);
      case 'UnaryExpression':
        if (/^[-+~]$/.test(node.operator)) yield* this.#convert(node.argument);
        return;
      case 'UpdateExpression':
        return yield* this.#convert(node.argument);
      case 'AssignmentExpression':
        return yield* this.#assignment(node);
      case 'TemplateLiteral':
        if (node.parent.type !== 'TaggedTemplateExpression')
          for (const part of node.expressions) yield* this.#convert(part);
        return;
      case 'SpreadElement':
        return node.parent.type === 'ObjectExpression'
          ? yield* this.#reads(node.argument)
          : yield* this.#iterate(node.argument);
      case 'Property':
        if (node.computed) yield* this.#convert(node.key);
        return;
      case 'ForOfStatement':
        if (node.await) yield { how: 'wait', at: node.right };
        return yield* this.#iterate(node.right);
      case 'ForInStatement':
        return yield* this.#reads(node.right);
      default:
        return;
    }
  }

  *#convert(value: TSESTree.Node): Generator<ForeignCode> {
    if (!isPrimitive(this.sourceCode, value)) yield { how: 'convert', at: value };
  }

  *#iterate(list: TSESTree.Node): Generator<ForeignCode> {
    const type = typeOf(this.sourceCode, list);
    if (isByteView(type) || /^(?:Array|string|Map|Set)$/.test(type?.name ?? '')) return;
    yield { how: 'iterate', at: list };
  }

  /** All properties of an object are read. */
  *#reads(object: TSESTree.Node): Generator<ForeignCode> {
    if (!literalOf(this.sourceCode, object) && !isPlainList(this.sourceCode, object))
      yield { how: 'read', at: object };
  }

  *#member(node: TSESTree.MemberExpression): Generator<ForeignCode> {
    const { parent } = node;
    if ((parent.type === 'CallExpression' || parent.type === 'NewExpression') && parent.callee === node)
      return;
    if (node.computed) yield* this.#convert(node.property);
    if (isDataProperty(this.sourceCode, node)) return;
    yield { how: isWriteTarget(node) ? 'write' : 'read', at: node };
  }

  /** Only the outermost pattern's value is known. */
  *#pattern(node: TSESTree.ObjectPattern | TSESTree.ArrayPattern): Generator<ForeignCode> {
    const { parent } = node;
    const value =
      parent.type === 'VariableDeclarator'
        ? parent.init
        : parent.type === 'AssignmentExpression'
          ? parent.right
          : undefined;
    if (node.type === 'ArrayPattern' && value) return yield* this.#iterate(value);
    if (node.type === 'ObjectPattern' && value && literalOf(this.sourceCode, value)) return;
    yield { how: node.type === 'ArrayPattern' ? 'iterate' : 'read', at: value ?? node };
  }

  *#binary({ operator, left, right }: TSESTree.BinaryExpression): Generator<ForeignCode> {
    if (operator === '===' || operator === '!==') return;
    if (operator === 'in') {
      if (left.type !== 'PrivateIdentifier') yield* this.#convert(left);
      return yield* this.#reads(right);
    }
    if (operator === 'instanceof') {
      const known = right.type === 'Identifier' && isGlobal(this.sourceCode, right);
      if (!known) yield { how: 'read', at: right };
      return;
    }
    const loose = operator === '==' || operator === '!=';
    const isNull = (node: TSESTree.Node): boolean => node.type === 'Literal' && node.value === null;
    if (loose && (isNull(left) || isNull(right))) return;
    yield* this.#convert(left);
    yield* this.#convert(right);
  }

  *#assignment({ operator, left, right }: TSESTree.AssignmentExpression): Generator<ForeignCode> {
    // Elements of typed arrays are converted to numbers.
    if (left.type === 'MemberExpression' && isByteView(typeOf(this.sourceCode, left.object)))
      yield* this.#convert(right);
    if (operator === '=' || /^(?:\|\||&&|\?\?)=$/.test(operator)) return;
    yield* this.#convert(left);
    yield* this.#convert(right);
  }

  *#call(node: TSESTree.CallExpression | TSESTree.NewExpression): Generator<ForeignCode | Entered> {
    const { callee } = node;
    if (isFunction(callee)) return yield { how: 'enter', at: callee, fn: callee };
    if (callee.type === 'Identifier' && node.type === 'CallExpression') {
      const fn = functionOf(this.sourceCode, callee);
      if (fn) return yield { how: 'enter', at: callee, fn };
    }
    if (callee.type === 'MemberExpression' && callee.property.type === 'PrivateIdentifier') {
      const body = classAround(node);
      const method = callee.object.type === 'ThisExpression' && body ? memberOf(body, callee) : undefined;
      if (method?.type === 'MethodDefinition' && method.kind === 'method' && isFunction(method.value))
        return yield { how: 'enter', at: callee, fn: method.value };
    }
    const harmless = harmlessCall(this.sourceCode, node);
    if (!harmless) return yield { how: 'call', at: callee };
    if (harmless === 'converts nothing') return;
    for (const argument of node.arguments) {
      if (argument.type === 'SpreadElement' || isFunction(argument)) continue;
      if (!isInert(this.sourceCode, argument)) yield { how: 'convert', at: argument };
    }
  }
}

const listTypes = /^(?:Array|string|Map|Set|DataView|ArrayBuffer|number|boolean|bigint)$/;

function isPlainList(sourceCode: TSESLint.SourceCode, node: TSESTree.Node): boolean {
  const type = typeOf(sourceCode, node);
  return isByteView(type) || listTypes.test(type?.name ?? '');
}

/** Reading or writing it is no call: a field that its class declares, an element, a member of an enum or of a literal. */
function isDataProperty(sourceCode: TSESLint.SourceCode, node: TSESTree.MemberExpression): boolean {
  const { object } = node;
  if (object.type === 'ThisExpression') {
    const body = classAround(node);
    const member = body && memberOf(body, node);
    return member?.type === 'PropertyDefinition' || member?.type === 'TSParameterProperty';
  }
  if (object.type === 'Identifier') {
    // Math.PI, Number.MAX_SAFE_INTEGER; `import * as c`.
    if (isGlobal(sourceCode, object)) return true;
    const [definition] = resolve(sourceCode, object)?.defs ?? [];
    const declared = (definition?.node as TSESTree.Node | undefined)?.type;
    if (declared === 'TSEnumDeclaration' || declared === 'ImportNamespaceSpecifier') return true;
  }
  return isPlainList(sourceCode, object) || literalOf(sourceCode, object) !== undefined;
}

/** The object literal without accessors that a `const` of the file, or a property of one, always is. */
export function literalOf(
  sourceCode: TSESLint.SourceCode,
  expression: TSESTree.Node,
  depth = 0,
): TSESTree.ObjectExpression | undefined {
  if (depth > 4) return undefined;
  const node = unwrap(expression as TSESTree.Expression);
  if (node.type === 'ObjectExpression') {
    const accessors = node.properties.some((p) => p.type === 'SpreadElement' || p.kind !== 'init');
    return accessors ? undefined : node;
  }
  if (node.type === 'Identifier') {
    const definitions = resolve(sourceCode, node)?.defs ?? [];
    const declarator = definitions.length === 1 ? (definitions[0]!.node as TSESTree.Node) : undefined;
    if (declarator?.type !== 'VariableDeclarator' || declarator.parent.kind !== 'const') return undefined;
    if (declarator.id.type !== 'Identifier' || !declarator.init) return undefined;
    return literalOf(sourceCode, declarator.init, depth + 1);
  }
  if (node.type !== 'MemberExpression') return undefined;
  const name = memberName(node);
  const property = literalOf(sourceCode, node.object, depth + 1)?.properties.find(
    (p) => p.type === 'Property' && !p.computed && p.key.type === 'Identifier' && p.key.name === name,
  );
  return property?.type === 'Property' ? literalOf(sourceCode, property.value, depth + 1) : undefined;
}

/** A built-in function may convert it and take it apart without running anybody's code. */
function isInert(sourceCode: TSESLint.SourceCode, node: TSESTree.Node): boolean {
  if (isPrimitive(sourceCode, node)) return true;
  if (node.type === 'ObjectExpression') {
    return node.properties.every(
      (p) => p.type === 'Property' && p.kind === 'init' && isInert(sourceCode, p.value),
    );
  }
  if (node.type === 'ArrayExpression')
    return node.elements.every((e) => e !== null && e.type !== 'SpreadElement' && isInert(sourceCode, e));
  if (node.type === 'Literal') return true;
  const type = typeOf(sourceCode, node);
  if (type?.name === 'Array') return primitives.test(type.element?.name ?? '');
  return isByteView(type) || /^(?:ArrayBuffer|DataView|RegExp)$/.test(type?.name ?? '');
}

const primitives = /^(?:string|number|boolean|bigint)$/;

const pureGlobals = new Set([
  'String', 'Number', 'Boolean', 'BigInt', 'parseInt', 'parseFloat', 'isNaN', 'isFinite', 'Symbol',
]); // prettier-ignore
const pureObjects = new Set([
  'Math', 'Number', 'String', 'Buffer', 'Date', 'Atomics', 'ArrayBuffer', 'Array', 'BigInt', 'performance',
]); // prettier-ignore
const errors = /^(?:\w*Error)$/;
/** Methods of built-in objects that call what they are given. */
const callsBack =
  /^(?:every|some|forEach|map|filter|find\w*|reduce\w*|flatMap|sort|toSorted|replace\w*|then|catch|finally|from|getOrInsertComputed)$/;
/** They take their arguments as they are. */
const keepsAsIs =
  /^(?:push|unshift|includes|indexOf|lastIndexOf|isArray|isBuffer|isView|has|get|add|delete|clear|isInteger|isSafeInteger)$/;
/** Methods of arrays that convert the elements. */
const convertsElements = /^(?:join|toString|toLocaleString|sort|toSorted)$/;

/** Functions of Node's modules that read or fill a buffer and return, by module. */
export const syncOfModule: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  ['fs', new Set(['readSync', 'writeSync', 'writeFileSync', 'appendFileSync'])],
  ['crypto', new Set(['timingSafeEqual', 'hash'])],
  ['zlib', new Set(['deflateSync', 'inflateSync', 'gzipSync', 'gunzipSync', 'deflateRawSync', 'inflateRawSync', 'brotliCompressSync', 'brotliDecompressSync', 'unzipSync', 'crc32'])],
]); // prettier-ignore

/** A call of something built in, which by itself does not come back to the file's own functions. */
function harmlessCall(
  sourceCode: TSESLint.SourceCode,
  call: TSESTree.CallExpression | TSESTree.NewExpression,
): 'converts its arguments' | 'converts nothing' | undefined {
  const { callee } = call;
  const harmless = (is: boolean) => (is ? ('converts its arguments' as const) : undefined);
  if (callee.type === 'Identifier' && isGlobal(sourceCode, callee)) {
    if (call.type === 'NewExpression')
      return harmless(typeOf(sourceCode, call) !== undefined || errors.test(callee.name));
    return harmless(pureGlobals.has(callee.name) || errors.test(callee.name));
  }
  if (callee.type !== 'Identifier' && callee.type !== 'MemberExpression') return undefined;
  const imported = importedCallee(sourceCode, callee);
  if (imported) {
    const known = syncOfModule.get(imported.module)?.has(imported.name) || imported.module === 'crypto';
    return known ? 'converts nothing' : undefined;
  }
  if (callee.type !== 'MemberExpression') return undefined;
  const method = memberName(callee);
  if (method === undefined) return undefined;
  const { object } = callee;
  if (call.type === 'NewExpression') {
    return harmless(object.type === 'Identifier' && object.name === 'Intl' && isGlobal(sourceCode, object));
  }
  const inline = call.arguments.every((a) => isFunction(a) || isPrimitive(sourceCode, a));
  const takesCallback = callsBack.test(method) && !inline;
  const pure = object.type === 'Identifier' && pureObjects.has(object.name) && isBuiltIn(sourceCode, object);
  if (pure) {
    if (keepsAsIs.test(method)) return 'converts nothing';
    return harmless(!takesCallback || (object.name === 'Buffer' && call.arguments.every((a) => isInert(sourceCode, a)))); // prettier-ignore
  }
  const receiver = typeOf(sourceCode, object);
  if (!receiver || takesCallback) return undefined;
  if (receiver.name === 'Array' && convertsElements.test(method)) {
    const compared = /ort/.test(method) && call.arguments.length > 0;
    if (!compared && !primitives.test(receiver.element?.name ?? '')) return undefined;
  }
  const kept = keepsAsIs.test(method) && /^(?:Array|Map|Set|WeakMap|WeakSet)$/.test(receiver.name);
  return kept ? 'converts nothing' : 'converts its arguments';
}
