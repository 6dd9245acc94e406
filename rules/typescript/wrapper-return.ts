import type { TSESLint, TSESTree } from '@typescript-eslint/utils';
import { asItem } from './edit/expressions';
import { indentAt, newlineOf } from './edit/layout';
import { appendItem } from './edit/lists';
import { derivedName, localName, moduleName } from './edit/names';
import { isSemicolonFree } from './edit/statements';
import { completionOf } from './flow/completion';
import { comesFirst, mostly } from './flow/first-round';
import { earliestRun } from './flow/module-load';
import { noCycle } from './hoist/hoist';
import { declareConstants } from './hoist/place';
import { isModule } from './syntax/module';
import type { TextEdit } from '../model';
import { effectsOf, listForeign, type ForeignCode } from './flow/effects';
import { hotThreshold } from './heat/static-heat';
import { outermostLoopStatement } from './flow/loops';
import { comesBack } from './flow/mentions';
import { createRule, type ProposedFix } from './rule';
import { functionOf, usesArguments } from './syntax/functions';
import {
  enclosingFunction,
  isFunction,
  memberName,
  type FunctionNode,
  variableOf,
  walk,
} from './syntax/nodes';
import { typeOf } from './types/values';
import { code } from '../wording';

/**
 * TurboFan replaces an object by its fields when the function that makes it is inlined and one allocation reaches the
 * reader. Measured on Node 20 to 26: two results that meet (two literals, or a literal and null) stay allocated however
 * small the function is; so do the results of recursive functions and of functions over the inlining limit of 460
 * bytes of bytecode (--max-inlined-bytecode-size).
 */
const tooLargeToInline = 250; // Syntax nodes: 98 % of the functions of this size compile to more than 460 bytes.

type Wrapper = TSESTree.ObjectExpression | TSESTree.ArrayExpression;

interface Call {
  readonly node: TSESTree.CallExpression;
  /** `apart`: destructured or one member read at once; `held`: in a `const` of which members are read; `passed on`: by itself. */
  readonly form: 'apart' | 'held' | 'passed on';
  readonly variable: TSESLint.Scope.Variable | undefined;
}

interface Candidate {
  readonly fn: FunctionNode;
  readonly name: string;
  /** Fields, in the order of the first literal; `undefined` for a tuple. */
  readonly keys: readonly string[] | undefined;
  readonly size: number;
  readonly wrappers: readonly Wrapper[];
  readonly returns: readonly TSESTree.ReturnStatement[];
  readonly calls: readonly Call[];
  readonly recursive: boolean;
  /** It returns null, undefined or false, too. */
  readonly nothing: boolean;
  readonly exported: boolean;
}

export const wrapperReturn = createRule({
  id: 'ts/wrapper-return',
  summary: 'an object or tuple returned on each call, taken apart by every caller, that V8 does not remove',
  fix: 'safe',
  recipe: 'Let the caller pass in an object to fill, or return the parts one by one',
  reports: 'hot only',
  sample: 'typescript/wrapper-return',
  allocation: { kind: 'object', cost: 'always', reason: 'V8 does not replace it by its fields' },
  words: [['return', '=>']],
  messages: {
    wrapper: '`{{name}}()` returns a new {{what}} each time, and every caller takes it apart',
  },
  check(context, report) {
    const { sourceCode } = context;
    const typed = /\.[cm]?tsx?$/.test(context.filename);
    const check = (node: FunctionNode): void => {
      const candidate = candidateOf(sourceCode, node);
      if (!candidate) return;
      const why = reasonOf(sourceCode, candidate);
      if (why === undefined) return;
      const hottest = candidate.calls
        .filter((call) => enclosingFunction(call.node) !== node)
        .map((call) => ({ call, score: context.heat(call.node).score }))
        .sort((a, b) => b.score - a.score)[0];
      if (!hottest) return;
      const wrapper = candidate.wrappers[0]!;
      report({
        at: wrapper,
        heatAt: hottest.call.node,
        messageId: 'wrapper',
        data: { name: candidate.name, what: candidate.keys ? 'object' : 'array', why },
        allocation: { kind: candidate.keys ? 'object' : 'array', reason: `V8 keeps it, because ${why}` },
        related: [
          {
            at: hottest.call.node,
            message: hottest.score >= hotThreshold ? 'called here, in hot code' : 'called here',
          },
          ...candidate.wrappers.slice(1).map((other) => ({ at: other, message: 'another result' })),
        ],
        fixes: fixes(sourceCode, candidate, typed),
      });
    };
    return { FunctionDeclaration: check, FunctionExpression: check, ArrowFunctionExpression: check };
  },
});

