import type { TSESLint, TSESTree } from '@typescript-eslint/utils';
import type { Span } from '../../model';
import { completionOf, tryAround } from '../flow/completion';
import { loopsOutlivedBy } from '../flow/loops';
import type { Copy } from './accumulation';
import { perNode } from './accumulator';
import { arrayMutability, isKnownArray, type Mutability, recordMutability } from '../types/arrays';
import type { ProposedFix } from '../edit/proposed-fix';
import {
  contains,
  enclosingFunction,
  isFunction,
  isGlobal,
  memberName,
  methodName,
  unwrap,
  type FunctionNode,
} from '../syntax/nodes';
import { asItem } from '../edit/expressions';
import { indentAt, indentUnit, losesComment, newlineOf } from '../edit/layout';
import { freshName, isDeclared } from '../edit/names';
import { guard, isSemicolonFree } from '../edit/statements';
import { code } from '../../wording';

/**
 * The fix of ts/accumulating-spread: writes to the accumulator in place. What it needs to be the same program: the
 * accumulator starts as a fresh value, nobody else holds it while it grows, and its type may be written to. What the
 * file does not show becomes a condition, and the fix a suggestion that names it.
 */

export interface FixContext {
  readonly sourceCode: TSESLint.SourceCode;
  /** TypeScript, where what is written must also type-check. */
  readonly typed: boolean;
}

const mutableType = 'its type lets it be written to';
const noProto = 'no key is `__proto__`';
const noHoles = 'what is added has no holes';
const newWhenEmpty = 'the result may be a copy of the seed when there is nothing to add';

export function reduceFix(
  context: FixContext,
  call: TSESTree.CallExpression,
  callback: FunctionNode,
  accumulator: TSESLint.Scope.Variable,
  copies: readonly Copy[],
): ProposedFix | undefined {
  const { sourceCode } = context;
  const [, seed] = call.arguments;
  if (copies.some(({ form }) => form === 'collection')) return undefined;
  if (callback.async || !seed || seed.type === 'SpreadElement' || call.callee.type !== 'MemberExpression')
    return undefined;
  const results = resultsOf(sourceCode, callback);
  if (!results) return undefined;
  const leaves = results.flatMap((result) => leavesOf(result.value));
  const isCopy = (node: TSESTree.Node): Copy | undefined => copies.find((copy) => copy.node === node);
  const isAccumulator = (node: TSESTree.Node): boolean =>
    accumulator.references.some(({ identifier }) => identifier === node);
  if (!leaves.every((leaf) => isCopy(leaf) || isAccumulator(leaf))) return undefined;
  if (!copies.every((copy) => leaves.includes(copy.node))) return undefined;
  for (const reference of accumulator.references) {
    const identifier = reference.identifier as TSESTree.Identifier;
    if (reference.isWrite() || enclosingFunction(identifier) !== callback) return undefined;
    const inCopy = copies.some((copy) => contains(copy.source, identifier));
    if (!inCopy && !leaves.includes(identifier) && !isRead(sourceCode, identifier)) return undefined;
  }

  const conditions = new Set<string>();
  const object = copies[0]!.object;
  if (copies.some((copy) => copy.object !== object)) return undefined;
  const edits: { span: Span; newText: string }[] = [];
  const literal = unwrap(seed);
  if (object ? literal.type === 'ObjectExpression' : literal.type === 'ArrayExpression') {
    if (literal.type === 'ObjectExpression' && literal.properties.some((p) => p.type === 'Property' && p.kind !== 'init')) return undefined; // prettier-ignore
  } else if (literal.type === 'Identifier' || literal.type === 'MemberExpression') {
    const text = sourceCode.getText(seed);
    edits.push({ span: spanOf(seed), newText: object ? `{ ...${text} }` : `[...${text}]` });
    conditions.add(newWhenEmpty);
  } else return undefined;
  const annotation = parameterType(callback) ?? call.typeArguments?.params[0] ?? assertedType(seed);
  if (context.typed && annotation === undefined && !admits(literal, copies)) return undefined;
  const mutability = mutabilityOf(context, annotation, object);
  if (mutability === 'readonly') return undefined;
  if (mutability === 'unknown') conditions.add(mutableType);
  if (!isKnownArray(sourceCode, call.callee.object)) {
    conditions.add(`${subject(sourceCode, call.callee.object)} is an array`);
  }

  const writer = new Writer(context, accumulator.name, conditions);
  for (const result of results) {
    if (!leavesOf(result.value).some(isCopy)) continue;
    const lines = writer.result(result.value, isCopy);
    if (!lines) return undefined;
    const kept = keptNodes(result.value, copies);
    const span = result.span;
    if (losesComment(sourceCode, span, kept)) return undefined;
    edits.push({
      span,
      newText: writer.block([...lines, `return ${accumulator.name}`], result.layout, span),
    });
  }
  return fix(object, conditions, edits);
}

