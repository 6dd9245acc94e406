import type { Node } from 'web-tree-sitter';
import type { Heat, HeatReason } from '../../model';
import type { GoFile, GoPackage } from '../rule';
import { namesAround } from '../syntax/names';
import { enclosingDeclaration, enclosingFunction, qualified, spanOf } from '../syntax/nodes';
import { packageNames } from '../syntax/package-names';
import { hotDirective } from '../syntax/directives';
import { errorPathOf } from '../flow/error-paths';
import { headOf, loopsAround } from '../flow/loops';
import { isBenchmark, isTimed } from './benchmarks';
import { entryPointAround } from './entry-points';
import { frequencyOf } from './frequency';

/** From this score on code is hot. */
export const hotScore = 0.6;

const plain = 0.4;
const looped = 0.7;
/** A loop may be short; requests keep coming. */
const perRequest = 0.75;
const nested = [looped, 0.85, 0.9];
const marked = 0.9;
const cold = 0.1;

interface Weighed extends HeatReason {
  readonly score: number;
}

/**
 * How much the node matters, from syntax alone: 0.4 for a plain function; more in loops, in entry points such as request handlers, in
 * functions that the package calls there, over any number of calls, in benchmarks and functions marked `//alloclens:hot`; at most 0.1 where code runs
 * once (package level, init and what only they call, main), in tests, in the set-up of benchmarks, and on paths that end in
 * an error or a panic.
 */
export function staticHeat(file: GoFile, node: Node): Heat {
  const coldReason = coldness(file, node);
  const directive = hotDirective(node);
  if (coldReason && !(directive && coldReason.once)) {
    return { score: coldReason.score, because: [reason(coldReason)] };
  }
  const reasons: Weighed[] = [];
  if (directive) reasons.push({ score: marked, text: 'marked //alloclens:hot', span: spanOf(directive) });
  const loops = loopsAround(file, node);
  if (loops.length > 0) {
    const text = loops.length === 1 ? 'in a loop' : `in ${loops.length} nested loops`;
    const score = nested[Math.min(loops.length, nested.length) - 1]!;
    const first = headOf(loops[0]!);
    reasons.push({ score, text, ...(first && { span: head(first) }) });
  }
  const context = contextOf(file, node);
  if (context) reasons.push(context);
  if (reasons.length === 0) return { score: plain, because: [{ text: 'in an ordinary function' }] };
  reasons.sort((a, b) => b.score - a.score);
  const score = Math.min(0.95, reasons[0]!.score + (reasons.length > 1 ? 0.05 : 0));
  return { score: Math.round(score * 100) / 100, because: reasons.map(reason) };
}

/** True when a rule that only matters in hot code may speak. */
export function isHot(file: GoFile, node: Node): boolean {
  return staticHeat(file, node).score >= hotScore;
}

function reason({ text, span }: Weighed): HeatReason {
  return span ? { text, span } : { text };
}

/** The line that a loop or function starts with: its whole span would cover the screen. */
function head(node: Node): { start: number; end: number } {
  const body = node.childForFieldName('body');
  return { start: node.startIndex, end: body ? Math.max(node.startIndex, body.startIndex) : node.endIndex };
}

/** Why the node is cold. `once`: a hot directive on the function overrules it. */
function coldness(file: GoFile, node: Node): (Weighed & { once: boolean }) | undefined {
  const errorPath = errorPathOf(file, node);
  if (errorPath) return { score: cold, text: errorPath.text, span: spanOf(errorPath.node), once: false };
  let function_: Node | undefined;
  for (let at: Node | null = node; at; at = at.parent) {
    if (at.type !== 'func_literal') continue;
    function_ ??= at;
    const once = runsOnce(file, at);
    if (once) return { score: cold, text: once, span: head(at), once: true };
  }
  const declaration = enclosingDeclaration(node);
  if (!declaration && !function_)
    return { score: 0.05, text: 'runs once, at package initialisation', once: true };
  const name = declaration?.childForFieldName('name')?.text ?? '';
  const span = declaration && head(declaration);
  const at = span ? { span } : {};
  if (declaration?.type === 'function_declaration') {
    if (name === 'init') return { score: cold, text: 'runs once, in init', ...at, once: true };
    if (name === 'main' && file.pkg.name === 'main')
      return { score: cold, text: 'runs once, in main', ...at, once: true };
  }
  if (file.path.endsWith('_test.go') && !isBenchmark(declaration)) {
    return { score: cold, text: 'only in tests', ...at, once: true };
  }
  if (isBenchmark(declaration) && !isTimed(node))
    return { score: cold, text: 'only in the set-up of a benchmark', ...at, once: true };
  if (declaration?.type === 'function_declaration' && runsAtInitialisation(file.pkg, name))
    return { score: cold, text: 'called only while the package is initialised', ...at, once: true };
  return undefined;
}

