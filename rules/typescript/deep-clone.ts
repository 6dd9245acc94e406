import type { TSESLint, TSESTree } from '@typescript-eslint/utils';
import { createRule, type ProposedFix } from './rule';
import { elementType, fieldsOf, isPath, startsStatement, typeDeclaration, writtenType } from './types/shapes';
import { isGlobal, methodName } from './syntax/nodes';
import { freshName } from './edit/names';
import { code } from '../wording';

/** A larger copy is better written by hand. */
const maxFields = 16;

/** `JSON.parse(JSON.stringify(x))` and `structuredClone(x)` in hot code. */
export const deepClone = createRule({
  id: 'ts/deep-clone',
  summary: 'a deep copy by JSON or structuredClone() in hot code',
  fix: 'suggestion',
  recipe: 'Copy only what will change, with a spread for each level, or keep the value immutable',
  reports: 'hot only',
  sample: 'typescript/deep-clone',
  allocation: {
    kind: 'object',
    cost: 'always',
    reason: 'the whole value is written out and read again to copy it',
    bytes: 1_000,
  },
  words: [['structuredClone', 'JSON.parse']],
  messages: {
    json: 'This copies `{{value}}` by writing it as JSON and parsing it again',
    clone: '`structuredClone()` copies `{{value}}` by serialising all of it',
  },
  check({ sourceCode, filename }, report) {
    const typed = /\.[cm]?tsx?$/.test(filename);
    return {
      CallExpression(node) {
        const json = jsonCopy(sourceCode, node);
        const value = json ?? cloned(sourceCode, node);
        if (!value) return;
        const fix = typed ? explicitCopy(sourceCode, node, value, json !== undefined) : undefined;
        report({
          at: node,
          messageId: json ? 'json' : 'clone',
          data: { value: sourceCode.getText(value) },
          fixes: fix ? [fix] : [],
        });
      },
    };
  },
});

const only = (call: TSESTree.CallExpression): TSESTree.Expression | undefined =>
  call.arguments.length === 1 && call.arguments[0]!.type !== 'SpreadElement' ? call.arguments[0] : undefined;

function ofJson(sourceCode: TSESLint.SourceCode, node: TSESTree.Node | undefined, method: string): boolean {
  return (
    node?.type === 'CallExpression' &&
    node.callee.type === 'MemberExpression' &&
    node.callee.object.type === 'Identifier' &&
    node.callee.object.name === 'JSON' &&
    methodName(node) === method &&
    isGlobal(sourceCode, node.callee.object)
  );
}

function jsonCopy(
  sourceCode: TSESLint.SourceCode,
  node: TSESTree.CallExpression,
): TSESTree.Expression | undefined {
  const text = only(node);
  if (!text || !ofJson(sourceCode, node, 'parse') || !ofJson(sourceCode, text, 'stringify')) return undefined;
  return only(text as TSESTree.CallExpression);
}

function cloned(
  sourceCode: TSESLint.SourceCode,
  node: TSESTree.CallExpression,
): TSESTree.Expression | undefined {
  const { callee } = node;
  return callee.type === 'Identifier' && callee.name === 'structuredClone' && isGlobal(sourceCode, callee)
    ? only(node)
    : undefined;
}

function explicitCopy(
  sourceCode: TSESLint.SourceCode,
  node: TSESTree.CallExpression,
  value: TSESTree.Expression,
  json: boolean,
): ProposedFix | undefined {
  const type = isPath(value) ? writtenType(sourceCode, value) : undefined;
  if (!type || sourceCode.getCommentsInside(node).length > 0) return undefined;
  const source = sourceCode.getText(value);
  const budget = { fields: 0 };
  const copy = copyOf(sourceCode, source, type, freshName(sourceCode, 'item'), budget, 0);
  // A value that copies by itself, or a plain array of such: nothing to write out.
  if (copy === undefined || copy === source) return undefined;
  const newText = copy.startsWith('{') && startsStatement(sourceCode, node) ? `(${copy})` : copy;
  const numbers = json ? ', and its numbers are finite' : '';
  return {
    title: `Copy ${code(source)} property by property (if it holds just what its type names${numbers})`,
    kind: 'suggestion',
    edits: [{ span: { start: node.range[0], end: node.range[1] }, newText }],
  };
}

/** The expression that copies a value of this type; the value itself when it is a primitive. */
function copyOf(
  sourceCode: TSESLint.SourceCode,
  source: string,
  type: TSESTree.TypeNode,
  item: string,
  budget: { fields: number },
  depth: number,
): string | undefined {
  if (depth > 4) return undefined;
  if (isPrimitive(sourceCode, type)) return source;
  const alias = typeDeclaration(sourceCode, type);
  const list = alias && isTypeNode(alias) ? alias : type;
  const element = elementType(list);
  if (element) {
    const name = depth === 0 ? item : `${item}${depth + 1}`;
    const inner = copyOf(sourceCode, name, element, item, budget, depth + 1);
    if (inner === undefined) return undefined;
    return inner === name
      ? `${source}.slice()`
      : `${source}.map((${name}) => ${inner.startsWith('{') ? `(${inner})` : inner})`;
  }
  const fields = fieldsOf(sourceCode, type);
  if (!fields || (budget.fields += fields.length) > maxFields) return undefined;
  const parts: string[] = [];
  for (const field of fields) {
    const inner = copyOf(sourceCode, `${source}.${field.name}`, field.type, item, budget, depth + 1);
    if (inner === undefined) return undefined;
    parts.push(`${field.name}: ${inner}`);
  }
  return `{ ${parts.join(', ')} }`;
}

const isTypeNode = (
  node: TSESTree.TypeNode | TSESTree.TSInterfaceDeclaration | TSESTree.TSEnumDeclaration,
): node is TSESTree.TypeNode => node.type !== 'TSInterfaceDeclaration' && node.type !== 'TSEnumDeclaration';

/** What both ways of copying keep as it is. Not `undefined` and bigint, which JSON drops and refuses. */
function isPrimitive(sourceCode: TSESLint.SourceCode, type: TSESTree.TypeNode, depth = 0): boolean {
  if (depth > 4) return false;
  switch (type.type) {
    case 'TSStringKeyword':
    case 'TSNumberKeyword':
    case 'TSBooleanKeyword':
    case 'TSNullKeyword':
    case 'TSTemplateLiteralType':
      return true;
    case 'TSLiteralType':
      return !(type.literal.type === 'Literal' && 'bigint' in type.literal);
    case 'TSUnionType':
      return type.types.every((part) => isPrimitive(sourceCode, part, depth + 1));
    case 'TSTypeReference': {
      const declared = typeDeclaration(sourceCode, type);
      if (!declared || declared === type) return false;
      return isTypeNode(declared)
        ? isPrimitive(sourceCode, declared, depth + 1)
        : declared.type === 'TSEnumDeclaration';
    }
    default:
      return false;
  }
}