export function loopFix(
  context: FixContext,
  assignment: TSESTree.AssignmentExpression,
  variable: TSESLint.Scope.Variable,
  copy: Copy,
): ProposedFix | undefined {
  if (copy.form === 'collection') return undefined;
  const { sourceCode } = context;
  const statement = assignment.parent;
  const definition = variable.defs.length === 1 ? variable.defs[0]! : undefined;
  if (statement.type !== 'ExpressionStatement' || definition?.node.type !== 'VariableDeclarator')
    return undefined;
  const declarator = definition.node;
  if (declarator.id !== definition.name || !declarator.init) return undefined;
  if (declarator.parent.parent.type === 'ExportNamedDeclaration' || variable.scope.type === 'global')
    return undefined;
  const literal = unwrap(declarator.init);
  if (literal.type !== (copy.object ? 'ObjectExpression' : 'ArrayExpression')) return undefined;
  if (literal.type === 'ObjectExpression' && literal.properties.some((p) => p.type === 'Property' && p.kind !== 'init')) return undefined; // prettier-ignore

  const home = enclosingFunction(declarator);
  const repeated = [...loopsOutlivedBy(assignment, declarator)].at(-1);
  if (!repeated) return undefined;
  const isOwn = (use: TSESTree.Node): boolean => use === assignment.left || contains(copy.source, use);
  const inTheWay = obstaclesOf(sourceCode, variable, declarator)(repeated);
  if (inTheWay[copy.object ? 'object' : 'array'].some((use) => !isOwn(use))) return undefined;
  if (!synchronously(enclosingFunction(assignment), home)) return undefined;

  const conditions = new Set<string>();
  const name = definition.name.type === 'Identifier' ? definition.name : undefined;
  const annotation = name?.typeAnnotation?.typeAnnotation ?? assertedType(declarator.init);
  // `let x = []` evolves to any[]; `let o = {}` stays {}.
  const evolves = annotation === undefined && !copy.object;
  if (context.typed && annotation === undefined && !admits(literal, [copy])) return undefined;
  const mutability = evolves ? 'mutable' : mutabilityOf(context, annotation, copy.object);
  if (mutability === 'readonly') return undefined;
  if (mutability === 'unknown') conditions.add(mutableType);

  const writer = new Writer(context, variable.name, conditions);
  const lines = writer.copy(copy);
  const span = spanOf(statement);
  // A handler could see the accumulator half written.
  if (lines && (lines.length > 1 || lines[0]!.startsWith('for')) && tryAround(assignment, home))
    return undefined;
  if (!lines || losesComment(sourceCode, span, keptNodes(copy.node, [copy]))) return undefined;
  const layout = isStatementList(statement.parent) ? 'statements' : lines.length > 1 ? 'block' : 'statements';
  return fix(copy.object, conditions, [{ span, newText: writer.block(lines, layout, span) }]);
}

/** Uses of a variable beside which its copies must stay copies: of an array, and of an object. */
interface Obstacles {
  readonly array: readonly TSESTree.Node[];
  readonly object: readonly TSESTree.Node[];
}

