import ts from 'typescript';
import { firstIndex } from '../../../rules/sorted';
import { perBranch, perCase, perError, perExit, perLoop, perProgram } from '../../../rules/factors';
import { frameworkNames, isHandlerOf } from '../../../rules/typescript/heat/callbacks';
import { ofName, ofPath } from '../../../rules/typescript/heat/purpose';
import { iteratingMethods } from '../../../rules/typescript/flow/loops';
import type {
  CallSummary,
  FileSummary,
  FunctionSummary,
  ImportedName,
  PlaceSummary,
} from '../../../rules/typescript/sites/reach';
import { bytesAt } from './bytes';
import { bare } from './candidates';
import { isMarked, namesOf } from './outline';
import type { SyntaxTree } from './parse';

/** Iterations over the keys of an object: records are small. */
const perKey = perLoop / 2;
/** What is kept for the next time is made now and then. */
const perKept = 1 / perLoop;
/** A function that makes or furnishes a class runs once for each. */
const perClass = 1 / perLoop ** 2;
/** A handler runs for each request, message or frame. */
const perHandler = perLoop ** 2;
/** Of one function's loops, as many as count. */
const mostInside = perLoop ** 3;

/** A call is one of each function of its name, up to so many: in generated files thousands have one name, and thousands call it. */
const mostOfOneName = 64;

/** Methods of built-in classes: a call of one says nothing of the file's method of this name. */
const builtIn = /^(?:get|set|has|add|delete|clear|push|pop|shift|slice|splice|toString|toJSON|then|catch|finally|on|once|off|emit|call|apply|bind|next|return|keys|values|entries|join|concat|includes|indexOf|write|read|end|close|replace|match|test|exec|split|trim|\w*(?:each|map|filter|find|some|every|reduce|sort))$/i; // prettier-ignore

interface Growing {
  readonly key: string;
  readonly names: readonly string[];
  /** Its own frequency where something says it; else that of a function that may be called from anywhere. */
  readonly own: number | undefined;
  /** Only the class or the file can call it. */
  readonly isInside: boolean;
  readonly exported?: string;
  readonly calls: CallSummary[];
}

interface Use {
  readonly from: number;
  readonly name: string;
  readonly factor: number;
  readonly kind: 'call' | 'member' | 'value';
}

/** Where an offset lies, and how often it runs for each run of the function. */
export interface PlaceInFunction {
  readonly within: number;
  readonly factor: number;
}

/**
 * What a file says of how often its code runs, and what it allocates.
 * @param tree with parents
 * @param path below the project
 * @param offsets to be placed, UTF-16
 */
export function summaryOf(
  tree: SyntaxTree,
  path: string,
  offsets: ReadonlySet<number> = new Set(),
): { readonly summary: FileSummary; readonly placed: ReadonlyMap<number, PlaceInFunction> } {
  const walk = new FileWalk(tree, path, offsets);
  return { summary: walk.summary(), placed: walk.placed };
}

class FileWalk {
  readonly placed = new Map<number, PlaceInFunction>();
  readonly #functions: Growing[] = [];
  readonly #places: PlaceSummary[] = [];
  readonly #uses: Use[] = [];
  readonly #imports: ImportedName[] = [];
  readonly #passedOn: { specifier: string; name: string }[] = [];
  /** Local name to exported name. */
  readonly #exports = new Map<string, string>();
  readonly #keys = new Map<string, number>();
  readonly #ofFile: number;
  /** Ascending. */
  readonly #offsets: readonly number[];

