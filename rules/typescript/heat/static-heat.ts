import type { TSESLint, TSESTree } from '@typescript-eslint/utils';
import type { Heat, HeatReason, Span } from '../../model';
import { callbackRole, propertyRole, roleWords, type CallbackRole } from './callbacks';
import {
  docTag,
  enclosingFunction,
  type FunctionNode,
  isFunction,
  isLoop,
  memberName,
  runsPerIteration,
  variableOf,
  walk,
} from '../syntax/nodes';

/**
 * Static heat: how often a place is likely to run, from the file alone. 0.4 for a plain function, 0.7 in a loop, more
 * when nested; 0.1 and less for what runs once, in tests and on error paths. A profile replaces it.
 */

/** Rules that only matter in hot code report from this score on. */
export const hotThreshold = 0.6;

/** Below it code is cold: start-up, tests, error paths. */
export const likelyThreshold = 0.3;

const plain = 0.4;
const once = 0.1;
const tagged = 0.9;
/** By the number of loops around a place, a hot caller counting as one. */
const byDepth = [plain, 0.7, 0.85, 0.92] as const;

/** What a file's own name says about all of its code. */
const coldFiles: readonly [name: RegExp, text: string][] = [
  [/(?:\.(?:test|spec)|_test)\.[cm]?[jt]sx?$/, 'in a test'],
  [/\.bench\.[cm]?[jt]sx?$/, 'in a benchmark'],
  [/\.stories\.[cm]?[jt]sx?$/, 'in a story'],
  [/\.config\.[cm]?[jt]sx?$/, 'in configuration'],
];

/** What the name of a folder says about the code in it. */
const coldFolders: readonly [name: RegExp, text: string][] = [
  [/^(?:tests?|testing|mocks?|__(?:tests|mocks)__|test-?utils|doctests?|e2e|cypress)$/, 'in a test'],
  [/^bench(?:marks?)?$/, 'in a benchmark'],
  [/^scripts$/, 'in a script'],
  [/^(?:examples?|playgrounds?)$/, 'in an example'],
  [/^docs$/, 'in documentation'],
];

/** Of an absolute path, that is of no project, the folders further up are those of somebody's disk. */
const foldersOfFile = 2;

/** Why nothing in the file matters, by its name and those of its folders. */
export function coldFile(filename: string): string | undefined {
  const own = coldFiles.find(([name]) => name.test(filename));
  if (own) return own[1];
  const folders = filename.split(/[\\/]/).slice(0, -1);
  const known = /^(?:[\\/]|[A-Za-z]:)/.test(filename) ? folders.slice(-foldersOfFile) : folders;
  return coldFolders.find(([name]) => known.some((folder) => name.test(folder)))?.[1];
}

