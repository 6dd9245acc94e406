import type { TSESLint, TSESTree } from '@typescript-eslint/utils';
import { isModule } from '../syntax/module';
import { isFunction, methodName, resolve, unwrap } from '../syntax/nodes';

/** The properties that the file writes out about the type of a value. What is not written is not known. */

export interface Field {
  readonly name: string;
  readonly type: TSESTree.TypeNode;
}

const maxDepth = 6;

/**
 * All properties of a type literal, of an alias of one, or of an interface that extends nothing. `undefined` where one is
 * optional, computed, a method or a getter: the value's own properties are then not known.
 */
export function fieldsOf(
  sourceCode: TSESLint.SourceCode,
  type: TSESTree.TypeNode | undefined,
): readonly Field[] | undefined {
  const resolvedType = typeDeclaration(sourceCode, type);
  const members =
    resolvedType?.type === 'TSTypeLiteral'
      ? resolvedType.members
      : resolvedType?.type === 'TSInterfaceDeclaration' && isModule(sourceCode)
        ? resolvedType.body.body
        : undefined;
  if (!members || members.length === 0) return undefined;
  const fields: Field[] = [];
  for (const member of members) {
    if (member.type !== 'TSPropertySignature' || member.computed || member.optional) return undefined;
    if (member.key.type !== 'Identifier' || member.key.name === '__proto__' || !member.typeAnnotation)
      return undefined;
    fields.push({ name: member.key.name, type: member.typeAnnotation.typeAnnotation });
  }
  return fields;
}

/** Follows aliases of the file to what they stand for; the interface or enum when it is one. */
export function typeDeclaration(
  sourceCode: TSESLint.SourceCode,
  type: TSESTree.TypeNode | undefined,
  depth = 0,
): TSESTree.TypeNode | TSESTree.TSInterfaceDeclaration | TSESTree.TSEnumDeclaration | undefined {
  if (type?.type !== 'TSTypeReference') return type;
  if (type.typeName.type !== 'Identifier' || depth > maxDepth) return undefined;
  const definitions = resolve(sourceCode, type.typeName)?.defs ?? [];
  // Interfaces of the same name add to each other.
  const node = definitions.length === 1 ? (definitions[0]!.node as TSESTree.Node) : undefined;
  if (node?.type === 'TSTypeAliasDeclaration' && !node.typeParameters && !type.typeArguments)
    return typeDeclaration(sourceCode, node.typeAnnotation, depth + 1);
  if (node?.type === 'TSInterfaceDeclaration')
    return node.extends.length === 0 && !node.typeParameters && !node.declare ? node : undefined;
  return node?.type === 'TSEnumDeclaration' ? node : undefined;
}

/** `T` of `T[]`, `readonly T[]`, `Array<T>` and `ReadonlyArray<T>`. */
export function elementType(type: TSESTree.TypeNode | undefined): TSESTree.TypeNode | undefined {
  switch (type?.type) {
    case 'TSArrayType':
      return type.elementType;
    case 'TSTypeOperator':
      return type.operator === 'readonly' ? elementType(type.typeAnnotation) : undefined;
    case 'TSTypeReference':
      return type.typeName.type === 'Identifier' && /^(?:Readonly)?Array$/.test(type.typeName.name)
        ? type.typeArguments?.params[0]
        : undefined;
    default:
      return undefined;
  }
}

const callbacks = /^(?:map|forEach|filter|flatMap|some|every|find)$/;

/**
 * The written type of a name or of a property path: its annotation, or the element type of the array that a callback or
 * `for…of` takes it from.
 */
export function writtenType(
  sourceCode: TSESLint.SourceCode,
  expression: TSESTree.Expression,
  depth = 0,
): TSESTree.TypeNode | undefined {
  if (depth > maxDepth) return undefined;
  const node = unwrap(expression);
  if (node.type === 'MemberExpression') {
    if (node.computed || node.optional || node.property.type !== 'Identifier') return undefined;
    const { name } = node.property;
    const owner = writtenType(sourceCode, node.object, depth + 1);
    return fieldsOf(sourceCode, owner)?.find((field) => field.name === name)?.type;
  }
  if (node.type !== 'Identifier') return undefined;
  const definitions = resolve(sourceCode, node)?.defs ?? [];
  const definition = definitions.length === 1 ? definitions[0]! : undefined;
  const name = definition?.name as TSESTree.Node | undefined;
  if (!definition || name?.type !== 'Identifier') return undefined;
  if (name.typeAnnotation) return name.optional ? undefined : name.typeAnnotation.typeAnnotation;
  const owner = definition.node as TSESTree.Node;
  if (isFunction(owner)) {
    const call = owner.parent;
    if (owner.params[0] !== name || call.type !== 'CallExpression' || call.arguments[0] !== owner)
      return undefined;
    if (call.callee.type !== 'MemberExpression' || !callbacks.test(methodName(call) ?? '')) return undefined;
    return elementType(writtenType(sourceCode, call.callee.object, depth + 1));
  }
  if (owner.type !== 'VariableDeclarator' || owner.id !== name) return undefined;
  const loop = owner.parent.parent;
  return loop.type === 'ForOfStatement' && loop.left === owner.parent && !loop.await
    ? elementType(writtenType(sourceCode, loop.right, depth + 1))
    : undefined;
}

/** A name or property path: reading it again gives the same and does nothing else. */
export function isPath(expression: TSESTree.Expression): boolean {
  if (expression.type === 'Identifier') return true;
  return (
    expression.type === 'MemberExpression' &&
    !expression.computed &&
    !expression.optional &&
    expression.property.type === 'Identifier' &&
    isPath(expression.object)
  );
}

/** True when an object literal in this place needs parentheses: `=> {` and `{` at a statement's start mean a block. */
export function startsStatement(sourceCode: TSESLint.SourceCode, node: TSESTree.Node): boolean {
  if (sourceCode.text[node.range[0] - 1] === '(') return false;
  for (let at = node; at.parent; at = at.parent) {
    const { parent } = at;
    if (parent.type === 'ArrowFunctionExpression') return parent.body === at;
    if (parent.range[0] !== node.range[0]) return false;
    if (parent.type === 'ExpressionStatement') return true;
  }
  return false;
}
