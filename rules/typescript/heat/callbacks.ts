import type { TSESLint, TSESTree } from '@typescript-eslint/utils';
import { iteratingMethods } from '../flow/loops';
import { type FunctionNode, memberName, methodName, resolve } from '../syntax/nodes';
import { entryPoint, entryPointNames, entryPointWords, isRouterType, perFrame } from './entry-points';

/** Well-known callbacks: which of them run per element, per request, per frame or in a test. */

export { perFrame };

export interface CallbackRole {
  readonly kind: 'iteration' | 'handler' | 'test';
  readonly text: string;
}

const testing = new Set(['describe', 'it', 'test', 'suite', 'before', 'after', 'beforeEach', 'afterEach', 'beforeAll', 'afterAll']); // prettier-ignore
const verbs = new Set(['get', 'post', 'put', 'delete', 'patch', 'head', 'options', 'all', 'use', 'any']);
const perFrameFunctions = new Set(['requestAnimationFrame', 'useFrame']);
const perFrameMethods = new Set([
  'requestAnimationFrame',
  'setAnimationLoop',
  'runRenderLoop',
  'registerBeforeRender',
]);
const events = new Map([
  ['request', 'request handler'],
  ['message', 'runs for each message'],
  ['data', 'runs for each chunk of a stream'],
  ['readable', 'runs for each chunk of a stream'],
  ['line', 'runs for each line'],
  ['row', 'runs for each row'],
  ['record', 'runs for each record'],
  ['packet', 'runs for each packet'],
  ['frame', perFrame],
  ['tick', perFrame],
  ['mousemove', 'runs for each movement'],
  ['pointermove', 'runs for each movement'],
  ['touchmove', 'runs for each movement'],
  ['scroll', 'runs for each movement'],
  ['wheel', 'runs for each movement'],
]);
const routers = new Set([
  'express',
  'fastify',
  'Fastify',
  'Koa',
  'Hono',
  'Router',
  'KoaRouter',
  'polka',
  'restify',
]);
const requestHooks = new Set(['onRequest', 'preParsing', 'preValidation', 'preHandler', 'preSerialization', 'onSend', 'onResponse']); // prettier-ignore

/** Names that a framework calls a function by; see propertyRole. */
const properties = ['fetch', 'handler', 'transform', 'write', '_transform', '_write', 'process'];
const routeExports = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'];

const roleNames = [
  ...iteratingMethods, ...perFrameFunctions, ...perFrameMethods, 'createServer', ...routers, ...requestHooks, ...properties,
  ...routeExports, ...events.keys(), ...entryPointWords, 'setInterval',
]; // prettier-ignore

/**
 * Finds in a text what a function with a role needs: one of the names above, `Array.from`, or a route ("/…"). Also where
 * there is none; never not where there is one.
 */
export const roleWords = new RegExp(
  `(?<![\\w$])(?:${roleNames.join('|')})(?![\\w$])|\\bArray\\s*[.?[/]|['"]/`,
);

const callbackTakers = new Set([
  ...iteratingMethods, ...verbs, ...perFrameFunctions, ...perFrameMethods, 'createServer', 'on', 'addListener', 'addEventListener',
  'addHook', 'from', 'setInterval',
]); // prettier-ignore

/** Whether a callback may have a role when it is passed to a function or method of this name: see callbackRole. */
export const takesCallback = (name: string): boolean => callbackTakers.has(name);

/**
 * Whether a call of a function or method of this name hands a callback over that runs per request, message or frame; by the names alone.
 * @param first the text of the first argument, if it is one
 */
export function isHandlerOf(name: string | undefined, first: string | undefined): boolean {
  if (name === undefined) return false;
  if (perFrameFunctions.has(name) || perFrameMethods.has(name) || name === 'createServer') return true;
  if (name === 'on' || name === 'addListener' || name === 'addEventListener')
    return first !== undefined && events.has(first);
  if (name === 'addHook') return first !== undefined && requestHooks.has(first);
  return verbs.has(name) && first?.startsWith('/') === true;
}

/** Functions with other names have no role by their name alone: see propertyRole. */
export const frameworkNames: ReadonlySet<string> = new Set([
  ...properties,
  ...routeExports,
  ...entryPointNames,
]);