const loopWords = /\b(?:for|while)\s*(?:await\b|[(/])/;

/**
 * No place of the text is warmer than this: a test of the text alone, so that a scan need not parse what can only be cold.
 * @param filename only what it says about tests, scripts and the like matters
 */
export function warmestPossible(text: string, filename: string): number {
  if (text.includes('@hot')) return 1;
  // In tests everything is cold but the initial values of a class's properties.
  if (coldFile(filename) !== undefined) return /\bclass\b/.test(text) ? plain : once;
  return loopWords.test(text) || roleWords.test(text) ? 1 : plain;
}

const caches = new WeakMap<TSESLint.SourceCode, FileHeat>();

/**
 * The heat of a node. Reasons are strongest first.
 * @param filename only what it says about tests, scripts and the like matters
 */
export function heatOf(sourceCode: TSESLint.SourceCode, filename: string, node: TSESTree.Node): Heat {
  let cache = caches.get(sourceCode);
  if (!cache) caches.set(sourceCode, (cache = new FileHeat(sourceCode, coldFile(filename))));
  return cache.at(node);
}

interface FunctionHeat {
  /** Loops that the function as a whole stands in; 1 for handlers. */
  readonly depth: number;
  readonly because: readonly HeatReason[];
  /** Set when depth does not decide. */
  readonly fixed?: number;
}

class FileHeat {
  readonly #functions = new Map<TSESTree.Node, FunctionHeat>();
  readonly #visiting = new Set<TSESTree.Node>();
  #thisCalls: Map<TSESTree.Node, Map<string, TSESTree.Node[]>> | undefined;

  constructor(
    readonly sourceCode: TSESLint.SourceCode,
    /** Why all of it is cold. */
    readonly cold: string | undefined,
  ) {}

  at(node: TSESTree.Node): Heat {
    const loops: HeatReason[] = [];
    let errorPath: HeatReason | undefined;
    let child: TSESTree.Node = node;
    for (let at: TSESTree.Node | undefined = node.parent; ; child = at, at = at.parent) {
      if (!at) return this.#moduleLevel(loops, errorPath);
      if (isLoop(at) && runsPerIteration(at, child)) {
        loops.push({ text: loops.length === 0 ? 'in a loop' : 'in a nested loop', span: head(at) });
      } else if (isErrorPath(at, child)) {
        errorPath ??= { text: 'only on an error path', span: span(at) };
      } else if (at.type === 'PropertyDefinition' && !at.static && child === at.value) {
        return finish(unknown, loops, errorPath);
      } else if (isFunction(at) && child !== at.id) {
        return finish(this.function(at), loops, errorPath);
      }
    }
  }

  function(node: FunctionNode): FunctionHeat {
    const known = this.#functions.get(node);
    if (known) return known;
    if (this.#visiting.has(node)) return unknown;
    this.#visiting.add(node);
    const heat = this.#functionHeat(node);
    this.#visiting.delete(node);
    // A result computed inside a cycle may be incomplete: keep it only when nothing outer is being computed.
    if (this.#visiting.size === 0) this.#functions.set(node, heat);
    return heat;
  }

  #functionHeat(node: FunctionNode): FunctionHeat {
    const tag = this.#tag(node);
    if (tag === 'hot')
      return { depth: 0, fixed: tagged, because: [{ text: 'tagged @hot', span: span(node) }] };
    if (tag === 'cold')
      return { depth: 0, fixed: once, because: [{ text: 'tagged @cold', span: span(node) }] };
    if (this.cold !== undefined) return { depth: 0, fixed: once, because: [{ text: this.cold }] };

    const property = propertyRole(this.sourceCode, node);
    let best = property && ofRole(property, span(node));
    for (const use of this.#uses(node)) {
      const heat = this.#use(use);
      if (heat && (!best || scoreOf(heat) > scoreOf(best))) best = heat;
    }
    return best ?? this.#inherited(node);
  }

  /** A function that nothing is known about is as cold as the test or the tagged function that it is written in. */
  #inherited(node: FunctionNode): FunctionHeat {
    const outer = enclosingFunction(node);
    const heat = outer && this.function(outer);
    return heat?.fixed !== undefined && heat.fixed < plain ? heat : unknown;
  }

  /** Expressions that stand for the function: itself when it is an expression, and every reference to its name. */
  *#uses(node: FunctionNode): Generator<TSESTree.Node> {
    if (node.type !== 'FunctionDeclaration') yield node;
    const variable = variableOf(this.sourceCode, node);
    if (variable) {
      for (const reference of variable.references) {
        if (reference.isRead()) yield reference.identifier as TSESTree.Node;
      }
    }
    const owner = node.parent;
    const isMember =
      owner?.type === 'MethodDefinition' || (owner?.type === 'PropertyDefinition' && owner.value === node);
    if (
      isMember &&
      !owner.computed &&
      (owner.key.type === 'Identifier' || owner.key.type === 'PrivateIdentifier')
    ) {
      const klass = owner.parent.parent;
      if (owner.type === 'MethodDefinition' && owner.kind === 'constructor') {
        const name = variableOf(this.sourceCode, klass);
        for (const reference of name?.references ?? []) yield reference.identifier as TSESTree.Node;
      } else yield* this.#callsOnThis(klass).get(privateName(owner.key) ?? owner.key.name) ?? [];
    }
  }

  /** What one use of a function says about its heat; `undefined` when nothing. */
  #use(use: TSESTree.Node): FunctionHeat | undefined {
    const parent = use.parent;
    const bound = parent && boundBy(use, parent);
    if (bound) return this.#use(bound);
    if (parent?.type !== 'CallExpression' && parent?.type !== 'NewExpression') return undefined;
    const role = parent.callee === use ? undefined : callbackRole(this.sourceCode, parent, use);
    if (parent.callee !== use && role?.kind !== 'iteration') return role && ofRole(role, head(parent));

    const place = this.at(parent);
    const because = place.because.filter((reason) => reason.text !== moduleLevelText);
    if (role) {
      if (place.score < plain && because.length > 0) return { depth: 0, fixed: place.score, because };
      const around = asFunction(place);
      return {
        depth: place.score < plain ? 0 : around.depth + 1,
        ...(around.fixed === undefined || place.score < plain ? {} : { fixed: around.fixed }),
        because: [{ text: role.text, span: head(parent) }, ...because],
      };
    }
    // An immediately called function expression runs where it stands.
    if (isFunction(use)) return asFunction(place);
    const inLoop = because[0]?.text.startsWith('in a loop') === true;
    if (place.score < hotThreshold && !(inLoop && place.score >= plain)) return undefined;
    return {
      depth: 1,
      because: [
        { text: inLoop ? 'called in a loop' : 'called from hot code', span: span(parent) },
        ...because,
      ],
    };
  }

  #moduleLevel(loops: readonly HeatReason[], errorPath: HeatReason | undefined): Heat {
    if (errorPath) return { score: once, because: [errorPath] };
    if (this.cold !== undefined) return { score: once, because: [{ text: this.cold }] };
    if (loops.length > 0) return { score: plain, because: [...loops, { text: moduleLevelText }] };
    return { score: once, because: [{ text: moduleLevelText }] };
  }

  #tag(node: FunctionNode): 'hot' | 'cold' | undefined {
    const found = docTag(this.sourceCode, node, /(?:^|[\s*])@(hot|hotPath|cold)\b(?![-.])/);
    return found && (found[1] === 'cold' ? 'cold' : 'hot');
  }

  #callsOnThis(klass: TSESTree.Node): Map<string, TSESTree.Node[]> {
    this.#thisCalls ??= new Map();
    let calls = this.#thisCalls.get(klass);
    if (calls) return calls;
    this.#thisCalls.set(klass, (calls = new Map()));
    const found = calls;
    walk(this.sourceCode, klass, (node) => {
      if (node.type !== 'MemberExpression' || node.object.type !== 'ThisExpression') return;
      const name = memberName(node) ?? privateName(node.property);
      if (name === undefined) return;
      const list = found.get(name);
      if (list) list.push(node);
      else found.set(name, [node]);
    });
    return calls;
  }
}