function reasonOf(sourceCode: TSESLint.SourceCode, candidate: Candidate): string | undefined {
  if (candidate.recursive) return 'the function calls itself';
  if (candidate.wrappers.length > 1) return 'different results meet at the caller';
  if (candidate.nothing) return 'the result may also be empty';
  return nodes(sourceCode, candidate.fn) > tooLargeToInline
    ? 'the function is too large to be inlined'
    : undefined;
}

/** Nodes that become bytecode, functions inside left out: as the threshold was calibrated. */
function nodes(sourceCode: TSESLint.SourceCode, fn: FunctionNode): number {
  let count = 0;
  walk(sourceCode, fn.body, (node) => {
    if (isFunction(node)) return false;
    if (/^TS(?!As|NonNull|Satisfies)/.test(node.type)) return false;
    if (!/^(?:TS|BlockStatement|ExpressionStatement|VariableDeclaration$)/.test(node.type)) count++;
    return true;
  });
  return count;
}

function candidateOf(sourceCode: TSESLint.SourceCode, fn: FunctionNode): Candidate | undefined {
  if (fn.async || fn.generator) return undefined;
  const variable = variableOf(sourceCode, fn);
  const name = variable?.name;
  if (!variable || name === undefined) return undefined;
  const wrappers: Wrapper[] = [];
  const returns: TSESTree.ReturnStatement[] = [];
  let nothing = false;
  let recursive = false;
  let other = false;
  const result = (node: TSESTree.Expression | null): void => {
    if (node === null || isNothing(node)) nothing = true;
    else if (node.type === 'ObjectExpression' || node.type === 'ArrayExpression') wrappers.push(node);
    else if (node.type === 'ConditionalExpression') {
      result(node.consequent);
      result(node.alternate);
    } else if (!isSelfCall(sourceCode, node, fn)) other = true;
  };
  if (fn.body.type === 'BlockStatement') {
    // The end of the body is another result, `undefined`, that is written nowhere.
    if (completionOf(fn.body).normal) return undefined;
    walk(sourceCode, fn.body, (node) => {
      if (isFunction(node)) return false;
      if (node.type === 'ReturnStatement') {
        returns.push(node);
        result(node.argument);
      }
      return !other;
    });
  } else result(fn.body);
  if (other || wrappers.length === 0) return undefined;
  const first = wrappers[0]!;
  const keys = keysOf(first);
  const size = first.type === 'ArrayExpression' ? first.elements.length : (keys?.length ?? 0);
  if (size === 0 || size > 8 || !wrappers.every((wrapper) => sameShape(wrapper, keys, size)))
    return undefined;

  // The compiler resolves the name, so every use is seen; one that is not a call hides callers.
  if (
    functionOf(sourceCode, variable.identifiers[0] as TSESTree.Identifier) !== fn &&
    variable.defs.length !== 1
  )
    return undefined;
  const calls: Call[] = [];
  let exported = isExported(variable, fn);
  for (const reference of variable.references) {
    if (reference.init) continue;
    if (reference.isWrite()) return undefined;
    const identifier = reference.identifier as TSESTree.Node;
    if (isExportOf(identifier)) {
      exported = true;
      continue;
    }
    const call = identifier.parent;
    if (call?.type !== 'CallExpression' || call.callee !== identifier || call.optional) return undefined;
    const form = formOf(sourceCode, call, fn, keys, size);
    if (!form) return undefined;
    if (enclosingFunction(call) === fn) recursive = true;
    calls.push(form);
  }
  return { fn, name, keys, size, wrappers, returns, calls, recursive, nothing, exported };
}

const isNothing = (node: TSESTree.Expression): boolean =>
  (node.type === 'Literal' &&
    (node.value === null || node.value === false) &&
    !('regex' in node) &&
    !('bigint' in node)) ||
  (node.type === 'Identifier' && node.name === 'undefined');

function isSelfCall(sourceCode: TSESLint.SourceCode, node: TSESTree.Expression, fn: FunctionNode): boolean {
  return (
    node.type === 'CallExpression' &&
    node.callee.type === 'Identifier' &&
    functionOf(sourceCode, node.callee) === fn
  );
}