  constructor(
    readonly tree: SyntaxTree,
    path: string,
    offsets: ReadonlySet<number>,
  ) {
    this.#offsets = [...offsets].sort((a, b) => a - b);
    this.#ofFile = ofPath(path);
    this.#functions.push({ key: '', names: [], own: perProgram, isInside: false, calls: [] });
    ts.forEachChild(tree, (node) => this.#visit(node, 0, 1));
  }

  summary(): FileSummary {
    const byName = new Map<string, number[]>();
    this.#functions.forEach(({ names }, index) => {
      for (const name of names) {
        const all = byName.get(name);
        if (all) all.push(index);
        else byName.set(name, [index]);
      }
    });
    const called = new Set<number>();
    /** Of names that very many functions have: what calls each of them, and is called in place of each. */
    const shared = new Map<string, number>();
    const sharedOf = (name: string, all: readonly number[]): number => {
      let index = shared.get(name);
      if (index === undefined) {
        shared.set(name, (index = this.#functions.length));
        const calls = all.map((to) => ({ to, factor: 1 }));
        this.#functions.push({ key: `${name}#all`, names: [], own: 0, isInside: true, calls });
        for (const to of all) called.add(to);
      }
      return index;
    };
    const imports = new Set(this.#imports.map(({ local }) => local));
    /** Names of what is handed on: anybody may call it. */
    const values = new Set<string>();
    for (const { from, name, factor, kind } of this.#uses) {
      const { calls } = this.#functions[from]!;
      const [first] = name.split('.');
      if (kind !== 'member' && imports.has(first!)) {
        const isOfModule = from === 0 && kind === 'value';
        calls.push({ to: name, factor: isOfModule ? factor / perProgram : factor });
        continue;
      }
      if (kind === 'value') {
        values.add(name);
        continue;
      }
      const all = byName.get(name) ?? [];
      if (all.length > mostOfOneName) {
        calls.push({ to: sharedOf(name, all), factor });
        continue;
      }
      for (const to of all) {
        if (to === from) continue;
        called.add(to);
        calls.push({ to, factor });
      }
    }
    const functions = this.#functions.map(
      ({ key, names, own, isInside, exported, calls }, index): FunctionSummary => {
        const name =
          exported ?? names.map((local) => this.#exports.get(local)).find((found) => found !== undefined);
        const isHandedOn = names.some((local) => values.has(local));
        const isCalledOnly = called.has(index) && !isHandedOn && isInside && name === undefined;
        const ownName = names[0] ?? '';
        return {
          key,
          own: own ?? (isCalledOnly ? 0 : ofName(ownName) * this.#ofFile),
          ...(name !== undefined && { exported: name }),
          calls,
        };
      },
    );
    return { functions, places: this.#places, imports: this.#imports, passedOn: this.#passedOn };
  }

  #visit(node: ts.Node, within: number, factor: number): void {
    if (ts.isTypeNode(node) && !ts.isExpressionWithTypeArguments(node)) return;
    this.#place(node, within, factor);
    const bytes = bytesAt(node);
    if (bytes > 0) this.#places.push({ start: node.getStart(this.tree), within, bytes: bytes * factor });

    if (ts.isImportDeclaration(node)) return this.#import(node);
    if (ts.isExportDeclaration(node)) return this.#export(node);
    if (ts.isFunctionLike(node)) return this.#function(node, within, factor);
    if (ts.isIdentifier(node)) return this.#mention(node, within, factor);
    if (ts.isCallExpression(node) || ts.isNewExpression(node)) return this.#call(node, within, factor);
    this.#required(node);
    const inner = factorsOf(node);
    let rest = 1;
    ts.forEachChild(node, (child) => {
      this.#visit(child, within, Math.min(mostInside, factor * inner(child) * rest));
      rest *= restAfter(child);
    });
  }

  /** Outer ones come first: the last node that has an offset is the smallest. */
  #place(node: ts.Node, within: number, factor: number): void {
    let i = firstIndex(this.#offsets, (offset) => offset >= node.pos);
    if (!(this.#offsets[i]! < node.end)) return;
    const start = node.getStart(this.tree);
    for (; i < this.#offsets.length && this.#offsets[i]! < node.end; i++)
      if (this.#offsets[i]! >= start) this.placed.set(this.#offsets[i]!, { within, factor });
  }

  #function(node: ts.SignatureDeclaration, within: number, factor: number): void {
    if (!('body' in node) || node.body === undefined) return;
    const names = namesOf(node);
    const index = this.#functions.length;
    const { parent } = node as ts.Node;
    const call = ts.isCallExpression(parent) || ts.isNewExpression(parent) ? parent : undefined;
    const isArgument = call?.arguments?.includes(node as ts.Node as ts.Expression) === true;
    const isCalled = skipParentheses(node).parent === call || isCallee(node);
    let own: number | undefined;
    if (isMarked(node) || (isArgument && isHandlerOf(nameOf(call), textOf(call.arguments?.[0]))))
      own = perHandler * this.#ofFile;
    else if (isArgument || isCalled) {
      own = 0;
      const times = isArgument ? timesOf(call, node as ts.Node) : 1;
      this.#functions[within]!.calls.push({ to: index, factor: Math.min(mostInside, factor * times) });
    } else if (names.some((name) => frameworkNames.has(name))) own = perLoop * this.#ofFile;
    const name = names[0] ?? '';
    const order = this.#keys.get(name) ?? 0;
    this.#keys.set(name, order + 1);
    const isMember =
      ts.isClassElement(node) || ts.isPropertyDeclaration(parent) || ts.isPropertyAssignment(parent);
    const flags = ts.canHaveModifiers(node) ? ts.getCombinedModifierFlags(node as ts.Declaration) : 0;
    const isPrivate =
      (flags & ts.ModifierFlags.Private) !== 0 ||
      (node.name !== undefined && ts.isPrivateIdentifier(node.name));
    const exported = exportedAs(node);
    this.#functions.push({
      key: `${name}#${order}`,
      names,
      own,
      isInside: !isMember || isPrivate,
      ...(exported !== undefined && { exported }),
      calls: [],
    });
    const often = makesClass(node.body) ? perClass : 1;
    ts.forEachChild(node, (child) => {
      if (child !== node.name) this.#visit(child, index, often);
    });
  }

  #call(node: ts.CallExpression | ts.NewExpression, within: number, factor: number): void {
    const callee = bare(node.expression);
    if (ts.isIdentifier(callee)) this.#use(callee.text, within, factor, 'call');
    else if (ts.isPropertyAccessExpression(callee)) {
      const object = bare(callee.expression);
      const name = callee.name.text;
      if (ts.isIdentifier(object) && this.#imports.some(({ local }) => local === object.text))
        this.#use(`${object.text}.${name}`, within, factor, 'call');
      else if (object.kind === ts.SyntaxKind.ThisKeyword || !builtIn.test(name))
        this.#use(name, within, factor, 'member');
      this.#visit(callee.expression, within, factor);
    } else this.#visit(node.expression, within, factor);
    const isFailure = ofName(nameOf(node) ?? '') <= perError;
    for (const argument of node.arguments ?? []) {
      const times = ts.isIdentifier(argument) ? timesOf(node, argument) : 1;
      this.#visit(argument, within, Math.min(mostInside, factor * (isFailure ? perError : times)));
    }
  }

  #mention(node: ts.Identifier, within: number, factor: number): void {
    const { parent } = node;
    const isName =
      ((ts.isPropertyAccessExpression(parent) ||
        ts.isPropertyAssignment(parent) ||
        ts.isEnumMember(parent)) &&
        parent.name === node) ||
      ts.isExportSpecifier(parent) ||
      ((ts.isVariableDeclaration(parent) || ts.isBindingElement(parent) || ts.isParameter(parent)) &&
        parent.initializer !== node) ||
      ((ts.isClassLike(parent) || ts.isFunctionLike(parent)) && parent.name === node);
    if (isName) return;
    const exported = exportedByAssignment(node);
    if (exported !== undefined) this.#exports.set(node.text, exported);
    else this.#use(node.text, within, factor, 'value');
  }

  #use(name: string, from: number, factor: number, kind: Use['kind']): void {
    const seldom = ofName(name.slice(name.lastIndexOf('.') + 1));
    this.#uses.push({ from, name, factor: factor * seldom, kind });
  }

  #import({ moduleSpecifier, importClause }: ts.ImportDeclaration): void {
    if (!importClause || importClause.isTypeOnly || !ts.isStringLiteral(moduleSpecifier)) return;
    const specifier = moduleSpecifier.text;
    const add = (local: string, name: string): void => void this.#imports.push({ local, specifier, name });
    if (importClause.name) add(importClause.name.text, 'default');
    const named = importClause.namedBindings;
    if (named && ts.isNamespaceImport(named)) add(named.name.text, '*');
    else
      for (const { name, propertyName } of named?.elements ?? []) add(name.text, (propertyName ?? name).text);
  }

  #export({ moduleSpecifier, exportClause }: ts.ExportDeclaration): void {
    const elements = exportClause && ts.isNamedExports(exportClause) ? exportClause.elements : undefined;
    if (moduleSpecifier && ts.isStringLiteral(moduleSpecifier)) {
      const specifier = moduleSpecifier.text;
      if (!elements) this.#passedOn.push({ specifier, name: '*' });
      for (const { name, propertyName } of elements ?? [])
        this.#passedOn.push({ specifier, name: (propertyName ?? name).text });
    } else
      for (const { name, propertyName } of elements ?? [])
        this.#exports.set((propertyName ?? name).text, name.text);
  }