/** `#name`, which no other member can be called. */
function privateName(key: TSESTree.Node): string | undefined {
  return key.type === 'PrivateIdentifier' ? `#${key.name}` : undefined;
}

/** The call of `f.bind(…)`, which stands for f wherever it goes. */
function boundBy(use: TSESTree.Node, parent: TSESTree.Node): TSESTree.CallExpression | undefined {
  if (parent.type !== 'MemberExpression' || parent.object !== use || memberName(parent) !== 'bind')
    return undefined;
  const call = parent.parent;
  return call.type === 'CallExpression' && call.callee === parent ? call : undefined;
}

const moduleLevelText = 'at module level, which runs once';

const unknown: FunctionHeat = { depth: 0, because: [] };

function scoreOf(heat: FunctionHeat): number {
  return heat.fixed ?? byDepth[Math.min(heat.depth, byDepth.length - 1)]!;
}

/** Heat of a place as the heat of a function that runs there. */
function asFunction(place: Heat): FunctionHeat {
  const depth = byDepth.findLastIndex((score) => place.score >= score);
  return { depth: Math.max(0, depth), ...(depth < 0 ? { fixed: place.score } : {}), because: place.because };
}

function ofRole(role: CallbackRole, at: Span): FunctionHeat {
  if (role.kind === 'test') return { depth: 0, fixed: once, because: [{ text: role.text, span: at }] };
  return { depth: 1, because: [{ text: role.text, span: at }] };
}

function finish(inner: FunctionHeat, loops: readonly HeatReason[], errorPath: HeatReason | undefined): Heat {
  if (errorPath) return { score: once, because: [errorPath] };
  if (inner.fixed !== undefined && inner.fixed < hotThreshold)
    return { score: inner.fixed, because: inner.because };
  const depth = Math.min(inner.depth + loops.length, byDepth.length - 1);
  return { score: Math.max(inner.fixed ?? 0, byDepth[depth]!), because: [...loops, ...inner.because] };
}

function span(node: TSESTree.Node): Span {
  return { start: node.range[0], end: node.range[1] };
}

/** The part of a loop or call that a reader looks for: up to its body, or its callee. */
function head(node: TSESTree.Node): Span {
  if (node.type === 'CallExpression' || node.type === 'NewExpression') return span(node.callee);
  const body = 'body' in node ? (node.body as TSESTree.Node) : node;
  const start = node.range[0];
  return { start, end: body.range[0] > start ? body.range[0] : node.range[1] };
}

/** Runs only when something went wrong: in `catch`, in `throw`, in a block that ends with `throw`. */
export function isErrorPath(node: TSESTree.Node, child: TSESTree.Node): boolean {
  if (node.type === 'CatchClause') return child === node.body;
  if (node.type === 'ThrowStatement') return true;
  // `if (bad) { …; throw … }`
  return (
    node.type === 'BlockStatement' &&
    node.parent.type === 'IfStatement' &&
    node.body.at(-1)?.type === 'ThrowStatement'
  );
}