function keysOf(wrapper: Wrapper): string[] | undefined {
  if (wrapper.type === 'ArrayExpression') return undefined;
  const keys: string[] = [];
  for (const property of wrapper.properties) {
    if (property.type !== 'Property' || property.computed || property.method || property.kind !== 'init')
      return [];
    if (property.key.type !== 'Identifier' || property.key.name === '__proto__') return [];
    if (isFunction(property.value as TSESTree.Node)) return [];
    keys.push(property.key.name);
  }
  return keys;
}

function sameShape(wrapper: Wrapper, keys: readonly string[] | undefined, size: number): boolean {
  if (wrapper.type === 'ArrayExpression') {
    return (
      keys === undefined &&
      wrapper.elements.length === size &&
      wrapper.elements.every((element) => element !== null && element.type !== 'SpreadElement')
    );
  }
  const own = keysOf(wrapper)!;
  return (
    keys !== undefined &&
    own.length === size &&
    new Set(own).size === size &&
    own.every((key) => keys.includes(key))
  );
}

function isExported(variable: TSESLint.Scope.Variable, fn: FunctionNode): boolean {
  const declared = fn.type === 'FunctionDeclaration' ? fn : fn.parent?.parent;
  const scope = variable.scope.type;
  return (
    declared?.parent?.type === 'ExportNamedDeclaration' ||
    declared?.parent?.type === 'ExportDefaultDeclaration' ||
    scope === 'global'
  );
}

const isExportOf = (identifier: TSESTree.Node): boolean =>
  identifier.parent?.type === 'ExportSpecifier' || identifier.parent?.type === 'ExportDefaultDeclaration';

/** How a call's result is used; `undefined` when something keeps it. */
function formOf(
  sourceCode: TSESLint.SourceCode,
  call: TSESTree.CallExpression,
  fn: FunctionNode,
  keys: readonly string[] | undefined,
  size: number,
): Call | undefined {
  // `f()!.a`
  const value: TSESTree.Node = call.parent.type === 'TSNonNullExpression' ? call.parent : call;
  const parent = value.parent!;
  const apart: Call = { node: call, form: 'apart', variable: undefined };
  if (parent.type === 'MemberExpression' && parent.object === value) {
    return isFieldRead(parent, keys, size) ? apart : undefined;
  }
  if (parent.type === 'ReturnStatement' && enclosingFunction(call) === fn) {
    return { node: call, form: 'passed on', variable: undefined };
  }
  if (parent.type === 'AssignmentExpression' && parent.right === value && parent.operator === '=') {
    return parent.parent.type === 'ExpressionStatement' && isPattern(sourceCode, parent.left, keys)
      ? apart
      : undefined;
  }
  if (parent.type !== 'VariableDeclarator' || parent.init !== value) return undefined;
  if (isPattern(sourceCode, parent.id, keys)) return apart;
  if (parent.id.type !== 'Identifier' || parent.parent.kind !== 'const') return undefined;
  const variable = sourceCode.getDeclaredVariables?.(parent)[0];
  if (!variable) return undefined;
  for (const reference of variable.references) {
    if (reference.init) continue;
    const use = reference.identifier as TSESTree.Node;
    if (reference.from.variableScope !== variable.scope.variableScope || !isReadApart(use, keys, size))
      return undefined;
  }
  return { node: call, form: 'held', variable };
}

/** A pattern that only reads fields: a default that calls something could come back here in the middle. */
function isPattern(
  sourceCode: TSESLint.SourceCode,
  node: TSESTree.Node,
  keys: readonly string[] | undefined,
): boolean {
  if (
    anyNode(sourceCode, node, (inner) =>
      /^(?:Call|New|TaggedTemplate|Await|Yield)Expression$/.test(inner.type),
    )
  ) {
    return false;
  }
  if (node.type === 'ObjectPattern') {
    return (
      keys !== undefined &&
      node.properties.every(
        (property) =>
          property.type === 'Property' &&
          !property.computed &&
          property.key.type === 'Identifier' &&
          keys.includes(property.key.name),
      )
    );
  }
  return (
    node.type === 'ArrayPattern' &&
    keys === undefined &&
    node.elements.every((element) => element?.type !== 'RestElement')
  );
}