  /** `const { f } = require('./f')` */
  #required(node: ts.Node): void {
    if (!ts.isVariableDeclaration(node) || !node.initializer || !ts.isCallExpression(node.initializer))
      return;
    const { expression, arguments: given } = node.initializer;
    const specifier = textOf(given[0]);
    if (!ts.isIdentifier(expression) || expression.text !== 'require' || specifier === undefined) return;
    if (ts.isIdentifier(node.name)) {
      this.#imports.push({ local: node.name.text, specifier, name: '*' });
      this.#imports.push({ local: node.name.text, specifier, name: 'default' });
    } else if (ts.isObjectBindingPattern(node.name))
      for (const { name, propertyName } of node.name.elements)
        if (ts.isIdentifier(name)) {
          const key = propertyName && ts.isIdentifier(propertyName) ? propertyName.text : name.text;
          this.#imports.push({ local: name.text, specifier, name: key });
        }
  }
}

/** How often each child runs for each run of the node. */
function factorsOf(node: ts.Node): (child: ts.Node) => number {
  const always = (): number => 1;
  if (ts.isForStatement(node)) {
    const times = roundsOf(node);
    return (child) => (child === node.initializer ? 1 : times);
  }
  if (ts.isForOfStatement(node) || ts.isForInStatement(node)) {
    const times = ts.isForInStatement(node) ? perKey : timesOver(node.expression);
    return (child) => (child === node.expression ? 1 : times);
  }
  if (ts.isWhileStatement(node) || ts.isDoStatement(node)) return () => perLoop;
  if (ts.isIfStatement(node))
    return (child) => {
      if (child === node.elseStatement) return perBranch;
      if (child !== node.thenStatement) return 1;
      const last = lastOf(child);
      if (ts.isThrowStatement(last)) return perError;
      if (makesKept(node.expression, child) || isOutdated(node.expression)) return perKept;
      return ts.isReturnStatement(last) || ts.isContinueStatement(last) || ts.isBreakStatement(last)
        ? perExit
        : perBranch;
    };
  if (ts.isConditionalExpression(node)) return (child) => (child === node.condition ? 1 : perBranch);
  if (ts.isCaseOrDefaultClause(node)) return () => perCase;
  if (ts.isCatchClause(node) || ts.isThrowStatement(node)) return () => perError;
  if (ts.isBinaryExpression(node))
    switch (node.operatorToken.kind) {
      case ts.SyntaxKind.AmpersandAmpersandToken:
      case ts.SyntaxKind.BarBarToken:
      case ts.SyntaxKind.QuestionQuestionToken:
        return (child) => (child === node.right ? perBranch : 1);
      case ts.SyntaxKind.QuestionQuestionEqualsToken:
      case ts.SyntaxKind.BarBarEqualsToken:
        return (child) => (child === node.right ? perKept : 1);
    }
  return always;
}

