import type { Node } from 'web-tree-sitter';
import type { GoFile, GoPackage } from '../rule';
import { calleeOf, methodsNamed, type OwnFunction } from '../flow/calls';
import { circlesOf } from '../flow/circles';
import { errorPathOf } from '../flow/error-paths';
import { loopsAround } from '../flow/loops';
import { isBenchmark, isTimed } from './benchmarks';
import { entryPointAround, entryPointOf } from './entry-points';
import { enclosingDeclaration, qualified } from '../syntax/nodes';
import { checked } from '../types/types';

/**
 * How often the functions of a package run, estimated from its call graph: 1 is once for each call from outside. Calls lead on with
 * a factor for where they stand, and what entry points run keeps coming. The factors are those of S. Wu and J. Larus, "Static
 * branch frequency and program profile analysis" (1994) in spirit, and set by eye in size.
 */
export interface Frequency {
  readonly runs: number;
  /** The call that most of it comes from; undefined where nothing of the package calls it, or nothing more than once. */
  readonly from: CalledFrom | undefined;
}

export interface CalledFrom {
  readonly file: GoFile;
  readonly call: Node;
  /** "called in a loop", "called from ServeHTTP → lookup". */
  readonly text: string;
}

/** Iterations of a loop whose number is not known. */
const perLoop = 8;
/** What a framework calls, against what a caller calls once. */
const perEntryPoint = 16;
/** A branch is taken or not; one that leaves, rarely. */
const perBranch = 0.7;
const perCase = 0.5;
/** A function that calls itself does so a few times. */
const perCircle = 2;
/** More than this nobody can tell from the text. */
const most = 4096;

const cache = new WeakMap<GoPackage, ReadonlyMap<string, Frequency>>();

/** Of the function declaration or method declaration; undefined for anything else. */
export function frequencyOf(file: GoFile, declaration: Node): Frequency | undefined {
  let known = cache.get(file.pkg);
  if (!known) cache.set(file.pkg, (known = frequencies(file.pkg)));
  return known.get(keyOf({ file, fn: declaration }));
}

interface Edge {
  readonly from: OwnFunction;
  readonly to: OwnFunction;
  readonly call: Node;
  /** How often the call runs for each run of `from`, divided among what an interface's method may be. */
  readonly factor: number;
  /** Runs of its own: the call stands in an entry point within `from`, or in the timed part of a benchmark. */
  readonly own: { readonly runs: number; readonly text: string } | undefined;
  readonly loops: number;
}

function frequencies(pkg: GoPackage): Map<string, Frequency> {
  const functions: OwnFunction[] = [];
  for (const file of pkg.files)
    for (const fn of file.root.namedChildren)
      if (/^(?:function|method)_declaration$/.test(fn.type)) functions.push({ fn, file });
  const into = new Map<string, Edge[]>();
  const out = new Map<string, Edge[]>();
  const add = (map: Map<string, Edge[]>, key: string, edge: Edge): void => {
    const edges = map.get(key);
    if (edges) edges.push(edge);
    else map.set(key, [edge]);
  };
  for (const from of functions) {
    for (const edge of edgesFrom(from)) {
      add(into, keyOf(edge.to), edge);
      add(out, keyOf(from), edge);
    }
  }
  const found = new Map<string, Frequency>();
  // Each circle stands behind those that it calls: callers first.
  const circles = circlesOf(
    functions,
    (fn) => (out.get(keyOf(fn)) ?? []).map(({ to }) => to),
    keyOf,
  ).reverse();
  for (const circle of circles) {
    const members = new Set(circle.map(keyOf));
    const isCircle =
      circle.length > 1 || (into.get(keyOf(circle[0]!)) ?? []).some(({ from }) => members.has(keyOf(from)));
    for (const own of circle) {
      const edges = (into.get(keyOf(own)) ?? []).filter(({ from }) => !members.has(keyOf(from)));
      found.set(keyOf(own), sum(own, edges, isCircle && edges.length > 0 ? perCircle : 1, found));
    }
  }
  return found;
}