function isFieldRead(
  member: TSESTree.MemberExpression,
  keys: readonly string[] | undefined,
  size: number,
): boolean {
  const outer = member.parent;
  if (outer.type === 'CallExpression' && outer.callee === member) return false;
  if (outer.type === 'TaggedTemplateExpression' || outer.type === 'UpdateExpression') return false;
  if (outer.type === 'AssignmentExpression' && outer.left === member) return false;
  if (outer.type === 'UnaryExpression' && outer.operator === 'delete') return false;
  // A pattern's target: `[v.a] = …`.
  if (
    /Pattern$/.test(outer.type) ||
    outer.type === 'RestElement' ||
    (outer.type === 'Property' && outer.parent.type === 'ObjectPattern')
  )
    return false;
  if ((outer.type === 'ForOfStatement' || outer.type === 'ForInStatement') && outer.left === member)
    return false;
  if (keys) return keys.includes(memberName(member) ?? '');
  const { property } = member;
  return (
    member.computed &&
    property.type === 'Literal' &&
    typeof property.value === 'number' &&
    property.value < size
  );
}

/** `v.a`, or a test whether there is a result: `if (v)`, `v === null`, `!v`. */
function isReadApart(use: TSESTree.Node, keys: readonly string[] | undefined, size: number): boolean {
  const parent = use.parent;
  switch (parent?.type) {
    case 'TSNonNullExpression':
      return isReadApart(parent, keys, size);
    case 'MemberExpression':
      return parent.object === use && isFieldRead(parent, keys, size);
    case 'IfStatement':
    case 'WhileStatement':
      return true;
    case 'ConditionalExpression':
      return parent.test === use;
    case 'LogicalExpression':
      return parent.left === use && parent.operator === '&&';
    case 'UnaryExpression':
      return parent.operator === '!';
    case 'BinaryExpression': {
      const other = parent.left === use ? parent.right : parent.left;
      return /^[!=]==?$/.test(parent.operator) && other.type !== 'PrivateIdentifier' && isNothing(other);
    }
    default:
      return false;
  }
}

function fixes(sourceCode: TSESLint.SourceCode, candidate: Candidate, typed: boolean): ProposedFix[] {
  const { fn, exported, returns, wrappers, calls } = candidate;
  if (exported || !isModule(sourceCode)) return [];
  // Each literal is returned by a statement of its own.
  if (fn.body.type !== 'BlockStatement') return [];
  if (wrappers.some((wrapper) => wrapper.parent.type !== 'ReturnStatement')) return [];
  if (returns.some((statement) => sourceCode.getCommentsInside(statement).length > 0)) return [];
  if (calls.some((call) => call.form === 'passed on' && !candidate.recursive)) return [];
  const single = candidate.keys?.length === 1 ? unwrap(sourceCode, candidate) : undefined;
  if (single) return [single];
  const fix = outParameter(sourceCode, candidate, typed);
  return fix ? [fix] : [];
}

/** One field: the value itself is returned. */
function unwrap(sourceCode: TSESLint.SourceCode, candidate: Candidate): ProposedFix | undefined {
  const { fn, name, wrappers, calls, nothing } = candidate;
  const key = candidate.keys![0]!;
  // `null` and a field that is null would be the same.
  if (nothing) return undefined;
  const edits: TextEdit[] = [];
  const replace = (node: { range: TSESTree.Range }, newText: string): void => {
    edits.push({ span: { start: node.range[0], end: node.range[1] }, newText });
  };
  const annotation = fn.returnType?.typeAnnotation;
  if (annotation) {
    const member =
      annotation.type === 'TSTypeLiteral' && annotation.members.length === 1
        ? annotation.members[0]!
        : undefined;
    if (member?.type !== 'TSPropertySignature' || member.optional || !member.typeAnnotation) return undefined;
    replace(annotation, sourceCode.getText(member.typeAnnotation.typeAnnotation));
  }
  for (const wrapper of wrappers as readonly TSESTree.ObjectExpression[]) {
    const property = wrapper.properties[0] as TSESTree.Property;
    replace(wrapper, sourceCode.getText(property.value));
  }
  for (const { node, form, variable } of calls) {
    const { parent } = node;
    if (form === 'passed on') continue;
    if (parent.type === 'TSNonNullExpression') return undefined;
    if (form === 'held') {
      for (const reference of variable!.references) {
        if (reference.init) continue;
        let use = reference.identifier as TSESTree.Node;
        if (use.parent?.type === 'TSNonNullExpression') use = use.parent;
        if (use.parent?.type !== 'MemberExpression') return undefined;
        replace(use.parent, variable!.name);
      }
      if ((variable!.identifiers[0] as TSESTree.Identifier).typeAnnotation) return undefined;
    } else if (parent.type === 'MemberExpression') replace(parent, sourceCode.getText(node));
    else {
      const pattern =
        parent.type === 'VariableDeclarator'
          ? parent.id
          : parent.type === 'AssignmentExpression'
            ? parent.left
            : undefined;
      if (parent.type !== 'VariableDeclarator' || pattern?.type !== 'ObjectPattern' || pattern.typeAnnotation)
        return undefined;
      const property = pattern.properties[0];
      if (property?.type !== 'Property' || property.value.type === 'AssignmentPattern') return undefined;
      replace(pattern, sourceCode.getText(property.value));
    }
  }
  return {
    title: `Return ${code(key)} itself from ${code(`${name}()`)}`,
    kind: 'safe',
    edits: edits.sort((a, b) => a.span.start - b.span.start),
  };
}