/** `if (known) return known;`: what comes behind is done once for each key. */
function restAfter(statement: ts.Node): number {
  if (!ts.isIfStatement(statement) || statement.elseStatement) return 1;
  const last = lastOf(statement.thenStatement);
  if (!ts.isReturnStatement(last) || !last.expression) return 1;
  const asked = bare(withoutComparison(statement.expression));
  const given = bare(last.expression);
  const text = given.getText();
  if (
    ts.isCallExpression(asked) &&
    nameOf(asked) === 'has' &&
    ts.isCallExpression(given) &&
    nameOf(given) === 'get'
  )
    return perKept;
  return asked.getText() === text &&
    (ts.isPropertyAccessExpression(given) ||
      ts.isElementAccessExpression(given) ||
      (ts.isIdentifier(given) && isLookedUp(given)))
    ? perKept
    : 1;
}

/** The variable was declared as what a cache has: `cache.get(key)`, `cache[key]`. */
function isLookedUp(name: ts.Identifier): boolean {
  for (let at: ts.Node | undefined = name; at; at = at.parent) {
    if (!ts.isBlock(at)) continue;
    for (const statement of at.statements) {
      if (!ts.isVariableStatement(statement)) continue;
      const found = statement.declarationList.declarations.find(
        ({ name: declared }) => ts.isIdentifier(declared) && declared.text === name.text,
      );
      const value = found?.initializer && bare(found.initializer);
      if (value)
        return ts.isElementAccessExpression(value) || (ts.isCallExpression(value) && nameOf(value) === 'get');
    }
  }
  return false;
}