const initialised = new WeakMap<GoPackage, ReadonlySet<string>>();

/**
 * The unexported function is used, and only ever called by initialisers of package variables, by `init`, and by functions of
 * which the same is true. Tests do not count, and `main` does not: what it calls is the program.
 */
function runsAtInitialisation(pkg: GoPackage, name: string): boolean {
  let known = initialised.get(pkg);
  if (!known) initialised.set(pkg, (known = functionsOfInitialisation(pkg)));
  return known.has(name);
}

function functionsOfInitialisation(pkg: GoPackage): ReadonlySet<string> {
  const { functions } = packageNames(pkg);
  /** Function → what uses it: a function's name, '' for package level, undefined for a use that may be a call at any time. */
  const users = new Map<string, Set<string | undefined>>();
  for (const file of pkg.files) {
    if (file.path.endsWith('_test.go')) continue;
    for (const identifier of file.root.descendantsOfType('identifier')) {
      if (
        !functions.has(identifier.text) ||
        identifier.equals(functions.get(identifier.text)!.node.childForFieldName('name')!)
      )
        continue;
      if (namesAround(file.root, identifier).resolve(identifier)) continue;
      const by = users.get(identifier.text) ?? new Set();
      users.set(identifier.text, by.add(userOf(identifier)));
    }
  }
  const found = new Set<string>();
  const isOnce = (user: string | undefined): boolean =>
    user !== undefined && (user === '' || user === 'init' || found.has(user));
  for (let before = -1; before !== found.size;) {
    before = found.size;
    for (const [name, by] of users) {
      // That it calls itself says nothing about when.
      const others = [...by].filter((user) => user !== name);
      if (/^[^\p{Lu}]/u.test(name) && others.length > 0 && others.every(isOnce)) found.add(name);
    }
  }
  return found;
}

/** Who calls the function that the identifier names. In a function literal at package level it may run at any time. */
function userOf(identifier: Node): string | undefined {
  const { parent } = identifier;
  if (parent?.type !== 'call_expression' || !parent.childForFieldName('function')?.equals(identifier))
    return undefined;
  const declaration = enclosingDeclaration(identifier);
  if (declaration)
    return declaration.type === 'function_declaration'
      ? declaration.childForFieldName('name')?.text
      : undefined;
  return enclosingFunction(identifier) ? undefined : '';
}

/** A literal that is run at most once, or only when a pool is empty. */
function runsOnce(file: GoFile, literal: Node): string | undefined {
  const parent = literal.parent;
  if (parent?.type === 'argument_list') {
    const call = parent.parent;
    const callee = call?.childForFieldName('function');
    if (
      callee &&
      qualified(callee, file.imports)?.path === 'sync' &&
      /^OnceFunc$|^OnceValues?$/.test(callee.text.split('.')[1] ?? '')
    ) {
      return `runs once, in ${callee.text}`;
    }
    if (
      callee?.type === 'selector_expression' &&
      /^\w*[oO]nce\.Do$/.test(callee.text.replace(/^.*\.(?=\w+\.Do$)/, ''))
    ) {
      return 'runs once, in sync.Once.Do';
    }
  }
  const element = parent?.type === 'literal_element' ? parent.parent : undefined;
  if (element?.type === 'keyed_element' && element.namedChild(0)?.text === 'New') {
    const type = element.parent?.parent?.childForFieldName('type');
    const name = type && qualified(type, file.imports);
    if (name?.path === 'sync' && name.name === 'Pool') return 'runs only when the pool is empty';
  }
  return undefined;
}

/** What calls the functions around the node: frameworks, benchmarks, and the package itself, over any number of calls. */
function contextOf(file: GoFile, node: Node): Weighed | undefined {
  const entry = entryPointAround(file, node);
  if (entry) return { score: perRequest, text: entry.text, span: head(entry.node) };
  const declaration = enclosingDeclaration(node);
  if (!declaration) return undefined;
  if (isBenchmark(declaration)) return { score: looped, text: 'in a benchmark', span: head(declaration) };
  const { runs, from } = frequencyOf(file, declaration) ?? {};
  const score = scoreOf(runs ?? 1);
  if (!from || score <= plain) return undefined;
  return from.file === file
    ? { score, text: from.text, span: spanOf(from.call) }
    : { score, text: from.text };
}

/** 1 run is plain, 8 are a loop, 64 two nested loops, 512 three. */
function scoreOf(runs: number): number {
  const scores = [plain, ...nested];
  const depth = Math.min(Math.log(Math.max(1, runs)) / Math.log(8), nested.length);
  const below = Math.min(Math.floor(depth), nested.length - 1);
  const score = scores[below]! + (depth - below) * (scores[below + 1]! - scores[below]!);
  return Math.round(score * 100) / 100;
}
