import type { TSESLint, TSESTree } from '@typescript-eslint/utils';
import { createRule, type ProposedFix } from './rule';
import { type Field, fieldsOf, isPath, writtenType } from './types/shapes';
import { enclosingFunction, type FunctionNode, isFunction, methodName, resolve } from './syntax/nodes';
import { code } from '../wording';

/** Written out, more properties are harder to read than the spread. */
const maxFields = 12;

/** `xs.map((x) => ({ ...x, total: 1 }))` where the file writes out the type of x. */
export const spreadKnownShape = createRule({
  id: 'ts/spread-known-shape',
  summary: 'an object spread in hot code although the file says which properties the object has',
  fix: 'suggestion',
  recipe: 'Write out the properties that the type lists',
  reports: 'hot only',
  sample: 'typescript/spread-known-shape',
  allocation: {
    kind: 'object',
    cost: 'always',
    reason: 'the spread copies property by property, and the object takes its final shape only then',
  },
  words: [['...']],
  messages: {
    spread: 'The spread looks up the properties of `{{value}}`, whose type lists all {{count}}',
  },
  check({ sourceCode }, report) {
    return {
      ObjectExpression(node) {
        const [spread, ...rest] = node.properties;
        if (spread?.type !== 'SpreadElement' || !isPath(spread.argument)) return;
        if (accumulates(sourceCode, node, spread.argument)) return;
        const fields = fieldsOf(sourceCode, writtenType(sourceCode, spread.argument));
        if (!fields || fields.length > maxFields) return;
        const fix = literal(sourceCode, node, spread.argument, rest, fields);
        report({
          at: node,
          messageId: 'spread',
          data: { value: sourceCode.getText(spread.argument), count: fields.length },
          fixes: fix ? [fix] : [],
        });
      },
    };
  },
});

/** What ts/accumulating-spread reports: `x = { ...x, … }`, and the accumulator of reduce(). */
function accumulates(
  sourceCode: TSESLint.SourceCode,
  node: TSESTree.ObjectExpression,
  value: TSESTree.Expression,
): boolean {
  const { parent } = node;
  if (parent.type === 'AssignmentExpression')
    return sourceCode.getText(parent.left) === sourceCode.getText(value);
  const owner = value.type === 'Identifier' ? resolve(sourceCode, value)?.defs[0] : undefined;
  const callback = owner?.node as TSESTree.Node | undefined;
  return (
    callback?.parent?.type === 'CallExpression' &&
    /^reduce/.test(methodName(callback.parent) ?? '') &&
    isFunction(callback) &&
    callback.params[0] === owner!.name
  );
}

function literal(
  sourceCode: TSESLint.SourceCode,
  node: TSESTree.ObjectExpression,
  value: TSESTree.Expression,
  rest: readonly TSESTree.ObjectLiteralElement[],
  fields: readonly Field[],
): ProposedFix | undefined {
  const own = new Map<string, TSESTree.Property>();
  for (const property of rest) {
    if (property.type !== 'Property' || property.computed || property.key.type !== 'Identifier')
      return undefined;
    if (property.kind !== 'init' || own.has(property.key.name)) return undefined;
    own.set(property.key.name, property);
  }
  const spread = node.properties[0]!;
  const source = sourceCode.getText(value);
  const overridden = fields.filter(({ name }) => own.has(name));
  // A literal may only name what its type expects; what is spread may be more.
  const expected = expectedType(sourceCode, node);
  const admitted = typeof expected === 'object' ? fieldsOf(sourceCode, expected) : undefined;
  if (admitted && !fields.every(({ name }) => admitted.some((field) => field.name === name)))
    return undefined;
  const more = expected === 'none' || admitted ? '' : ', and none that is not expected here';
  const title = `Write out the properties of ${code(source)} (if it has no others${more})`;
  const written = fields.map(({ name }) => {
    const instead = own.get(name);
    return instead ? sourceCode.getText(instead) : `${name}: ${source}.${name}`;
  });
  if (overridden.length === 0) {
    if (sourceCode.getCommentsInside(spread).length > 0) return undefined;
    const span = { start: spread.range[0], end: spread.range[1] };
    return { title, kind: 'suggestion', edits: [{ span, newText: written.join(', ') }] };
  }
  // A property keeps its place, so its value is read earlier: only where that makes no difference.
  if (sourceCode.getCommentsInside(node).length > 0) return undefined;
  if (overridden.some(({ name }) => !isPlain(own.get(name)!.value))) return undefined;
  const names = new Set(overridden.map(({ name }) => name));
  for (const [name, property] of own) if (!names.has(name)) written.push(sourceCode.getText(property));
  const span = { start: node.range[0], end: node.range[1] };
  return { title, kind: 'suggestion', edits: [{ span, newText: `{ ${written.join(', ')} }` }] };
}

/** The type that an object literal is held against, `none` where nothing is, and `unknown` where the file does not show it. */
function expectedType(
  sourceCode: TSESLint.SourceCode,
  node: TSESTree.Expression,
): TSESTree.TypeNode | 'none' | 'unknown' {
  const { parent } = node;
  switch (parent?.type) {
    case 'VariableDeclarator':
      return parent.id.typeAnnotation?.typeAnnotation ?? 'none';
    case 'ArrowFunctionExpression':
      return expectedResult(parent);
    case 'ReturnStatement': {
      const fn = enclosingFunction(parent);
      return fn ? expectedResult(fn) : 'unknown';
    }
    case 'ExpressionStatement':
    case 'TSAsExpression':
    case 'SpreadElement':
    case 'MemberExpression':
      return 'none';
    case 'AssignmentExpression':
      return writtenType(sourceCode, parent.left as TSESTree.Expression) ?? 'unknown';
    default:
      return 'unknown';
  }
}

/** A callback of map() gives what it gives. */
function expectedResult(fn: FunctionNode): TSESTree.TypeNode | 'none' | 'unknown' {
  if (fn.returnType) return fn.returnType.typeAnnotation;
  const { parent } = fn;
  if (fn.type === 'FunctionDeclaration') return 'none';
  if (parent.type === 'VariableDeclarator') return parent.id.typeAnnotation ? 'unknown' : 'none';
  return parent.type === 'CallExpression' && /^(?:map|flatMap)$/.test(methodName(parent) ?? '')
    ? 'none'
    : 'unknown';
}

/** Literals, names, property paths and arithmetic of them. */
function isPlain(node: TSESTree.Node): boolean {
  switch (node.type) {
    case 'Literal':
    case 'Identifier':
      return true;
    case 'MemberExpression':
      return isPath(node);
    case 'UnaryExpression':
      return node.operator !== 'delete' && isPlain(node.argument);
    case 'BinaryExpression':
      return isPlain(node.left) && isPlain(node.right);
    case 'TemplateLiteral':
      return node.expressions.every(isPlain);
    default:
      return false;
  }
}