const obstacles = new WeakMap<TSESLint.Scope.Variable, (loop: TSESTree.Node) => Obstacles>();

/** By the outermost loop that the variable outlives; the same for all copies there. */
function obstaclesOf(
  sourceCode: TSESLint.SourceCode,
  variable: TSESLint.Scope.Variable,
  declarator: TSESTree.VariableDeclarator,
): (loop: TSESTree.Node) => Obstacles {
  const home = enclosingFunction(declarator);
  const find = (loop: TSESTree.Node): Obstacles => {
    const found = { array: [] as TSESTree.Node[], object: [] as TSESTree.Node[] };
    for (const reference of variable.references) {
      const use = reference.identifier as TSESTree.Identifier;
      if (reference.init === true) continue;
      if (reference.isWrite()) {
        if (!isSameForm(use, false)) found.array.push(use);
        if (!isSameForm(use, true)) found.object.push(use);
        continue;
      }
      const where = enclosingFunction(use);
      const after = use.range[0] > loop.range[1];
      if (after && (where === home || where?.type !== 'FunctionDeclaration')) continue;
      if (partOfSameForm(use, variable.name)) continue;
      if (isRead(sourceCode, use) && synchronously(where, home)) continue;
      found.array.push(use);
      found.object.push(use);
    }
    return found;
  };
  const known = obstacles.get(variable) ?? perNode(find);
  obstacles.set(variable, known);
  return known;
}

function fix(object: boolean, conditions: ReadonlySet<string>, edits: ProposedFix['edits']): ProposedFix {
  const title = object ? 'Assign to the accumulator in place' : 'Push onto the accumulator in place';
  return conditions.size === 0
    ? { title, kind: 'safe', edits }
    : { title: `${title} (if ${[...conditions].join(', and ')})`, kind: 'suggestion', edits };
}

type Layout = 'statements' | 'block';

/** Writes the statements that replace a copy. `undefined` where the replacement would not be the same. */
class Writer {
  readonly #sourceCode: TSESLint.SourceCode;
  readonly #text: string;
  readonly #end: '' | ';';
  #item: string | undefined;

  constructor(
    context: FixContext,
    readonly name: string,
    readonly conditions: Set<string>,
  ) {
    this.#sourceCode = context.sourceCode;
    this.#text = context.sourceCode.getText();
    this.#end = isSemicolonFree(context.sourceCode) ? '' : ';';
  }

  /** A result expression as statements without the final return. */
  result(
    value: TSESTree.Expression,
    isCopy: (node: TSESTree.Node) => Copy | undefined,
  ): string[] | undefined {
    if (value.type !== 'ConditionalExpression') {
      const copy = isCopy(value);
      return copy ? this.copy(copy) : [];
    }
    const test = this.#sourceCode.getText(value.test);
    const yes = this.result(value.consequent, isCopy);
    const no = this.result(value.alternate, isCopy);
    if (!yes || !no) return undefined;
    if (no.length === 0) return yes.length === 0 ? [test] : [`if (${test}) ${this.#body(yes)}`];
    if (yes.length === 0) return [`if (!${bindsTightly(value.test) ? test : `(${test})`}) ${this.#body(no)}`];
    return [`if (${test}) ${this.#body(yes, true)} else ${this.#body(no)}`];
  }

  /** @param before `else` comes next, which only a semicolon or a brace lets a statement end before */
  #body(lines: readonly string[], before = false): string {
    const block = lines.length > 1 || lines[0]!.startsWith('if') || (before && this.#end === '');
    if (block) return `{ ${lines.join('; ')}${this.#end} }`;
    return `${lines[0]!}${before ? ';' : ''}`;
  }