/** A parameter that another one may follow: not optional, not `this`, no rest. */
function isPlain(parameter: TSESTree.Parameter): boolean {
  if (parameter.type === 'AssignmentPattern') return true;
  return parameter.type === 'Identifier' && !parameter.optional && parameter.name !== 'this';
}

/** The caller owns the object, and the function writes into it. */
function outParameter(
  sourceCode: TSESLint.SourceCode,
  candidate: Candidate,
  typed: boolean,
): ProposedFix | undefined {
  const { fn, name, keys, wrappers, calls, recursive } = candidate;
  if (fn.params.some((parameter) => !isPlain(parameter))) return undefined;
  if (usesArguments(sourceCode, fn)) return undefined;
  const opening = sourceCode.getFirstToken(fn, (token) => token.value === '(');
  const lastParameter = fn.params.at(-1);
  if (!opening || opening.range[0] > (fn.params[0]?.range[0] ?? fn.body.range[0])) return undefined;
  const fields = fieldsOf(sourceCode, candidate, typed);
  if (!fields) return undefined;
  const valuesOf = (wrapper: Wrapper): { at: string; value: TSESTree.Node }[] =>
    wrapper.type === 'ArrayExpression'
      ? wrapper.elements.map((element, i) => ({ at: `[${i}]`, value: element! }))
      : wrapper.properties.map((property) => ({
          at: `.${((property as TSESTree.Property).key as TSESTree.Identifier).name}`,
          value: (property as TSESTree.Property).value,
        }));
  // A later value must not be computed by calls that write into the same object.
  if (
    recursive &&
    wrappers.some((wrapper) => valuesOf(wrapper).some(({ value }) => callsItself(sourceCode, value, fn)))
  )
    return undefined;

  const out = localName(sourceCode, fn, 'out');
  const end = isSemicolonFree(sourceCode) ? '' : ';';
  const eol = newlineOf(sourceCode.text);
  const edits: TextEdit[] = [];
  const insert = (at: number, newText: string): void => {
    edits.push({ span: { start: at, end: at }, newText });
  };
  const parameter = `${out}${typed ? `: ${fields.type}` : ''}`;
  if (lastParameter) edits.push(appendItem(sourceCode, lastParameter, parameter));
  else insert(opening.range[1], parameter);
  for (const wrapper of wrappers) {
    const statement = wrapper.parent as TSESTree.ReturnStatement;
    const bare = statement.parent.type !== 'BlockStatement' && statement.parent.type !== 'SwitchCase';
    const outer = indentAt(
      sourceCode.text,
      statement.parent.type === 'IfStatement' && bare ? statement.parent.range[0] : statement.range[0],
    );
    const indent = bare ? `${outer}${outer.includes('\t') ? '\t' : '  '}` : outer;
    const lines = [
      ...valuesOf(wrapper).map(({ at, value }) => `${out}${at} = ${asItem(sourceCode, value)}${end}`),
      `return ${out}${end}`,
    ];
    const body = lines.join(`${eol}${indent}`);
    edits.push({
      span: { start: statement.range[0], end: statement.range[1] },
      newText: bare ? `{${eol}${indent}${body}${eol}${outer}}` : body,
    });
  }

  const literal = keys
    ? `{ ${keys.map((key, i) => `${key}: ${fields.initial[i]}`).join(', ')} }`
    : `[${fields.initial.join(', ')}]`;
  const top: string[] = [];
  const conditions: string[] = [];
  for (const call of calls) {
    const { node, form } = call;
    if (node.arguments.length !== fn.params.length || node.arguments.some((a) => a.type === 'SpreadElement'))
      return undefined;
    let scratch: string;
    if (enclosingFunction(node) === fn) {
      // The object is free until the function returns, if nothing holds on to an inner result.
      if (form === 'held') return undefined;
      scratch = out;
    } else {
      const place = scratchPlace(node);
      scratch = moduleName(sourceCode, derivedName(name, 'Result'));
      const declaration = `const ${scratch}${typed ? `: ${fields.type}` : ''} = ${literal}`;
      if (place) {
        insert(place.range[0], `${declaration}${end}${eol}${indentAt(sourceCode.text, place.range[0])}`);
        const certain = comesFirst(sourceCode, node, outermostLoopStatement(node)!);
        if (!certain && !conditions.includes(mostly)) conditions.push(mostly);
      } else {
        // Shared by all calls: the writes and the reads must follow each other directly.
        if (form === 'held') return undefined;
        top.push(declaration);
      }
    }
    const last = node.arguments.at(-1);
    if (last) edits.push(appendItem(sourceCode, last, scratch));
    else {
      const close = sourceCode.getLastToken(node)!;
      insert(close.range[0], scratch);
    }
  }
  if (top.length > 0) {
    const foreign: ForeignCode[] = [];
    for (const { value } of wrappers.flatMap(valuesOf)) {
      for (const effect of effectsOf(sourceCode, value.parent!, value.range)) {
        if (effect.how === 'wait' || effect.how === 'call' || (effect.how === 'enter' && effect.fn === fn))
          return undefined;
        if (effect.how !== 'enter') foreign.push(effect);
      }
    }
    if (comesBack(sourceCode, fn, foreign)) return undefined;
    if (foreign.length > 0)
      conditions.push(`${listForeign(sourceCode, foreign)} never calls back into ${code(`${name}()`)}`);
    if (calls.some((call) => earliestRun(sourceCode, call.node) !== 'later')) conditions.push(noCycle);
    edits.push(declareConstants(sourceCode, top));
  }
  return {
    title: `Let ${code(`${name}()`)} write into an object of its caller${conditions.length > 0 ? ` (if ${conditions.join(', and ')})` : ''}`,
    kind: conditions.length > 0 ? 'suggestion' : 'safe',
    edits: edits.sort((a, b) => a.span.start - b.span.start),
  };
}