/** `if (!this.x) this.x = …` */
function makesKept(condition: ts.Expression, body: ts.Node): boolean {
  const asked = bare(condition);
  const missing = ts.isPrefixUnaryExpression(asked) ? bare(asked.operand) : bare(withoutComparison(asked));
  if (missing === asked) return false;
  const text = missing.getText();
  const statements = ts.isBlock(body) ? body.statements : [body as ts.Statement];
  return statements.some((statement) => {
    const value = ts.isExpressionStatement(statement) ? bare(statement.expression) : undefined;
    return (
      value !== undefined &&
      ts.isBinaryExpression(value) &&
      value.operatorToken.kind === ts.SyntaxKind.EqualsToken &&
      value.left.getText() === text
    );
  });
}

/** `if (this.changed)`, `if (isDirty())`: what was derived is derived anew. */
function isOutdated(condition: ts.Expression): boolean {
  const asked = bare(condition);
  const name = ts.isIdentifier(asked)
    ? asked.text
    : ts.isPropertyAccessExpression(asked)
      ? asked.name.text
      : ts.isCallExpression(asked)
        ? nameOf(asked)
        : undefined;
  return (
    name !== undefined && /(?:^|[a-z])(?:[Cc]hanged|[Dd]irty|[Ss]tale|[Oo]utdated|[Ii]nvalidated)$/.test(name)
  );
}

/**
 * `class extends Base {}`, `Class.prototype[name] = …`: the function makes a class or gives it methods.
 * @param body of a function; functions inside of it are others
 */
function makesClass(body: ts.Node): boolean {
  const visit = (node: ts.Node): boolean => {
    if (ts.isClassLike(node)) return true;
    if (ts.isFunctionLike(node) || ts.isTypeNode(node)) return false;
    return isPrototypeWrite(node) || ts.forEachChild(node, (child) => visit(child) || undefined) === true;
  };
  return visit(body);
}

function isPrototypeWrite(node: ts.Node): boolean {
  if (!ts.isBinaryExpression(node) || node.operatorToken.kind !== ts.SyntaxKind.EqualsToken) return false;
  const target = bare(node.left);
  if (!ts.isPropertyAccessExpression(target) && !ts.isElementAccessExpression(target)) return false;
  const owner = bare(target.expression);
  return ts.isPropertyAccessExpression(owner) && owner.name.text === 'prototype';
}

/** `x` of `x !== undefined`, `x == null`. */
function withoutComparison(node: ts.Node): ts.Node {
  return ts.isBinaryExpression(node) && /^(?:undefined|null)$/.test(node.right.getText()) ? node.left : node;
}

