import type { TSESLint, TSESTree } from '@typescript-eslint/utils';
import { createRule, type ProposedFix } from './rule';
import { type Field, fieldsOf, isPath, writtenType } from './types/shapes';
import { isFunction, methodName, resolve } from './syntax/nodes';

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
    spread:
      'The spread looks through the properties of {{value}} at run time, although its type lists all {{count}}.',
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
  const title = `Write out the properties of ${source} (if it has no others)`;
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
