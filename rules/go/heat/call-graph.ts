import type { Node } from 'web-tree-sitter';
import { calleeOf, methodsNamed, type OwnFunction } from '../flow/calls';
import type { GoFile, GoPackage } from '../rule';
import { namesAround } from '../syntax/names';
import { qualified } from '../syntax/nodes';
import { packageNames } from '../syntax/package-names';
import { receiverType } from '../syntax/signatures';
import { checked } from '../types/types';

/** A function of the package may be run from here. */
export interface Edge {
  /** The function declaration around `at`; undefined at package level. */
  readonly from: OwnFunction | undefined;
  readonly to: OwnFunction;
  readonly file: GoFile;
  /** The call, or the name that makes a value of the function. */
  readonly at: Node;
  /** Of the runs of `at`, 0 to 1: an interface's method may be any of several. */
  readonly share: number;
  /** The function is not called here: whoever gets its value calls it. */
  readonly isValue: boolean;
}

/** Who runs whom: by name, through interfaces by the method's name, and by function values, which run about as often as they are made. */
export interface CallGraph {
  /** The declarations of the package, and of its tests in a package of their own. */
  readonly functions: readonly OwnFunction[];
  readonly into: (to: OwnFunction) => readonly Edge[];
  readonly out: (from: OwnFunction) => readonly Edge[];
}

/** Two that are the same have the same key. */
export function keyOf({ file, fn }: OwnFunction): string {
  let known = keys.get(fn);
  if (known === undefined) keys.set(fn, (known = `${file.path} ${fn.startIndex}`));
  return known;
}

const keys = new WeakMap<Node, string>();

export function callGraphOf(pkg: GoPackage): CallGraph {
  const functions: OwnFunction[] = [];
  const into = new Map<string, Edge[]>();
  const out = new Map<string, Edge[]>();
  const add = (map: Map<string, Edge[]>, key: string, edge: Edge): void => {
    const edges = map.get(key);
    if (edges) edges.push(edge);
    else map.set(key, [edge]);
  };
  const exported = exportedNames(pkg);
  for (const file of [...pkg.files, ...(pkg.externalTests?.files ?? [])]) {
    for (const node of file.root.namedChildren) {
      const from = /^(?:function|method)_declaration$/.test(node.type) ? { fn: node, file } : undefined;
      if (from) functions.push(from);
      else if (node.type !== 'var_declaration') continue;
      for (const edge of edgesIn(file, node, from, exported)) {
        add(into, keyOf(edge.to), edge);
        if (from) add(out, keyOf(from), edge);
      }
    }
  }
  return {
    functions,
    into: (to) => into.get(keyOf(to)) ?? [],
    out: (from) => out.get(keyOf(from)) ?? [],
  };
}

/** The package's functions as `calleeOf` names them for another package: its tests. */
function exportedNames(pkg: GoPackage): ReadonlyMap<string, OwnFunction> {
  const found = new Map<string, OwnFunction>();
  if (!pkg.externalTests) return found;
  const { functions, methods } = packageNames(pkg);
  for (const [name, { node, file }] of functions) found.set(`${pkg.importPath}.${name}`, { fn: node, file });
  for (const { node, file } of methods)
    found.set([pkg.importPath, receiverType(node), node.childForFieldName('name')?.text].join('.'), {
      fn: node,
      file,
    });
  return found;
}

function* edgesIn(
  file: GoFile,
  node: Node,
  from: OwnFunction | undefined,
  exported: ReadonlyMap<string, OwnFunction>,
): Generator<Edge> {
  for (const at of node.descendantsOfType('call_expression')) {
    const targets = targetsOf(file, at, exported);
    // One of several may be meant, or none of them.
    const share = targets.length === 1 ? 1 : 1 / (2 * targets.length);
    for (const to of targets) yield { from, to, file, at, share, isValue: false };
  }
  for (const { at, to } of valuesIn(file, node)) yield { from, to, file, at, share: 1, isValue: true };
}

/** The declarations that the call may run. */
function targetsOf(
  file: GoFile,
  call: Node,
  exported: ReadonlyMap<string, OwnFunction>,
): readonly OwnFunction[] {
  const callee = calleeOf(file, call);
  switch (callee.kind) {
    case 'own':
      return /_declaration$/.test(callee.fn.type) ? [{ fn: callee.fn, file: callee.file }] : [];
    case 'method':
      return callee.own;
    case 'foreign': {
      const tested = exported.get(callee.name);
      return tested ? [tested] : behindInterface(file, call);
    }
    default:
      return [];
  }
}

/** Methods of the package that the method of another package's interface may be. */
function behindInterface(file: GoFile, call: Node): readonly OwnFunction[] {
  const callee = call.childForFieldName('function');
  if (callee?.type !== 'selector_expression' || qualified(callee, file.imports)) return [];
  if (checked(call, file)?.callee?.way !== 'dynamic') return [];
  return methodsNamed(file.pkg, callee.childForFieldName('field')?.text ?? '');
}

/** The functions and methods of the package that are used as values. */
function* valuesIn(file: GoFile, node: Node): Generator<{ readonly at: Node; readonly to: OwnFunction }> {
  const { functions } = packageNames(file.pkg);
  for (const at of node.descendantsOfType('identifier')) {
    const own = functions.get(at.text);
    if (!own || isCallee(at) || at.parent?.id === own.node.id) continue;
    if (!namesAround(file.root, at).resolve(at)) yield { at, to: { fn: own.node, file: own.file } };
  }
  for (const at of node.descendantsOfType('selector_expression')) {
    if (isCallee(at)) continue;
    const methods = methodsNamed(file.pkg, at.childForFieldName('field')?.text ?? '');
    if (methods.length === 0) continue;
    const known = checked(at, file);
    if (known?.type.kind !== 'function' || known.mode === 'variable') continue;
    for (const to of methods) yield { at, to };
  }
}

/** `f` of `f(x)` and `f[int](x)`. */
function isCallee(node: Node): boolean {
  const { parent } = node;
  if (/^(?:index|type_instantiation)_expression$/.test(parent?.type ?? ''))
    return parent!.namedChild(0)?.id === node.id && isCallee(parent!);
  return parent?.type === 'call_expression' && node.equals(parent.childForFieldName('function') ?? parent);
}
