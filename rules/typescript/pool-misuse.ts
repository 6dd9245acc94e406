import type { TSESLint, TSESTree } from '@typescript-eslint/utils';
import { type PoolMethods, poolOf } from './pools/pools';
import { completionOf } from './flow/completion';
import { createRule, type ProposedFix } from './rule';
import { contains, enclosingFunction, isFunction, memberName, walk } from './syntax/nodes';
import { indentAt, indentUnit, newlineOf } from './edit/layout';
import { code } from '../wording';

/** An object that is taken from a pool and not given back on every path, or used after it was given back. */
export const poolMisuse = createRule({
  id: 'ts/pool-misuse',
  summary: 'a pooled object that is not released on every path, or used after its release',
  fix: 'suggestion',
  recipe: 'Release the object once, in a finally block behind its last use',
  reports: 'bug',
  sample: 'typescript/pool-misuse',
  allocation: {
    kind: 'object',
    cost: 'conditional',
    reason:
      'what is not given back must be made anew; what is used after it was given back belongs to somebody else',
  },
  words: [['@pool', 'generic-pool', 'reusify']],
  wordsOfPools: true,
  messages: {
    neverReleased: '`{{name}}` is taken from `{{pool}}` and never released',
    notOnThrow: '`{{name}}` is not released when something before line {{line}} throws',
    notOnReturn: '`{{name}}` is not released on the path that leaves in line {{line}}',
    usedAfter: '`{{name}}` is used after it was released',
    returned: '`{{name}}` is returned after its release in finally',
    twice: '`{{name}}` is released a second time: two callers will get the same object',
  },
  check({ sourceCode, pools }, report) {
    return {
      VariableDeclarator(declarator) {
        const taken = takenFrom(sourceCode, declarator, pools);
        if (!taken) return;
        const use = usesOf(sourceCode, taken);
        // Stored, returned, passed on or captured: somebody else is responsible.
        if (!use) return;
        const { name, pool } = taken;
        const data = { name, pool: sourceCode.getText(pool) };
        const [release] = use.releases;
        if (!release) {
          if (!use.escapes && !use.passed) report({ at: declarator, messageId: 'neverReleased', data });
          return;
        }
        const related = [{ at: release.call, message: 'the release' }];
        for (const problem of afterRelease(use)) {
          report({
            at: problem.at,
            messageId: problem.id,
            data,
            related,
            fixes: moveFix(sourceCode, problem, use),
          });
        }
        if (use.releases.some(({ inFinally }) => inFinally) || use.escapes) return;
        const leaves = leavingBetween(taken, release);
        if (leaves) {
          const line = leaves.loc.start.line;
          report({ at: declarator, messageId: 'notOnReturn', data: { ...data, line }, related: [{ at: leaves, message: 'leaves here' }] }); // prettier-ignore
        } else if (mayThrow(sourceCode, taken, release)) {
          const line = release.call.loc.start.line;
          const fix = finallyFix(sourceCode, taken, use);
          report({
            at: declarator,
            messageId: 'notOnThrow',
            data: { ...data, line },
            related,
            fixes: fix ? [fix] : [],
          });
        }
      },
    };
  },
});

interface Taken {
  readonly name: string;
  readonly declarator: TSESTree.VariableDeclarator;
  readonly variable: TSESLint.Scope.Variable;
  readonly pool: TSESTree.Expression;
  readonly methods: PoolMethods;
}

interface Release {
  readonly call: TSESTree.CallExpression;
  readonly statement: TSESTree.ExpressionStatement;
  readonly inFinally: TSESTree.TryStatement | undefined;
}

interface Uses {
  readonly releases: readonly Release[];
  readonly others: readonly TSESTree.Identifier[];
  /** Kept somewhere: it may be released by whoever has it then. */
  readonly escapes: boolean;
  /** An argument of a call, which may release it. */
  readonly passed: boolean;
}

/** `const x = pool.acquire()`, awaited or not. */
function takenFrom(
  sourceCode: TSESLint.SourceCode,
  declarator: TSESTree.VariableDeclarator,
  pools: ReadonlySet<string>,
): Taken | undefined {
  const { id, init } = declarator;
  const call = init?.type === 'AwaitExpression' ? init.argument : init;
  if (id.type !== 'Identifier' || call?.type !== 'CallExpression' || call.callee.type !== 'MemberExpression')
    return undefined;
  const { object } = call.callee;
  const methods = poolOf(sourceCode, object, pools);
  const variable = sourceCode.getDeclaredVariables!(declarator)[0];
  if (!methods?.acquire.has(memberName(call.callee) ?? '') || !variable || !enclosingFunction(declarator))
    return undefined;
  return { name: id.name, declarator, variable, pool: object, methods };
}