function lastOf(node: ts.Node): ts.Node {
  return ts.isBlock(node) ? (node.statements.at(-1) ?? node) : node;
}

/** `for (let i = 0; i < 4; i++)` */
function roundsOf({ condition }: ts.ForStatement): number {
  const end = condition && ts.isBinaryExpression(condition) ? condition.right : undefined;
  return end && ts.isNumericLiteral(end) ? Number(end.text) : perLoop;
}

/** Elements of what is gone through, as far as its text says. */
function timesOver(list: ts.Node): number {
  const value = bare(list);
  if (ts.isArrayLiteralExpression(value) && !value.elements.some(ts.isSpreadElement))
    return value.elements.length;
  if (ts.isCallExpression(value) && ts.isPropertyAccessExpression(value.expression)) {
    const { expression } = value.expression;
    const object = bare(expression);
    if (ts.isIdentifier(object) && object.text === 'Object') return perKey;
    if (iteratingMethods.has(value.expression.name.text)) return timesOver(object);
  }
  return perLoop;
}

/** How often the call runs what it gets as an argument. */
function timesOf(call: ts.CallExpression | ts.NewExpression, argument: ts.Node): number {
  const name = nameOf(call);
  const position = call.arguments?.indexOf(argument as ts.Expression);
  if (!ts.isCallExpression(call) || !ts.isPropertyAccessExpression(call.expression)) return 1;
  if (name === 'from') return position === 1 ? perLoop : 1;
  return position === 0 && iteratingMethods.has(name ?? '') ? timesOver(call.expression.expression) : 1;
}

function skipParentheses(node: ts.Node): ts.Node {
  let at = node;
  while (ts.isParenthesizedExpression(at.parent)) at = at.parent;
  return at;
}

function isCallee(node: ts.Node): boolean {
  const at = skipParentheses(node);
  return ts.isCallExpression(at.parent) && at.parent.expression === at;
}

function nameOf(call: ts.CallExpression | ts.NewExpression | undefined): string | undefined {
  const callee = call && bare(call.expression);
  if (callee && ts.isIdentifier(callee)) return callee.text;
  return callee && ts.isPropertyAccessExpression(callee) ? callee.name.text : undefined;
}

function textOf(node: ts.Node | undefined): string | undefined {
  return node && ts.isStringLiteralLike(node) ? node.text : undefined;
}

/** What a function, or the class of a constructor, is exported as where it is declared. */
function exportedAs(node: ts.SignatureDeclaration): string | undefined {
  let at: ts.Node = ts.isConstructorDeclaration(node) ? node.parent : node;
  const { name } = at as ts.NamedDeclaration;
  let text = name && ts.isIdentifier(name) ? name.text : undefined;
  if (ts.isVariableDeclaration(at.parent) && ts.isIdentifier(at.parent.name)) {
    text = at.parent.name.text;
    at = at.parent.parent.parent;
  }
  if (ts.isExportAssignment(at.parent)) return 'default';
  const modifiers = ts.canHaveModifiers(at) ? (ts.getModifiers(at) ?? []) : [];
  if (!modifiers.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword)) return undefined;
  return modifiers.some(({ kind }) => kind === ts.SyntaxKind.DefaultKeyword) ? 'default' : text;
}

/** `export default f`, `module.exports = { f }`, `exports.f = f` */
function exportedByAssignment(node: ts.Identifier): string | undefined {
  let { parent } = node as ts.Node;
  let name = 'default';
  if (ts.isExportAssignment(parent)) return name;
  if (ts.isShorthandPropertyAssignment(parent) || ts.isPropertyAssignment(parent)) {
    if (!ts.isIdentifier(parent.name)) return undefined;
    name = parent.name.text;
    parent = parent.parent.parent;
  }
  if (!ts.isBinaryExpression(parent) || parent.left === node) return undefined;
  const target = /^(?:module\.)?exports(?:\.(\w+))?$/.exec(parent.left.getText());
  return target ? (target[1] ?? name) : undefined;
}
