import type { TSESLint, TSESTree } from '@typescript-eslint/utils';

/** Small questions about the tree that several rules ask. Pure; a missing answer is `undefined`. */

export type FunctionNode =
  TSESTree.FunctionDeclaration | TSESTree.FunctionExpression | TSESTree.ArrowFunctionExpression;

export type LoopNode =
  | TSESTree.ForStatement
  | TSESTree.ForOfStatement
  | TSESTree.ForInStatement
  | TSESTree.WhileStatement
  | TSESTree.DoWhileStatement;

export function isFunction(node: TSESTree.Node): node is FunctionNode {
  return (
    node.type === 'FunctionDeclaration' ||
    node.type === 'FunctionExpression' ||
    node.type === 'ArrowFunctionExpression'
  );
}

export function isLoop(node: TSESTree.Node): node is LoopNode {
  return (
    node.type === 'ForStatement' ||
    node.type === 'ForOfStatement' ||
    node.type === 'ForInStatement' ||
    node.type === 'WhileStatement' ||
    node.type === 'DoWhileStatement'
  );
}

/** True when `part`, a direct child of the loop, runs on each iteration: not `for (here; …)`, not `for (x of here)`. */
export function runsPerIteration(loop: LoopNode, part: TSESTree.Node): boolean {
  if (loop.type === 'ForStatement') return part !== loop.init;
  if (loop.type === 'ForOfStatement' || loop.type === 'ForInStatement') return part !== loop.right;
  return true;
}

/** The innermost function around a node, the node itself excluded; `undefined` at module level. */
export function enclosingFunction(node: TSESTree.Node): FunctionNode | undefined {
  for (let at = node.parent; at; at = at.parent) if (isFunction(at)) return at;
  return undefined;
}

/** The variable that a function or class declaration, or `const f = () => …`, gives its name to. */
export function variableOf(
  sourceCode: TSESLint.SourceCode,
  node: TSESTree.Node,
): TSESLint.Scope.Variable | undefined {
  const declaring =
    node.type === 'FunctionDeclaration' || node.type === 'ClassDeclaration'
      ? node
      : node.parent?.type === 'VariableDeclarator' &&
          node.parent.init === node &&
          node.parent.id.type === 'Identifier'
        ? node.parent
        : undefined;
  if (!declaring) return undefined;
  // A class declares its name in the outer scope and again inside itself: the first is the outer one.
  return sourceCode.getDeclaredVariables?.(declaring)[0];
}

const resolved = new WeakMap<TSESLint.SourceCode, Map<TSESTree.Node, TSESLint.Scope.Variable | undefined>>();

/** The variable that an identifier refers to, by scope analysis. */
export function resolve(
  sourceCode: TSESLint.SourceCode,
  identifier: TSESTree.Identifier | TSESTree.JSXIdentifier,
): TSESLint.Scope.Variable | undefined {
  let all = resolved.get(sourceCode);
  if (!all) {
    resolved.set(sourceCode, (all = new Map()));
    for (const scope of sourceCode.scopeManager?.scopes ?? []) {
      for (const reference of scope.references) {
        all.set(reference.identifier as TSESTree.Node, reference.resolved ?? undefined);
      }
    }
  }
  return all.get(identifier);
}

/** True when the identifier's name means the global: not declared in the file. */
export function isGlobal(sourceCode: TSESLint.SourceCode, identifier: TSESTree.Identifier): boolean {
  const variable = resolve(sourceCode, identifier);
  return variable === undefined || variable.defs.length === 0;
}

/** `name` of `x.name` and `x['name']`. */
export function memberName(node: TSESTree.MemberExpression): string | undefined {
  if (!node.computed) return node.property.type === 'Identifier' ? node.property.name : undefined;
  return node.property.type === 'Literal' && typeof node.property.value === 'string'
    ? node.property.value
    : undefined;
}

/** The method's name when the call is `x.name(…)`. */
export function methodName(node: TSESTree.CallExpression | TSESTree.NewExpression): string | undefined {
  return node.callee.type === 'MemberExpression' ? memberName(node.callee) : undefined;
}

/** True when something is assigned to the node, or when it is deleted: also by `++`, a pattern, or the head of a loop. */
export function isWriteTarget(node: TSESTree.Node): boolean {
  const { parent } = node;
  switch (parent?.type) {
    case 'AssignmentExpression':
    case 'AssignmentPattern':
    case 'ForOfStatement':
    case 'ForInStatement':
      return parent.left === node;
    case 'UpdateExpression':
    case 'ArrayPattern':
    case 'RestElement':
      return true;
    case 'UnaryExpression':
      return parent.operator === 'delete';
    case 'Property':
      return parent.parent.type === 'ObjectPattern' && parent.value === node;
    case 'TSNonNullExpression':
    case 'TSAsExpression':
      return isWriteTarget(parent);
    default:
      return false;
  }
}

/** Calls `visit` for the node and everything below it, in source order; `false` skips what is below. */
export function walk(
  sourceCode: Pick<TSESLint.SourceCode, 'visitorKeys'>,
  node: TSESTree.Node,
  visit: (node: TSESTree.Node) => boolean | void,
): void {
  if (visit(node) === false) return;
  for (const key of sourceCode.visitorKeys[node.type] ?? []) {
    const value = (node as unknown as Record<string, unknown>)[key];
    for (const child of Array.isArray(value) ? value : [value]) {
      if (child && typeof (child as TSESTree.Node).type === 'string') {
        walk(sourceCode, child as TSESTree.Node, visit);
      }
    }
  }
}

/** Removes `as T`, `!`, `satisfies T` and `<T>x` around an expression: they do nothing at run time. */
export function unwrap(node: TSESTree.Expression): TSESTree.Expression {
  let at = node;
  while (
    at.type === 'TSAsExpression' ||
    at.type === 'TSNonNullExpression' ||
    at.type === 'TSSatisfiesExpression' ||
    at.type === 'TSTypeAssertion'
  ) {
    at = at.expression;
  }
  return at;
}

/**
 * The match of a tag in the doc comment of a function: before it, or before the statement, property or export that it is
 * the value of.
 */
export function docTag(
  sourceCode: TSESLint.SourceCode,
  node: FunctionNode,
  tag: RegExp,
): RegExpExecArray | undefined {
  for (let at: TSESTree.Node | undefined = node; at; at = at.parent) {
    const comment = sourceCode
      .getCommentsBefore(at)
      .findLast(({ type, value }) => type === 'Block' && value.startsWith('*'));
    const found = comment && tag.exec(comment.value);
    if (found) return found;
    if (!carriesDoc(at)) return undefined;
  }
  return undefined;
}

/** A doc comment before this node's parent belongs to the function, too: `export const f = …`, a property, a method. */
function carriesDoc(node: TSESTree.Node): boolean {
  const parent = node.parent;
  switch (parent?.type) {
    case 'VariableDeclarator':
      return parent.init === node;
    case 'VariableDeclaration':
      return parent.declarations[0] === node;
    case 'ExportNamedDeclaration':
    case 'ExportDefaultDeclaration':
      return true;
    case 'Property':
    case 'PropertyDefinition':
    case 'MethodDefinition':
      return parent.value === node;
    case 'AssignmentExpression':
      return parent.right === node;
    case 'ExpressionStatement':
      return node.type === 'AssignmentExpression';
    default:
      return false;
  }
}

/** True when the inner node lies in the outer one, or is it. */
export function contains(outer: Ranged, inner: Ranged): boolean {
  return outer.range[0] <= inner.range[0] && inner.range[1] <= outer.range[1];
}

interface Ranged {
  readonly range: readonly [number, number];
}