/** `undefined` when the object is returned before its release, captured or reassigned. */
function usesOf(sourceCode: TSESLint.SourceCode, taken: Taken): Uses | undefined {
  const releases: Release[] = [];
  const others: TSESTree.Identifier[] = [];
  let escapes = false;
  let passed = false;
  const home = enclosingFunction(taken.declarator);
  const poolText = sourceCode.getText(taken.pool);
  for (const reference of taken.variable.references) {
    if (reference.init === true) continue;
    const identifier = reference.identifier as TSESTree.Identifier;
    if (reference.isWrite() || enclosingFunction(identifier) !== home) return undefined;
    const { parent } = identifier;
    const releases_ =
      parent.type === 'CallExpression' &&
      parent.arguments[0] === identifier &&
      parent.callee.type === 'MemberExpression' &&
      taken.methods.release.has(memberName(parent.callee) ?? '') &&
      sourceCode.getText(parent.callee.object) === poolText;
    if (releases_) {
      const awaited = parent.parent.type === 'AwaitExpression' ? parent.parent : parent;
      const statement = awaited.parent;
      if (statement?.type !== 'ExpressionStatement') return undefined;
      releases.push({ call: parent, statement, inFinally: finallyAround(statement) });
      continue;
    }
    others.push(identifier);
    escapes ||= keeps(identifier);
    passed ||= parent.type === 'CallExpression' && parent.callee !== identifier;
    // `x.release()`: the object gives itself back.
    if (parent.type === 'MemberExpression' && taken.methods.release.has(memberName(parent) ?? ''))
      return undefined;
  }
  return { releases, others, escapes, passed };
}

/** Assigned, put into an object or array, passed to a constructor, or yielded: it lives on. A plain argument does not count. */
function keeps(identifier: TSESTree.Identifier): boolean {
  const { parent } = identifier;
  switch (parent.type) {
    case 'AssignmentExpression':
    case 'AssignmentPattern':
      return parent.right === identifier;
    case 'VariableDeclarator':
    case 'Property':
    case 'ArrayExpression':
    case 'SpreadElement':
    case 'NewExpression':
    case 'YieldExpression':
    case 'ConditionalExpression':
    case 'LogicalExpression':
      return true;
    case 'ReturnStatement':
      // After a release in finally it is a finding of its own.
      return finallyAround(parent) === undefined && !insideTryWithFinally(parent);
    default:
      return false;
  }
}

interface AfterRelease {
  readonly id: 'usedAfter' | 'returned' | 'twice';
  readonly at: TSESTree.Node;
  readonly release: Release;
}

function afterRelease({ releases, others }: Uses): AfterRelease[] {
  const found: AfterRelease[] = [];
  for (const release of releases) {
    for (const other of others) {
      const ended = release.inFinally;
      if (ended && other.parent.type === 'ReturnStatement' && contains(ended.block, other)) {
        found.push({ id: 'returned', at: other.parent, release });
      } else if (comesAfter(release.statement, other)) found.push({ id: 'usedAfter', at: other, release });
    }
    for (const second of releases) {
      if (second === release) continue;
      const both =
        comesAfter(release.statement, second.call) ||
        (second.inFinally !== undefined && contains(second.inFinally.block, release.call));
      if (both) found.push({ id: 'twice', at: second.call, release });
    }
  }
  return found;
}

/** True when `node` runs after the statement: it is in a later statement of the same block, which is always reached. */
function comesAfter(statement: TSESTree.Statement, node: TSESTree.Node): boolean {
  const block = statement.parent;
  if (block.type !== 'BlockStatement') return false;
  // Behind `finally { release }` comes what follows the try statement.
  const from =
    block.parent.type === 'TryStatement' && block.parent.finalizer === block ? block.parent : statement;
  const list = from.parent;
  if (list?.type !== 'BlockStatement') return false;
  const index = list.body.indexOf(from as TSESTree.Statement);
  if (from !== statement && contains(block, node)) return node.range[0] > statement.range[1];
  return list.body.slice(index + 1).some((later) => contains(later, node));
}

/** A `return`, `break` or `continue` between taking and releasing that goes past the release. */
function leavingBetween(taken: Taken, release: Release): TSESTree.Node | undefined {
  for (const statement of between(taken, release) ?? []) {
    const leaves = completionOf(statement).jumps.find(({ type }) => type !== 'ThrowStatement');
    if (leaves) return leaves;
  }
  return undefined;
}

function mayThrow(sourceCode: TSESLint.SourceCode, taken: Taken, release: Release): boolean {
  let throws = false;
  for (const statement of between(taken, release) ?? []) {
    walk(sourceCode, statement, (at) => {
      if (isFunction(at)) return false;
      throws ||= at.type === 'CallExpression' || at.type === 'NewExpression' || at.type === 'AwaitExpression' || at.type === 'ThrowStatement' || at.type === 'YieldExpression' || at.type === 'TaggedTemplateExpression'; // prettier-ignore
      return undefined;
    });
  }
  return throws;
}

/** The statements between taking and releasing, when both stand in the same block. */
function between(taken: Taken, release: Release): TSESTree.Statement[] | undefined {
  const declaration = taken.declarator.parent;
  const block = declaration.parent;
  if (block.type !== 'BlockStatement' || release.statement.parent !== block) return undefined;
  return block.body.slice(block.body.indexOf(declaration) + 1, block.body.indexOf(release.statement));
}

