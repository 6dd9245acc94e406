import type { Node } from 'web-tree-sitter';
import type { OwnFunction } from '../flow/calls';
import { circlesOf } from '../flow/circles';
import { loopsAround } from '../flow/loops';
import type { GoFile, GoPackage } from '../rule';
import { hotDirective } from '../syntax/directives';
import { enclosingDeclaration } from '../syntax/nodes';
import { timedBody } from './benchmarks';
import { blockFrequency } from './block-frequency';
import { callGraphOf, keyOf, type CallGraph, type Edge } from './call-graph';
import { entryPointAround, entryPointOf } from './entry-points';
import { perLoop, perProgram } from '../../factors';
import { purposeOf, type Purpose } from './purpose';
import { isTool } from './tools';

/**
 * How often code runs, estimated for a whole package: 1 is once for each call from outside. Frequencies begin at entry points, are handed on
 * along the call graph, and are multiplied by how often each call runs in its function.
 */
export interface Frequency {
  readonly runs: number;
  /** The call that most of it comes from; undefined where nothing of the package calls it, or no more than once. */
  readonly from: CalledFrom | undefined;
}

export interface CalledFrom {
  readonly file: GoFile;
  readonly call: Node;
  /** "called in a loop", "called from ServeHTTP → lookup", "called only on error paths". */
  readonly text: string;
}

/** What a framework calls, against what a caller calls once. */
const perEntryPoint = 16;
/** What the user has marked. */
export const perMark = perLoop ** 3;
/** A function that calls itself, perhaps through others, does so a few times: the part of its runs that it hands on to itself. */
const mostHandedOn = 0.5;
/** Below, what calls a function is the reason that it is cold. */
const seldom = 1 / perLoop;

/** Runs of the place. */
export function runsAt(file: GoFile, node: Node): number {
  const literal = runByItself(file, node);
  if (literal) return literal.runs * blockFrequency(file, node, literal.node);
  const fn = enclosingDeclaration(node);
  if (!fn) return inLiteral(node) ? blockFrequency(file, node) : perProgram;
  return (frequencyOf(file, fn)?.runs ?? 1) * blockFrequency(file, node, fn);
}

const cache = new WeakMap<GoPackage, ReadonlyMap<string, Frequency>>();

/** Of the function declaration or method declaration; undefined for anything else. */
export function frequencyOf(file: GoFile, declaration: Node): Frequency | undefined {
  let known = cache.get(file.pkg);
  if (!known) cache.set(file.pkg, (known = new Estimate(callGraphOf(file.pkg)).all()));
  return known.get(keyOf({ file, fn: declaration }));
}

interface Weighed extends Edge {
  /** Runs that the call has by itself, as in a handler that is a literal; undefined: those of `from`, times `factor`. */
  readonly runs: number | undefined;
  /** For each run of `from`. */
  readonly factor: number;
  /** Of `runs`. */
  readonly text?: string;
}

class Estimate {
  readonly #runs = new Map<string, number>();
  readonly #heaviest = new Map<string, Weighed>();
  readonly #into = new Map<string, readonly Weighed[]>();

  constructor(private readonly graph: CallGraph) {}