/** The outermost loop of the call's own function, where a statement can stand before it. */
function scratchPlace(call: TSESTree.Node): TSESTree.Node | undefined {
  let place: TSESTree.Node | undefined = outermostLoopStatement(call);
  while (place?.parent?.type === 'LabeledStatement') place = place.parent;
  const holder = place?.parent?.type;
  return holder === 'BlockStatement' || holder === 'Program' ? place : undefined;
}

/** Whether computing a value calls the function itself. */
function callsItself(sourceCode: TSESLint.SourceCode, node: TSESTree.Node, fn: FunctionNode): boolean {
  return anyNode(
    sourceCode,
    node,
    (inner) => inner.type === 'CallExpression' && isSelfCall(sourceCode, inner, fn),
  );
}

function anyNode(
  sourceCode: TSESLint.SourceCode,
  node: TSESTree.Node,
  test: (node: TSESTree.Node) => boolean,
): boolean {
  let found = false;
  walk(sourceCode, node, (inner) => {
    found ||= test(inner);
    return !found;
  });
  return found;
}

const initialOf: Readonly<Record<string, string>> = {
  number: '0',
  string: "''",
  boolean: 'false',
  bigint: '0n',
};

/** The type of the object, and a first value for each field: primitives only, so that nothing is kept alive. */
function fieldsOf(
  sourceCode: TSESLint.SourceCode,
  candidate: Candidate,
  typed: boolean,
): { readonly type: string; readonly initial: readonly string[] } | undefined {
  const { fn, keys, wrappers, size } = candidate;
  const annotation = fn.returnType?.typeAnnotation;
  if (annotation) {
    const parts = annotation.type === 'TSUnionType' ? annotation.types : [annotation];
    const shapes = parts.filter(
      (part) =>
        part.type !== 'TSNullKeyword' && part.type !== 'TSUndefinedKeyword' && part.type !== 'TSVoidKeyword',
    );
    const shape = shapes.length === 1 ? shapes[0]! : undefined;
    const members = shape && membersOf(sourceCode, shape, keys, size);
    return members && { type: sourceCode.getText(shape), initial: members };
  }
  const names: string[] = [];
  for (let i = 0; i < size; i++) {
    let name: string | undefined;
    for (const wrapper of wrappers) {
      const value =
        wrapper.type === 'ArrayExpression'
          ? wrapper.elements[i]
          : (
              wrapper.properties.find(
                (p) => ((p as TSESTree.Property).key as TSESTree.Identifier).name === keys![i],
              ) as TSESTree.Property
            ).value;
      const type = typeOf(sourceCode, value)?.name;
      if (type === undefined || initialOf[type] === undefined || (name !== undefined && name !== type)) {
        if (typed) return undefined;
        name = 'unknown';
        break;
      }
      name = type;
    }
    names.push(name!);
  }
  const initial = names.map((name) => initialOf[name] ?? 'undefined');
  const type = keys
    ? `{ ${keys.map((key, i) => `${key}: ${names[i]}`).join('; ')} }`
    : `[${names.join(', ')}]`;
  return { type, initial };
}