/** What passing `callback` to this call says about how often it runs. */
export function callbackRole(
  sourceCode: TSESLint.SourceCode,
  call: TSESTree.CallExpression | TSESTree.NewExpression,
  callback: TSESTree.Node,
): CallbackRole | undefined {
  const position = call.arguments.indexOf(callback as TSESTree.CallExpressionArgument);
  if (position < 0) return undefined;
  if (call.type === 'NewExpression') return undefined;
  const { callee } = call;
  const method = methodName(call);
  const name = callee.type === 'Identifier' ? callee.name : undefined;

  const root = rootOf(callee);
  if (root && testing.has(root.name) && !isLocal(sourceCode, root))
    return { kind: 'test', text: 'in a test' };
  if ((name && perFrameFunctions.has(name)) || (method && perFrameMethods.has(method))) {
    return { kind: 'handler', text: perFrame };
  }
  if (name === 'setInterval' && position === 0 && isShort(call.arguments[1]))
    return { kind: 'handler', text: 'runs on each tick of a timer' };
  if (name === 'createServer' || method === 'createServer')
    return { kind: 'handler', text: 'request handler' };
  if (!method || callee.type !== 'MemberExpression') return undefined;

  const first = call.arguments[0];
  const firstText = first?.type === 'Literal' && typeof first.value === 'string' ? first.value : undefined;
  if (method === 'on' || method === 'addListener' || method === 'addEventListener') {
    const event = firstText === undefined ? undefined : events.get(firstText);
    return event ? { kind: 'handler', text: event } : undefined;
  }
  if (method === 'addHook' && firstText !== undefined && requestHooks.has(firstText)) {
    return { kind: 'handler', text: 'request handler' };
  }
  if (verbs.has(method) && position > 0 && firstText?.startsWith('/'))
    return { kind: 'handler', text: 'request handler' };
  if (method === 'use' && isRouter(sourceCode, callee.object))
    return { kind: 'handler', text: 'request handler' };
  if (iteratingMethods.has(method) && position === 0) {
    return { kind: 'iteration', text: `in a loop: the callback of ${method}()` };
  }
  if (
    method === 'from' &&
    position === 1 &&
    callee.object.type === 'Identifier' &&
    callee.object.name === 'Array'
  ) {
    return { kind: 'iteration', text: 'in a loop: the callback of Array.from()' };
  }
  return undefined;
}

/** A timer that ticks ten times a second or more often, as far as the text says. */
function isShort(interval: TSESTree.CallExpressionArgument | undefined): boolean {
  return interval?.type === 'Literal' && typeof interval.value === 'number' && interval.value <= 100;
}

/** Functions that a framework calls by their shape, or by the property or export they stand in. */
export function propertyRole(sourceCode: TSESLint.SourceCode, node: FunctionNode): CallbackRole | undefined {
  const shape = entryPoint(sourceCode, node);
  if (shape !== undefined) return { kind: 'handler', text: shape };
  const owner = node.parent;
  if (
    owner.type === 'Property' &&
    owner.key.type === 'Identifier' &&
    owner.parent.type === 'ObjectExpression'
  ) {
    const holder = owner.parent.parent;
    const call = holder.type === 'CallExpression' || holder.type === 'NewExpression' ? holder : undefined;
    const called = call && (call.callee.type === 'Identifier' ? call.callee.name : methodName(call));
    const key = owner.key.name;
    if (key === 'fetch' && (holder.type === 'ExportDefaultDeclaration' || called === 'serve')) {
      return { kind: 'handler', text: 'request handler' };
    }
    if (key === 'handler' && called === 'route') return { kind: 'handler', text: 'request handler' };
    if ((key === 'transform' || key === 'write') && called && /^(?:Transform|Writable|Duplex)/.test(called)) {
      return { kind: 'handler', text: 'runs for each chunk of a stream' };
    }
  }
  if (owner.type === 'MethodDefinition' && owner.key.type === 'Identifier') {
    const base = owner.parent.parent.superClass;
    const baseName =
      base?.type === 'Identifier'
        ? base.name
        : base?.type === 'MemberExpression'
          ? memberName(base)
          : undefined;
    const key = owner.key.name;
    if ((key === '_transform' || key === '_write') && baseName) {
      return { kind: 'handler', text: 'runs for each chunk of a stream' };
    }
    if (key === 'process' && baseName === 'AudioWorkletProcessor') {
      return { kind: 'handler', text: 'runs for each block of audio' };
    }
  }
  if (
    node.type === 'FunctionDeclaration' &&
    owner.type === 'ExportNamedDeclaration' &&
    node.id !== null &&
    routeExports.includes(node.id.name)
  ) {
    return { kind: 'handler', text: 'request handler' };
  }
  return undefined;
}

/** `it` of `it(…)`, `it.only(…)`, `it.each(…)(…)`. */
function rootOf(callee: TSESTree.Expression): TSESTree.Identifier | undefined {
  let at: TSESTree.Expression = callee;
  for (;;) {
    if (at.type === 'Identifier') return at;
    if (at.type === 'MemberExpression') at = at.object;
    else if (at.type === 'CallExpression') at = at.callee;
    else if (at.type === 'TaggedTemplateExpression') at = at.tag;
    else return undefined;
  }
}

/** Declared in the file, and neither by an import nor as what others define (`declare`). */
function isLocal(sourceCode: TSESLint.SourceCode, identifier: TSESTree.Identifier): boolean {
  return (resolve(sourceCode, identifier)?.defs ?? []).some(
    ({ node }) =>
      node.type !== 'ImportSpecifier' &&
      node.type !== 'TSDeclareFunction' &&
      !(node.type === 'VariableDeclarator' && node.parent.declare),
  );
}

function isRouter(sourceCode: TSESLint.SourceCode, receiver: TSESTree.Expression): boolean {
  if (receiver.type !== 'Identifier') return false;
  const found = resolve(sourceCode, receiver)?.defs[0];
  if (found?.type === 'Parameter' && found.name.type === 'Identifier')
    return isRouterType(found.name.typeAnnotation?.typeAnnotation);
  const definition = found?.node;
  if (definition?.type !== 'VariableDeclarator' || !definition.init) return false;
  const made = definition.init;
  if (made.type !== 'CallExpression' && made.type !== 'NewExpression') return false;
  const name = made.callee.type === 'Identifier' ? made.callee.name : methodName(made);
  return name !== undefined && routers.has(name);
}