function sum(
  own: OwnFunction,
  edges: readonly Edge[],
  times: number,
  found: ReadonlyMap<string, Frequency>,
): Frequency {
  let runs = 0;
  let [heaviest, most_]: [Edge | undefined, number] = [undefined, 1];
  for (const edge of edges) {
    const caller = found.get(keyOf(edge.from));
    const through = (edge.own?.runs ?? caller?.runs ?? 1) * edge.factor;
    runs += through;
    if (through > most_) [heaviest, most_] = [edge, through];
  }
  if (entryPointOf(own.file, own.fn)) runs = Math.max(runs, perEntryPoint);
  // Other packages call what is exported, and nobody knows who calls what nothing calls by name.
  const total = Math.min(most, Math.max(1, runs * times));
  if (!heaviest) return { runs: total, from: undefined };
  const { from, call } = heaviest;
  return { runs: total, from: { file: from.file, call, text: textOf(heaviest, found) } };
}

function textOf({ from, own, loops }: Edge, found: ReadonlyMap<string, Frequency>): string {
  if (own) return `called in ${own.text.replace(/^in /, '')}`;
  const chain = [nameOf(from)];
  let caller = found.get(keyOf(from))?.from;
  for (let depth = 0; caller && depth < 3; depth++) {
    const declaration = enclosingDeclaration(caller.call);
    const next: OwnFunction | undefined = declaration && { fn: declaration, file: caller.file };
    if (!next) break;
    chain.unshift(nameOf(next));
    caller = found.get(keyOf(next))?.from;
  }
  const inLoop = loops > 0 ? ', in a loop' : '';
  return chain.length === 1 && loops > 0 ? 'called in a loop' : `called from ${chain.join(' → ')}${inLoop}`;
}

function nameOf({ fn }: OwnFunction): string {
  return fn.childForFieldName('name')?.text ?? '';
}

function keyOf({ file, fn }: OwnFunction): string {
  return `${file.path} ${fn.startIndex}`;
}

function* edgesFrom(from: OwnFunction): Generator<Edge> {
  const { file, fn } = from;
  const test = file.path.endsWith('_test.go');
  const benchmark = isBenchmark(fn);
  if (test && !benchmark) return;
  for (const call of fn.descendantsOfType('call_expression')) {
    const targets = targetsOf(file, call);
    if (targets.length === 0 || errorPathOf(file, call)) continue;
    if (benchmark && !isTimed(call)) continue;
    const entry = benchmark ? { runs: perLoop, text: 'a benchmark' } : ofEntryPoint(file, call);
    const loops = loopsAround(file, call).length - (benchmark ? 1 : 0);
    const factor = perLoop ** Math.min(Math.max(loops, 0), 3) * branchFactor(call, fn);
    for (const { to, share } of targets) yield { from, to, call, factor: factor * share, own: entry, loops };
  }
}

function ofEntryPoint(file: GoFile, call: Node): Edge['own'] {
  const entry = entryPointAround(file, call);
  return entry && { runs: perEntryPoint, text: entry.text };
}

/** The declarations that the call may run, and which part of it each gets. */
function targetsOf(file: GoFile, call: Node): { to: OwnFunction; share: number }[] {
  const callee = calleeOf(file, call);
  if (callee.kind === 'own')
    return /_declaration$/.test(callee.fn.type)
      ? [{ to: { fn: callee.fn, file: callee.file }, share: 1 }]
      : [];
  const named =
    callee.kind === 'method' ? callee.own : callee.kind === 'foreign' ? behindInterface(file, call) : [];
  // One of several may be meant, or none of them.
  const share = named.length === 1 ? 1 : 1 / (2 * named.length);
  return named.map((to) => ({ to, share }));
}

/** Methods of the package that the method of another package's interface may be. */
function behindInterface(file: GoFile, call: Node): readonly OwnFunction[] {
  const callee = call.childForFieldName('function');
  if (callee?.type !== 'selector_expression' || qualified(callee, file.imports)) return [];
  if (checked(call, file)?.callee?.way !== 'dynamic') return [];
  return methodsNamed(file.pkg, callee.childForFieldName('field')?.text ?? '');
}

function branchFactor(call: Node, fn: Node): number {
  let factor = 1;
  for (let at: Node = call; at.parent && at.id !== fn.id; at = at.parent) {
    const { parent } = at;
    if (parent.type === 'if_statement' && at.type === 'block') factor *= perBranch;
    else if (/^(?:expression|type|communication|default)_case$/.test(parent.type)) factor *= perCase;
  }
  return factor;
}