function membersOf(
  sourceCode: TSESLint.SourceCode,
  shape: TSESTree.TypeNode,
  keys: readonly string[] | undefined,
  size: number,
): string[] | undefined {
  if (shape.type === 'TSTupleType') {
    if (keys || shape.elementTypes.length !== size) return undefined;
    const initial = shape.elementTypes.map((element) =>
      initialOfType(element.type === 'TSNamedTupleMember' ? element.elementType : element),
    );
    return initial.every((value): value is string => value !== undefined) ? initial : undefined;
  }
  let members: readonly TSESTree.TypeElement[] | undefined;
  if (shape.type === 'TSTypeLiteral') members = shape.members;
  else if (shape.type === 'TSTypeReference' && shape.typeName.type === 'Identifier' && !shape.typeArguments) {
    const { name } = shape.typeName;
    for (const statement of sourceCode.ast.body) {
      const declared = statement.type === 'ExportNamedDeclaration' ? statement.declaration : statement;
      if (
        declared?.type === 'TSInterfaceDeclaration' &&
        declared.id.name === name &&
        declared.extends.length === 0
      )
        members = declared.body.body;
      else if (
        declared?.type === 'TSTypeAliasDeclaration' &&
        declared.id.name === name &&
        !declared.typeParameters
      ) {
        return membersOf(sourceCode, declared.typeAnnotation, keys, size);
      }
    }
  }
  if (!members || !keys || members.length !== size) return undefined;
  const initial: string[] = [];
  for (const key of keys) {
    const member = members.find(
      (m) => m.type === 'TSPropertySignature' && m.key.type === 'Identifier' && m.key.name === key,
    );
    if (member?.type !== 'TSPropertySignature' || member.readonly || member.optional) return undefined;
    const value = initialOfType(member.typeAnnotation?.typeAnnotation);
    if (value === undefined) return undefined;
    initial.push(value);
  }
  return initial;
}

function initialOfType(type: TSESTree.TypeNode | undefined): string | undefined {
  switch (type?.type) {
    case 'TSNumberKeyword':
      return '0';
    case 'TSStringKeyword':
      return "''";
    case 'TSBooleanKeyword':
      return 'false';
    case 'TSBigIntKeyword':
      return '0n';
    case 'TSUnionType':
      if (
        !type.types.every((part) =>
          /^TS(?:Number|String|Boolean|BigInt|Null|Undefined)Keyword$/.test(part.type),
        )
      )
        return undefined;
      if (type.types.some((part) => part.type === 'TSNullKeyword')) return 'null';
      return type.types.some((part) => part.type === 'TSUndefinedKeyword')
        ? 'undefined'
        : initialOfType(type.types[0]);
    default:
      return undefined;
  }
}