  all(): Map<string, Frequency> {
    const { functions, out } = this.graph;
    // Each circle stands behind those that it calls: callers first.
    const circles = circlesOf(functions, (fn) => out(fn).map(({ to }) => to), keyOf).reverse();
    for (const circle of circles) this.#solve(circle);
    return new Map(
      functions.map((own) => [keyOf(own), { runs: this.#runs.get(keyOf(own))!, from: this.#from(own) }]),
    );
  }

  /** Functions that call each other: what comes from outside goes round, less each time. */
  #solve(circle: readonly OwnFunction[]): void {
    const members = new Set(circle.map(keyOf));
    const inner: Weighed[] = [];
    for (const own of circle) {
      const edges = this.graph.into(own).map(weighed);
      this.#into.set(keyOf(own), edges);
      let runs = 0;
      for (const edge of edges) {
        if (edge.runs === undefined && edge.from && members.has(keyOf(edge.from))) inner.push(edge);
        else runs += this.#through(edge);
      }
      const purpose = hotDirective(own.fn) ? undefined : purposeOf(nameOf(own));
      const all = Math.max(entryRuns(own, edges) * (purpose?.factor ?? 1), runs * insideFactor(purpose));
      this.#runs.set(keyOf(own), all);
    }
    if (inner.length > 0) this.#goRound(inner, mostHandedOn);
    for (const own of circle) {
      let most = 0;
      for (const edge of this.#into.get(keyOf(own))!) {
        if (edge.from && keyOf(edge.from) === keyOf(own)) continue;
        const through = this.#through(edge);
        if (through > most) [most] = [through, this.#heaviest.set(keyOf(own), edge)];
      }
    }
  }

  #goRound(inner: readonly Weighed[], most: number): void {
    const handed = new Map<string, number>();
    for (const { from, factor } of inner) handed.set(keyOf(from!), (handed.get(keyOf(from!)) ?? 0) + factor);
    const outside = new Map(inner.map(({ to }) => [keyOf(to), this.#runs.get(keyOf(to))!]));
    // Half of it each time: after twenty nothing is left that matters.
    for (let round = 0; round < 20; round++) {
      const next = new Map(outside);
      for (const { from, to, factor } of inner) {
        const scale = Math.min(1, most / handed.get(keyOf(from!))!);
        next.set(keyOf(to), next.get(keyOf(to))! + this.#runs.get(keyOf(from!))! * factor * scale);
      }
      for (const [key, runs] of next) this.#runs.set(key, runs);
    }
  }

  #through({ runs, from, factor }: Weighed): number {
    return runs ?? (this.#runs.get(keyOf(from!)) ?? 0) * factor;
  }

  #from(own: OwnFunction): CalledFrom | undefined {
    const edge = this.#heaviest.get(keyOf(own));
    if (!edge) return undefined;
    const runs = this.#runs.get(keyOf(own))!;
    if (runs < seldom) return { file: edge.file, call: edge.at, text: this.#whySeldom(edge) };
    const calls = this.#into.get(keyOf(own))!.length;
    if (this.#through(edge) <= 1) {
      if (runs <= 1 || calls === 1) return undefined;
      return { file: edge.file, call: edge.at, text: `called from ${calls} places` };
    }
    const text = this.#whyOften(edge);
    return { file: edge.file, call: edge.at, text };
  }

  #whySeldom(edge: Weighed, depth = 0): string {
    const { from, factor } = edge;
    if (!from || isInit(from)) return 'called only while the package is initialised';
    if (isTool(from.file.pkg)) return 'in a tool';
    const before = this.#heaviest.get(keyOf(from));
    const isSeldom = (this.#runs.get(keyOf(from)) ?? 0) < seldom;
    return isSeldom && before && depth < 16 && factor > seldom
      ? this.#whySeldom(before, depth + 1)
      : 'called only on error paths';
  }

  #whyOften(edge: Weighed): string {
    const { from, file, at, text } = edge;
    if (text !== undefined) return `called ${text}`;
    const chain = [nameOf(from!)];
    let caller = this.#heaviest.get(keyOf(from!));
    for (let depth = 0; caller?.from && depth < 3; depth++) {
      if (this.#through(caller) <= 1) break;
      chain.unshift(nameOf(caller.from));
      caller = this.#heaviest.get(keyOf(caller.from));
    }
    const isLoop = loopsAround(file, at).length > 0;
    return chain.length === 1 && isLoop
      ? 'called in a loop'
      : `called from ${chain.join(' → ')}${isLoop ? ', in a loop' : ''}`;
  }
}

const insideFactor = (purpose: Purpose | undefined): number =>
  purpose && !purpose.fromOutside ? purpose.factor : 1;

/** Runs from outside of the package. */
function entryRuns(own: OwnFunction, edges: readonly Edge[]): number {
  const { file, fn } = own;
  if (hotDirective(fn)) return perMark;
  if (isTest(file)) return 0;
  if (isInit(own) || isTool(file.pkg)) return perProgram;
  if (entryPointOf(file, fn)) return perEntryPoint;
  const isMain = file.pkg.name === 'main';
  if (isMain && fn.type === 'function_declaration' && nameOf(own) === 'main') return 1;
  if (!isMain && /^\p{Lu}/u.test(nameOf(own))) return 1;
  // Nobody knows who calls what nothing calls by name.
  const isCalled = edges.some(({ file: by, from }) => !isTest(by) && !(from && keyOf(from) === keyOf(own)));
  return isCalled ? 0 : 1;
}

function weighed(edge: Edge): Weighed {
  const { from, file, at, share, isValue } = edge;
  // Whoever reads the variable calls what it holds.
  if (!from) return { ...edge, runs: isValue || inLiteral(at) ? 1 : perProgram, factor: 0 };
  const literal = runByItself(file, at);
  if (!literal) return { ...edge, runs: undefined, factor: share * blockFrequency(file, at, from.fn) };
  const { node, runs, text } = literal;
  return { ...edge, runs: runs * share * blockFrequency(file, at, node), factor: 0, text };
}

/** What around the place runs by itself, and not as often as the function that it stands in. */
function runByItself(
  file: GoFile,
  node: Node,
): { readonly node: Node; readonly runs: number; readonly text: string } | undefined {
  const timed = isTest(file) ? timedBody(node) : undefined;
  if (timed) return { node: timed, runs: perLoop, text: 'in a benchmark' };
  const entry = entryPointAround(file, node);
  return entry && { ...entry, runs: isTool(file.pkg) ? perProgram : perEntryPoint };
}

const isTest = ({ path }: GoFile): boolean => path.endsWith('_test.go');

const isInit = (own: OwnFunction): boolean =>
  own.fn.type === 'function_declaration' && nameOf(own) === 'init';

function inLiteral(node: Node): boolean {
  for (let at = node.parent; at; at = at.parent) if (at.type === 'func_literal') return true;
  return false;
}

function nameOf({ fn }: OwnFunction): string {
  return fn.childForFieldName('name')?.text ?? '';
}
