import type { Node } from 'web-tree-sitter';
import type { Heat, HeatReason } from '../../model';
import type { GoFile, GoPackage } from '../rule';
import { namesAround } from '../syntax/names';
import { enclosingDeclaration, enclosingFunction, isFunction, qualified, spanOf } from '../syntax/nodes';
import { packageNames } from '../syntax/package-names';
import { hotDirective } from '../syntax/directives';
import { errorPathOf } from '../flow/error-paths';
import { headOf, loopsAround } from '../flow/loops';

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
 * How much the node matters, from syntax alone: 0.4 for a plain function; more in loops, in request handlers, in functions that
 * the package calls there, in benchmarks and functions marked `//alloclens:hot`; at most 0.1 where code runs
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

/** In a loop whose condition the benchmark counts: `i < b.N`, `range b.N`, `b.Loop()`, `pb.Next()`. */
function isTimed(node: Node): boolean {
  for (let at = node.parent; at; at = at.parent) {
    if (at.type !== 'for_statement') continue;
    const body = at.childForFieldName('body');
    const clause = at.namedChildren.find((child) => !child.equals(body ?? at));
    if (clause && /\.N\b|\.(?:Loop|Next)\(\)/.test(clause.text)) return true;
  }
  return false;
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

function isBenchmark(declaration: Node | undefined): boolean {
  return (
    declaration?.type === 'function_declaration' &&
    /^Benchmark(?![a-z])/.test(declaration.childForFieldName('name')?.text ?? '') &&
    parameterTypes(declaration)[0] === '*testing.B'
  );
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

/** Types of the parameters, one a name, as written. */
function parameterTypes(function_: Node): string[] {
  const types: string[] = [];
  for (const parameter of function_.childForFieldName('parameters')?.namedChildren ?? []) {
    const type = parameter.childForFieldName('type')?.text;
    if (type === undefined) continue;
    const names = parameter.childrenForFieldName('name').length;
    for (let i = 0; i < Math.max(1, names); i++) types.push(type);
  }
  return types;
}

/** Import path and type name of a framework's request object → what the function is. */
const requestTypes: readonly [path: RegExp, type: RegExp, text: string][] = [
  [/^github\.com\/gin-gonic\/gin$/, /^\*\w+\.Context$/, 'gin handler'],
  [/^github\.com\/labstack\/echo(?:\/v\d+)?$/, /^\*?\w+\.Context$/, 'echo handler'],
  [/^github\.com\/gofiber\/fiber(?:\/v\d+)?$/, /^\*?\w+\.Ctx$/, 'fiber handler'],
  [/^github\.com\/valyala\/fasthttp$/, /^\*\w+\.RequestCtx$/, 'fasthttp handler'],
  [/^google\.golang\.org\/grpc$/, /^\w+\.ServerStream$/, 'gRPC stream handler'],
];

function handlerKind(file: GoFile, function_: Node): string | undefined {
  const types = parameterTypes(function_);
  const http = [...file.imports].find(([, path]) => path === 'net/http')?.[0];
  if (http !== undefined && types[0] === `${http}.ResponseWriter` && types[1] === `*${http}.Request`) {
    return 'in an HTTP handler';
  }
  for (const type of types) {
    const name = /^\*?(\w+)\./.exec(type)?.[1];
    const path = name === undefined ? undefined : file.imports.get(name);
    const known =
      path === undefined ? undefined : requestTypes.find(([p, t]) => p.test(path) && t.test(type));
    if (known) return `in a ${known[2]}`;
  }
  if (isGrpcMethod(file, function_, types)) return 'in a gRPC method';
  return undefined;
}

/** `func (s *server) M(ctx context.Context, req *pb.XRequest) (*pb.Y, error)`. */
function isGrpcMethod(file: GoFile, function_: Node, types: readonly string[]): boolean {
  if (function_.type !== 'method_declaration' || types.length !== 2) return false;
  const context = /^(\w+)\.Context$/.exec(types[0]!)?.[1];
  if (context === undefined || file.imports.get(context) !== 'context') return false;
  if (!/^\*\w+\.\w+(?:Request|Req)$/.test(types[1]!)) return false;
  const results = function_
    .childForFieldName('result')
    ?.namedChildren.map((r) => r.childForFieldName('type')?.text);
  return results?.length === 2 && /^\*\w+\.\w+$/.test(results[0] ?? '') && results[1] === 'error';
}

/** The innermost function around the node that handles requests. */
function handlerAround(file: GoFile, node: Node): { readonly kind: string; readonly node: Node } | undefined {
  // A function literal is made by the function around it.
  for (let at = node.parent; at; at = at.parent) {
    const kind = isFunction(at) ? handlerKind(file, at) : undefined;
    if (kind !== undefined) return { kind, node: at };
  }
  return undefined;
}

/** What calls the functions around the node: handlers, benchmarks, loops elsewhere in the package. */
function contextOf(file: GoFile, node: Node): Weighed | undefined {
  const handler = handlerAround(file, node);
  if (handler) return { score: perRequest, text: handler.kind, span: head(handler.node) };
  const declaration = enclosingDeclaration(node);
  if (!declaration) return undefined;
  if (isBenchmark(declaration)) return { score: looped, text: 'in a benchmark', span: head(declaration) };
  const name = declaration.childForFieldName('name')?.text;
  if (name === undefined) return undefined;
  const call = hotCalls(file.pkg).get(declaration.type === 'method_declaration' ? `.${name}` : name);
  if (!call || (call.file === file && enclosingDeclaration(call.node)?.equals(declaration))) return undefined;
  const { score, text } = call;
  return call.file === file ? { score, text, span: spanOf(call.node) } : { score, text };
}

interface HotCall {
  readonly file: GoFile;
  readonly node: Node;
  readonly score: number;
  readonly text: string;
}

const hotCallsOf = new WeakMap<GoPackage, ReadonlyMap<string, HotCall>>();

/**
 * Functions of the package that some file of it calls in a request handler or in a loop: `f` for functions, `.m` for methods
 * whose name only one type of the package declares (without types, a method call says no more than its name).
 */
function hotCalls(pkg: GoPackage): ReadonlyMap<string, HotCall> {
  const known = hotCallsOf.get(pkg);
  if (known) return known;
  const declared = new Map<string, number>();
  for (const file of pkg.files) {
    for (const node of file.root.namedChildren) {
      if (node.type !== 'function_declaration' && node.type !== 'method_declaration') continue;
      const name = node.childForFieldName('name')?.text;
      const key = node.type === 'method_declaration' ? `.${name}` : name!;
      declared.set(key, (declared.get(key) ?? 0) + 1);
    }
  }
  const calls = new Map<string, HotCall>();
  for (const file of pkg.files) {
    const test = file.path.endsWith('_test.go');
    for (const node of file.root.descendantsOfType('call_expression')) {
      const callee = node.childForFieldName('function');
      let key: string | undefined;
      if (callee?.type === 'identifier') key = callee.text;
      else if (callee?.type === 'selector_expression' && !qualified(callee, file.imports)) {
        key = `.${callee.childForFieldName('field')?.text}`;
      }
      if (key === undefined || declared.get(key) !== 1 || errorPathOf(file, node)) continue;
      const call = hotCall(file, node, test);
      if (call && call.score > (calls.get(key)?.score ?? 0)) calls.set(key, call);
    }
  }
  hotCallsOf.set(pkg, calls);
  return calls;
}

function hotCall(file: GoFile, node: Node, test: boolean): HotCall | undefined {
  const loop = loopsAround(file, node).length > 0;
  if (test) {
    const timed = loop && isBenchmark(enclosingDeclaration(node)) && isTimed(node);
    return timed ? { file, node, score: looped, text: 'called in a benchmark' } : undefined;
  }
  const handler = handlerAround(file, node);
  if (handler) return { file, node, score: perRequest, text: handler.kind.replace(/^in /, 'called in ') };
  return loop ? { file, node, score: looped, text: 'called in a loop' } : undefined;
}
