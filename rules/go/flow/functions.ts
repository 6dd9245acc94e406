import type { Node } from 'web-tree-sitter';
import type { GoFile } from '../rule';
import { isFunction, statementsOf, unparenthesised } from '../syntax/nodes';
import { packageNames } from '../syntax/package-names';
import { buildGraph, type Ending } from './build-graph';
import { calleeOf, methodsNamed, type OwnFunction } from './calls';
import type { Graph } from './graph';
import { libraryEnding } from './library';

/** The graphs of the functions of a package, and which of the functions never return: each question needs the other. */

const graphs = new WeakMap<GoFile, Map<number, Graph>>();

/** The control-flow graph of a function declaration, method declaration or function literal of the file; built once. */
export function graphOf(file: GoFile, fn: Node): Graph {
  let known = graphs.get(file);
  if (!known) graphs.set(file, (known = new Map<number, Graph>()));
  let graph = known.get(fn.id);
  if (!graph) known.set(fn.id, (graph = buildGraph(fn, (call) => endingOf(file, call))));
  return graph;
}

/** The graph of the innermost function around the node, the node itself left out; undefined at package level. */
export function graphAround(file: GoFile, node: Node): Graph | undefined {
  for (let at = node.parent; at; at = at.parent) if (isFunction(at)) return graphOf(file, at);
  return undefined;
}

/** How a call ends that never comes back: in a panic, or with the program or goroutine. Undefined: it comes back, or may. */
export function endingOf(file: GoFile, call: Node): Ending {
  if (!mayNotReturn(file, call)) return undefined;
  const callee = calleeOf(file, call);
  switch (callee.kind) {
    case 'builtin':
      return callee.name === 'panic' ? 'panic' : undefined;
    case 'foreign': {
      // A type of the package may stand in for an interface such as testing.TB.
      const method = callee.name.slice(callee.name.lastIndexOf('.') + 1);
      if (methodsNamed(file.pkg, method).length > 0 && isInterface.test(callee.name)) return undefined;
      return libraryEnding(callee.name);
    }
    case 'own':
      return endingOfFunction(callee);
    default:
      return undefined;
  }
}

const isInterface = /^testing\.TB\./;

/** What the callee is takes time to find: asked only of names that may belong to a function that never returns. */
function mayNotReturn(file: GoFile, call: Node): boolean {
  const callee = unparenthesised(call.childForFieldName('function') ?? call);
  if (callee.type === 'func_literal') return true;
  const method = callee.type === 'selector_expression' ? callee.childForFieldName('field')?.text : undefined;
  if (method !== undefined)
    return (
      /^(?:Exit|Goexit|Fatal\w*|Panic\w*|FailNow|Skip\w*)$/.test(method) ||
      methodsNamed(file.pkg, method).length > 0
    );
  return callee.text === 'panic' || callee.type !== 'identifier' || isCallable(file, callee.text);
}

function isCallable(file: GoFile, name: string): boolean {
  const { functions, declared } = packageNames(file.pkg);
  // Of a name that the package does not declare, a local variable may hold a literal.
  return functions.has(name) || !declared.has(name);
}

const endings = new WeakMap<GoFile, Map<number, Ending>>();

/** The same of a function of the package, whatever it is given. */
export function endingOfFunction({ fn, file }: OwnFunction): Ending {
  let known = endings.get(file);
  if (!known) endings.set(file, (known = new Map<number, Ending>()));
  if (known.has(fn.id)) return known.get(fn.id);
  // A function that calls itself returns as far as this call knows.
  known.set(fn.id, undefined);
  const ending = mayEndWithout(fn) ? graphEnding(graphOf(file, fn)) : undefined;
  known.set(fn.id, ending);
  return ending;
}

function graphEnding(graph: Graph): Ending {
  if (graph.exit.order >= 0) return undefined;
  if (graph.panicked.order < 0) return 'ends';
  // A deferred call may recover: then the function returns after all.
  return graph.deferred.length > 0 ? undefined : 'panic';
}

/** The body ends in a statement behind which nothing may be reached; else there is no need for its graph. */
function mayEndWithout(fn: Node): boolean {
  const body = fn.childForFieldName('body');
  const last = body && statementsOf(body).at(-1);
  return (
    last != null &&
    /^(?:expression|for|select|if|goto|labeled|expression_switch|type_switch)_statement$|^block$/.test(
      last.type,
    )
  );
}