/**
 * Puts what lies between taking and releasing into `try`, and the release into `finally`. A `return` right behind the
 * release goes into the `try`, too: it mostly needs what was declared there.
 */
function finallyFix(
  sourceCode: TSESLint.SourceCode,
  taken: Taken,
  { releases }: Uses,
): ProposedFix | undefined {
  const [release] = releases;
  const statements = release && releases.length === 1 ? between(taken, release) : undefined;
  if (!release || !statements || statements.length === 0) return undefined;
  const { body } = release.statement.parent as TSESTree.BlockStatement;
  const next = body[body.indexOf(release.statement) + 1];
  const returned = next?.type === 'ReturnStatement' ? next : undefined;
  if (declaresForLater(sourceCode, statements, (returned ?? release.statement).range[1])) return undefined;

  const source = sourceCode.getText();
  const indent = indentAt(source, statements[0]!.range[0]);
  const unit = indentUnit(source);
  const newline = newlineOf(source);
  const lineStart = (offset: number): number => source.lastIndexOf('\n', offset - 1) + 1;
  /** Behind the line break; -1 when something but a comment follows on the line. */
  const lineEnd = (offset: number): number => {
    const end = source.indexOf('\n', offset);
    return end >= 0 && /^\s*(?:\/\/.*)?$/.test(source.slice(offset, end)) ? end + 1 : -1;
  };
  const kept = [...statements, release.statement, ...(returned ? [returned] : [])];
  const start = lineEnd(taken.declarator.parent.range[1]);
  const end = lineEnd(kept.at(-1)!.range[1]);
  const released = { start: lineStart(release.statement.range[0]), end: lineEnd(release.statement.range[1]) };
  if (start < 0 || end < 0 || released.end < 0) return undefined;
  for (const statement of kept) {
    // A line of its own each, at one depth; indenting must not change a text that goes over several lines.
    if (source.slice(lineStart(statement.range[0]), statement.range[0]) !== indent) return undefined;
    let multiline = false;
    walk(sourceCode, statement, (at) => {
      multiline ||= at.type === 'TemplateLiteral' && at.loc.start.line !== at.loc.end.line;
    });
    if (multiline) return undefined;
  }
  const indented = (text: string): string => text.replace(/^(?=.*\S)/gm, unit);
  const inside = source.slice(start, released.start) + source.slice(released.end, end);
  const newText =
    `${indent}try {${newline}${indented(inside)}` +
    `${indent}} finally {${newline}${indented(source.slice(released.start, released.end))}${indent}}${newline}`;
  return {
    title: `Release ${code(taken.name)} in a finally block, also when something throws`,
    kind: 'suggestion',
    edits: [{ span: { start, end }, newText }],
  };
}

/** A name that the statements declare is used behind the offset. */
function declaresForLater(
  sourceCode: TSESLint.SourceCode,
  statements: readonly TSESTree.Statement[],
  offset: number,
): boolean {
  return statements.some((statement) =>
    sourceCode.getDeclaredVariables!(statement).some((variable) =>
      variable.references.some(({ identifier }) => identifier.range[0] > offset),
    ),
  );
}

/** Moves the release behind the next statement when that is the only one that uses the object. */
function moveFix(
  sourceCode: TSESLint.SourceCode,
  { id, at, release }: AfterRelease,
  { others }: Uses,
): ProposedFix[] {
  const block = release.statement.parent;
  if (id !== 'usedAfter' || block.type !== 'BlockStatement' || release.inFinally) return [];
  const index = block.body.indexOf(release.statement);
  const next = block.body[index + 1];
  const later = others.filter((other) => other.range[0] > release.statement.range[1]);
  if (
    !next ||
    next.type !== 'ExpressionStatement' ||
    !later.every((other) => contains(next, other)) ||
    later[0] !== at
  )
    return [];
  const [a, b] = [release.statement, next];
  if (
    sourceCode.getCommentsInside(block).some(({ range }) => range[0] >= a.range[1] && range[1] <= b.range[0])
  )
    return [];
  return [
    {
      title: `Release ${code(sourceCode.getText(at))} after its last use`,
      kind: 'suggestion',
      edits: [
        { span: { start: a.range[0], end: a.range[1] }, newText: sourceCode.getText(b) },
        { span: { start: b.range[0], end: b.range[1] }, newText: sourceCode.getText(a) },
      ],
    },
  ];
}

function finallyAround(node: TSESTree.Node): TSESTree.TryStatement | undefined {
  let child = node;
  for (let at = node.parent; at && !isFunction(at); child = at, at = at.parent) {
    if (at.type === 'TryStatement' && at.finalizer === child) return at;
  }
  return undefined;
}

function insideTryWithFinally(node: TSESTree.Node): boolean {
  for (let at = node.parent; at && !isFunction(at); at = at.parent) {
    if (at.type === 'TryStatement' && at.finalizer) return true;
  }
  return false;
}