  /**
   * Lines, which are without semicolons, as they stand at an offset: bare statements, or a block.
   * @param replaced what stands there now
   */
  block(lines: readonly string[], layout: Layout, { start, end }: Span): string {
    const indent = indentAt(this.#text, start);
    const newline = newlineOf(this.#text);
    const written = lines.map((line, index) => {
      const guarded = index === 0 ? guard(this.#sourceCode, start, line) : '';
      return `${guarded}${line}${line.endsWith('}') && /^(?:if|for)\b/.test(line) ? '' : this.#end}`;
    });
    if (layout === 'statements') {
      // A statement ends as the one did that it replaces.
      const last = written.at(-1)!.replace(/;$/, '') + (this.#text[end - 1] === ';' ? ';' : '');
      return [...written.slice(0, -1), last].join(newline + indent);
    }
    const inner = indent + indentUnit(this.#text);
    return ['{', ...written.map((line) => inner + line), `${indent}}`].join(newline);
  }

  copy(copy: Copy): string[] | undefined {
    const groups = copy.object ? this.#objectGroups(copy) : this.#arrayGroups(copy);
    if (!groups) return undefined;
    // What is written first would be seen by what is evaluated later.
    if (
      groups.some(
        (group, index) => (index > 0 || group.lazy) && group.parts.some((part) => this.#mentions(part)),
      )
    ) {
      return undefined;
    }
    return groups.map((group) => group.line);
  }

  #arrayGroups(copy: Copy): Group[] | undefined {
    if (copy.form === 'spread') {
      const { elements } = copy.node as TSESTree.ArrayExpression;
      return elements[0] === copy.source ? this.#elements(elements.slice(1)) : undefined;
    }
    const groups: Group[] = [];
    for (const argument of (copy.node as TSESTree.CallExpression).arguments) {
      if (argument.type === 'SpreadElement') return undefined;
      const value = unwrap(argument);
      if (value.type === 'ArrayExpression') {
        const inner = this.#elements(value.elements);
        if (!inner) return undefined;
        groups.push(...inner);
      } else if (isScalar(value)) groups.push(this.#push([argument]));
      else if (isKnownArray(this.#sourceCode, argument)) {
        this.conditions.add(noHoles);
        groups.push(this.#each(argument));
      } else return undefined;
    }
    return groups;
  }

  #elements(elements: TSESTree.ArrayExpression['elements']): Group[] | undefined {
    const groups: Group[] = [];
    let plain: TSESTree.Expression[] = [];
    const flush = (): void => {
      if (plain.length > 0) groups.push(this.#push(plain));
      plain = [];
    };
    for (const element of elements) {
      if (element === null) return undefined;
      if (element.type !== 'SpreadElement') plain.push(element);
      else {
        flush();
        groups.push(this.#each(element.argument));
      }
    }
    flush();
    return groups;
  }

  #push(parts: readonly TSESTree.Expression[]): Group {
    const values = parts.map((part) => asItem(this.#sourceCode, part)).join(', ');
    return { line: `${this.name}.push(${values})`, parts, lazy: false };
  }

  /** Not `push(...many)`: that throws from some 120,000 arguments on. */
  #each(list: TSESTree.Expression): Group {
    this.#item ??= freshName(this.#sourceCode, 'item');
    const text = asItem(this.#sourceCode, list);
    return {
      line: `for (const ${this.#item} of ${text}) ${this.name}.push(${this.#item})`,
      parts: [list],
      lazy: true,
    };
  }

  #objectGroups(copy: Copy): Group[] | undefined {
    const groups: Group[] = [];
    const add = (properties: TSESTree.ObjectExpression['properties']): boolean =>
      properties.every((property) => {
        const group =
          property.type === 'SpreadElement' ? this.#assign(property.argument) : this.#property(property);
        if (group) groups.push(group);
        return group !== undefined;
      });
    if (copy.form === 'spread') {
      const { properties } = copy.node as TSESTree.ObjectExpression;
      return properties[0] === copy.source && add(properties.slice(1)) ? groups : undefined;
    }
    for (const argument of (copy.node as TSESTree.CallExpression).arguments.slice(2)) {
      if (argument.type === 'SpreadElement') return undefined;
      if (argument.type === 'ObjectExpression') {
        if (!add(argument.properties)) return undefined;
      } else {
        const group = this.#assign(argument);
        if (!group) return undefined;
        groups.push(group);
      }
    }
    return groups;
  }

  #assign(source: TSESTree.Expression): Group | undefined {
    if (isDeclared(this.#sourceCode, 'Object')) return undefined;
    this.conditions.add(noProto);
    return {
      line: `Object.assign(${this.name}, ${asItem(this.#sourceCode, source)})`,
      parts: [source],
      lazy: true,
    };
  }

  #property(property: TSESTree.Property): Group | undefined {
    const { key, value } = property;
    if (property.kind !== 'init' || property.method || value.type === 'AssignmentPattern') return undefined;
    const expression = value as TSESTree.Expression;
    // An assignment to a member gives no name to a function or class.
    if ((isFunction(expression) || expression.type === 'ClassExpression') && !('id' in expression && expression.id)) return undefined; // prettier-ignore
    const text = asItem(this.#sourceCode, expression);
    const parts: TSESTree.Node[] = property.computed ? [key, expression] : [expression];
    if (property.computed) {
      if (!isNeverProto(key)) this.conditions.add(noProto);
      return { line: `${this.name}[${this.#sourceCode.getText(key)}] = ${text}`, parts, lazy: false };
    }
    if (key.type === 'Identifier') {
      return key.name === '__proto__'
        ? undefined
        : { line: `${this.name}.${key.name} = ${text}`, parts, lazy: false };
    }
    if (key.type !== 'Literal' || key.value === '__proto__') return undefined;
    return { line: `${this.name}[${key.raw}] = ${text}`, parts, lazy: false };
  }

  #mentions(part: TSESTree.Node): boolean {
    return this.#sourceCode.getTokens(part).some((token) => token.value === this.name);
  }
}

interface Group {
  readonly line: string;
  readonly parts: readonly TSESTree.Node[];
  /** Evaluated while the accumulator is already being written. */
  readonly lazy: boolean;
}

interface Result {
  readonly value: TSESTree.Expression;
  /** What is replaced: the return statement, or the arrow's body. */
  readonly span: Span;
  readonly layout: Layout;
}

/** Every value that the function returns; `undefined` when it may end without one. */
function resultsOf(sourceCode: TSESLint.SourceCode, callback: FunctionNode): Result[] | undefined {
  if (callback.body.type !== 'BlockStatement') {
    const arrow = sourceCode.getTokenBefore(callback.body, (token) => token.value === '=>')!;
    const start = sourceCode.getTokenAfter(arrow)!.range[0];
    return [{ value: callback.body, span: { start, end: callback.range[1] }, layout: 'block' }];
  }
  const results: Result[] = [];
  let complete = true;
  const visit = (node: TSESTree.Node): void => {
    if (isFunction(node) || node.type === 'ClassExpression') return;
    if (node.type === 'ReturnStatement') {
      if (node.argument) {
        const layout = isStatementList(node.parent) ? 'statements' : 'block';
        results.push({ value: node.argument, span: spanOf(node), layout });
      } else complete = false;
      return;
    }
    for (const key of sourceCode.visitorKeys[node.type] ?? []) {
      const value = (node as unknown as Record<string, unknown>)[key];
      for (const child of Array.isArray(value) ? value : [value]) {
        if (child && typeof (child as TSESTree.Node).type === 'string') visit(child as TSESTree.Node);
      }
    }
  };
  visit(callback.body);
  return complete && !completionOf(callback.body).normal ? results : undefined;
}

function leavesOf(value: TSESTree.Expression): TSESTree.Expression[] {
  return value.type === 'ConditionalExpression'
    ? [...leavesOf(value.consequent), ...leavesOf(value.alternate)]
    : [value];
}

/** The parts of a result whose text goes into the fix, comments included. */
function keptNodes(value: TSESTree.Expression, copies: readonly Copy[]): TSESTree.Node[] {
  if (value.type === 'ConditionalExpression') {
    return [value.test, ...keptNodes(value.consequent, copies), ...keptNodes(value.alternate, copies)];
  }
  const copy = copies.find(({ node }) => node === value);
  if (!copy) return [];
  if (copy.node.type === 'ObjectExpression') return copy.node.properties.flatMap(partsOfProperty);
  const parts = copy.node.type === 'ArrayExpression' ? copy.node.elements : copy.node.arguments;
  return parts.flatMap((part) => {
    if (part === null) return [];
    if (part.type === 'SpreadElement') return [part.argument];
    if (copy.form !== 'spread' && part.type === 'ArrayExpression')
      return part.elements.filter((e) => e !== null);
    if (copy.form !== 'spread' && part.type === 'ObjectExpression')
      return part.properties.flatMap(partsOfProperty);
    return [part];
  });
}

function partsOfProperty(property: TSESTree.Property | TSESTree.SpreadElement): TSESTree.Node[] {
  return property.type === 'SpreadElement' ? [property.argument] : [property.key, property.value];
}

const readingMethods = new Set(['includes', 'indexOf', 'lastIndexOf', 'at', 'join', 'some', 'every', 'find', 'findIndex', 'findLast', 'findLastIndex', 'hasOwnProperty']); // prettier-ignore
const readingFunctions = new Set(['keys', 'values', 'entries', 'hasOwn']);

/** A use that keeps nothing of the array or object: `acc.length`, `acc[i]`, `acc.includes(x)`, `k in acc`. */
function isRead(sourceCode: TSESLint.SourceCode, identifier: TSESTree.Identifier): boolean {
  const { parent } = identifier;
  if (parent.type === 'BinaryExpression') return parent.operator === 'in' && parent.right === identifier;
  if (parent.type === 'CallExpression') {
    const { callee } = parent;
    return (
      callee.type === 'MemberExpression' &&
      callee.object.type === 'Identifier' &&
      callee.object.name === 'Object' &&
      isGlobal(sourceCode, callee.object) &&
      readingFunctions.has(memberName(callee) ?? '')
    );
  }
  if (parent.type !== 'MemberExpression' || parent.object !== identifier) return false;
  const use = parent.parent;
  if (use.type === 'CallExpression' && use.callee === parent)
    return readingMethods.has(memberName(parent) ?? '');
  if (use.type === 'AssignmentExpression' && use.left === parent) return false;
  if (use.type === 'UpdateExpression' || (use.type === 'UnaryExpression' && use.operator === 'delete'))
    return false;
  return use.type !== 'TaggedTemplateExpression';
}

/** The identifier is the target of another accumulation of the same variable: `x = [...x, y]` as a statement. */
function isSameForm(identifier: TSESTree.Identifier, object: boolean): boolean {
  const { parent } = identifier;
  if (parent.type !== 'AssignmentExpression' || parent.operator !== '=' || parent.left !== identifier)
    return false;
  const right = unwrap(parent.right);
  return parent.parent.type === 'ExpressionStatement' && copiesFirst(right, identifier.name, object);
}

function partOfSameForm(identifier: TSESTree.Identifier, name: string): boolean {
  const spread = identifier.parent;
  const whole = spread.type === 'SpreadElement' ? spread.parent : undefined;
  const assignment = whole?.parent;
  return (
    assignment?.type === 'AssignmentExpression' &&
    assignment.parent.type === 'ExpressionStatement' &&
    assignment.left.type === 'Identifier' &&
    assignment.left.name === name &&
    copiesFirst(whole as TSESTree.Expression, name, whole!.type === 'ObjectExpression')
  );
}

/** `[...name, …]` or `{ ...name, … }`. */
function copiesFirst(value: TSESTree.Expression, name: string, object: boolean): boolean {
  const parts = value.type === 'ArrayExpression' && !object ? value.elements : value.type === 'ObjectExpression' && object ? value.properties : undefined; // prettier-ignore
  const first = parts?.[0];
  return (
    first?.type === 'SpreadElement' && first.argument.type === 'Identifier' && first.argument.name === name
  );
}

/** True when a function runs while its home runs: the home itself, or callbacks of `forEach` in it. */
function synchronously(where: FunctionNode | undefined, home: FunctionNode | undefined): boolean {
  let at = where;
  while (at !== home) {
    const call = at?.parent;
    if (!at || at.async || at.generator || call?.type !== 'CallExpression' || methodName(call) !== 'forEach')
      return false;
    at = enclosingFunction(at);
  }
  return true;
}

/** May follow `!` without parentheses. */
function bindsTightly({ type }: TSESTree.Expression): boolean {
  return type === 'Identifier' || type === 'MemberExpression' || type === 'CallExpression';
}

function isStatementList(node: TSESTree.Node): boolean {
  return node.type === 'BlockStatement' || node.type === 'Program' || node.type === 'SwitchCase';
}

/** A value that `concat` appends as one element. */
function isScalar(value: TSESTree.Expression): boolean {
  return (
    value.type === 'Literal' ||
    value.type === 'TemplateLiteral' ||
    value.type === 'ObjectExpression' ||
    isFunction(value)
  );
}

/** A computed key that cannot be "__proto__": a number, or a template that starts or ends otherwise. */
function isNeverProto(key: TSESTree.Node): boolean {
  if (key.type === 'Literal') return key.value !== '__proto__';
  if (key.type !== 'TemplateLiteral') return false;
  const start = key.quasis[0]!.value.cooked ?? '';
  const end = key.quasis.at(-1)!.value.cooked ?? '';
  return !'__proto__'.startsWith(start) || !'__proto__'.endsWith(end);
}

function parameterType(callback: FunctionNode): TSESTree.TypeNode | undefined {
  const [first] = callback.params;
  return first?.type === 'Identifier' ? first.typeAnnotation?.typeAnnotation : undefined;
}

function assertedType(expression: TSESTree.Expression): TSESTree.TypeNode | undefined {
  return expression.type === 'TSAsExpression' || expression.type === 'TSTypeAssertion'
    ? expression.typeAnnotation
    : undefined;
}

/**
 * What is written is among the properties of the first value: without an annotation the type is that of the literal, and
 * `{}` has none, whatever the result is assigned to.
 */
function admits(literal: TSESTree.Expression, copies: readonly Copy[]): boolean {
  if (literal.type !== 'ObjectExpression') return true;
  if (literal.properties.some(({ type }) => type === 'SpreadElement')) return true;
  const nameOf = (property: TSESTree.ObjectLiteralElement): string | undefined =>
    property.type === 'Property' && !property.computed
      ? property.key.type === 'Identifier'
        ? property.key.name
        : String((property.key as TSESTree.Literal).value)
      : undefined;
  const names = new Set(literal.properties.map(nameOf));
  const written = copies.flatMap(({ node }): readonly TSESTree.Node[] =>
    node.type === 'CallExpression' ? node.arguments : [node],
  );
  return written.every(
    (node) =>
      node.type !== 'ObjectExpression' ||
      node.properties.every((property) => {
        // A spread becomes Object.assign(), which takes what it is given.
        if (property.type === 'SpreadElement') return true;
        const name = nameOf(property);
        return name !== undefined && names.has(name);
      }),
  );
}

function mutabilityOf(context: FixContext, type: TSESTree.TypeNode | undefined, object: boolean): Mutability {
  if (!context.typed) return 'mutable';
  return object ? recordMutability(context.sourceCode, type) : arrayMutability(context.sourceCode, type);
}

/** The reduced expression in a title: its text when it is short. */
function subject(sourceCode: TSESLint.SourceCode, node: TSESTree.Node): string {
  const text = sourceCode.getText(node);
  return text.length <= 30 && !text.includes('\n') ? code(text) : 'what is reduced';
}

function spanOf(node: TSESTree.Node): Span {
  return { start: node.range[0], end: node.range[1] };
}
