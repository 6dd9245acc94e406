import type { TSESLint, TSESTree } from '@typescript-eslint/utils';
import { isGlobal, memberName, methodName, resolve, unwrap } from '../syntax/nodes';
import { typeOf } from './values';

/** Types from what the file says: annotations, constructors, literals. What is not written is not known. */

/** What a type annotation says about writing to the value in place. */
export type Mutability = 'mutable' | 'readonly' | 'unknown';

const maxAliasDepth = 8;

/** Is a value of this type an array that may be pushed to? Aliases declared in the file are followed. */
export function arrayMutability(
  sourceCode: TSESLint.SourceCode,
  type: TSESTree.TypeNode | undefined,
  depth = 0,
): Mutability {
  switch (type?.type) {
    case 'TSArrayType':
    case 'TSAnyKeyword':
      return 'mutable';
    case 'TSTypeOperator':
      return type.operator === 'readonly' ? 'readonly' : 'unknown';
    case 'TSTypeReference': {
      const name = type.typeName.type === 'Identifier' ? type.typeName.name : undefined;
      if (name === 'Array') return 'mutable';
      if (name === 'ReadonlyArray' || name === 'Readonly' || name === 'const') return 'readonly';
      const alias = depth < maxAliasDepth ? aliasOf(sourceCode, type) : undefined;
      return alias ? arrayMutability(sourceCode, alias, depth + 1) : 'unknown';
    }
    default:
      return 'unknown';
  }
}

/** Is a value of this type an object that any string key may be written to? */
export function recordMutability(
  sourceCode: TSESLint.SourceCode,
  type: TSESTree.TypeNode | undefined,
  depth = 0,
): Mutability {
  switch (type?.type) {
    case 'TSAnyKeyword':
      return 'mutable';
    case 'TSTypeLiteral': {
      const index = type.members.find((member) => member.type === 'TSIndexSignature');
      return index ? (index.readonly === true ? 'readonly' : 'mutable') : 'unknown';
    }
    case 'TSTypeReference': {
      const name = type.typeName.type === 'Identifier' ? type.typeName.name : undefined;
      if (name === 'Readonly' || name === 'const') return 'readonly';
      if (name === 'Record') {
        const key = type.typeArguments?.params[0]?.type;
        return key === 'TSStringKeyword' || key === 'TSNumberKeyword' ? 'mutable' : 'unknown';
      }
      const alias = depth < maxAliasDepth ? aliasOf(sourceCode, type) : undefined;
      return alias ? recordMutability(sourceCode, alias, depth + 1) : 'unknown';
    }
    default:
      return 'unknown';
  }
}

function aliasOf(
  sourceCode: TSESLint.SourceCode,
  reference: TSESTree.TSTypeReference,
): TSESTree.TypeNode | undefined {
  if (reference.typeName.type !== 'Identifier' || reference.typeArguments) return undefined;
  const declaration = resolve(sourceCode, reference.typeName)?.defs[0]?.node;
  return declaration?.type === 'TSTypeAliasDeclaration' && !declaration.typeParameters
    ? declaration.typeAnnotation
    : undefined;
}

/** The annotation of the variable or parameter that an identifier refers to. */
export function declaredType(
  sourceCode: TSESLint.SourceCode,
  identifier: TSESTree.Identifier,
): TSESTree.TypeNode | undefined {
  const definition = resolve(sourceCode, identifier)?.defs;
  const name = definition?.length === 1 ? definition[0]!.name : undefined;
  return name?.type === 'Identifier' ? name.typeAnnotation?.typeAnnotation : undefined;
}

/** Own array methods whose result is a new array when the receiver is an array. */
const arrayToArray = new Set(['map', 'filter', 'slice', 'concat', 'flat', 'flatMap', 'toSorted', 'toReversed', 'toSpliced', 'splice', 'sort', 'reverse', 'fill', 'with']); // prettier-ignore
const arrayMakers = new Map([
  ['Object', new Set(['keys', 'values', 'entries', 'getOwnPropertyNames'])],
  ['Array', new Set(['from', 'of'])],
]);

/** True when the file shows that the expression is an array (not a typed array, not some other iterable). */
export function isKnownArray(
  sourceCode: TSESLint.SourceCode,
  expression: TSESTree.Expression,
  depth = 0,
): boolean {
  if (depth > maxAliasDepth) return false;
  if (expression.type === 'TSAsExpression' || expression.type === 'TSTypeAssertion') {
    if (arrayMutability(sourceCode, expression.typeAnnotation) !== 'unknown') return isWrittenArrayType(expression.typeAnnotation) || isKnownArray(sourceCode, expression.expression, depth + 1); // prettier-ignore
  }
  const node = unwrap(expression);
  switch (node.type) {
    case 'ArrayExpression':
      return true;
    case 'NewExpression':
      return (
        node.callee.type === 'Identifier' && node.callee.name === 'Array' && isGlobal(sourceCode, node.callee)
      );
    case 'CallExpression': {
      if (node.callee.type !== 'MemberExpression') return false;
      const method = memberName(node.callee);
      if (method === undefined) return false;
      const { object } = node.callee;
      if (object.type === 'Identifier' && arrayMakers.get(object.name)?.has(method)) {
        return isGlobal(sourceCode, object);
      }
      // Only strings (and what imitates them) have split().
      if (method === 'split') return true;
      return arrayToArray.has(method) && isKnownArray(sourceCode, object, depth + 1);
    }
    case 'Identifier': {
      const variable = resolve(sourceCode, node);
      const definition = variable?.defs.length === 1 ? variable.defs[0]! : undefined;
      if (!variable || !definition) return false;
      const annotation = declaredType(sourceCode, node);
      if (annotation) {
        return annotation.type !== 'TSAnyKeyword' && isArrayType(sourceCode, annotation);
      }
      if (definition.type === 'Parameter') {
        return definition.name.parent?.type === 'RestElement';
      }
      return (
        definition.node.type === 'VariableDeclarator' &&
        definition.node.id === definition.name &&
        definition.node.init !== null &&
        variable.references.every((reference) => !reference.isWrite() || reference.init === true) &&
        isKnownArray(sourceCode, definition.node.init, depth + 1)
      );
    }
    default:
      return false;
  }
}

const freshMethods = new Set(['slice', 'map', 'filter', 'concat', 'flat', 'flatMap', 'toSorted', 'toReversed']); // prettier-ignore

/** An array that the expression makes: nobody else holds it. */
export function isFreshArray(sourceCode: TSESLint.SourceCode, node: TSESTree.Node): boolean {
  const value = unwrap(node as TSESTree.Expression);
  if (value.type === 'ArrayExpression') return true;
  if (value.type !== 'CallExpression' || value.callee.type !== 'MemberExpression') return false;
  const method = methodName(value) ?? '';
  if (value.callee.object.type === 'Identifier' && value.callee.object.name === 'Array')
    return method === 'from' || method === 'of';
  return freshMethods.has(method) && typeOf(sourceCode, value.callee.object)?.name === 'Array';
}

/** `T[]`, `readonly T[]`, `Array<T>`, `ReadonlyArray<T>`, a tuple, or an alias of one in this file. */
function isArrayType(sourceCode: TSESLint.SourceCode, type: TSESTree.TypeNode, depth = 0): boolean {
  if (isWrittenArrayType(type)) return true;
  const alias =
    type.type === 'TSTypeReference' && depth < maxAliasDepth ? aliasOf(sourceCode, type) : undefined;
  return alias !== undefined && isArrayType(sourceCode, alias, depth + 1);
}

function isWrittenArrayType(type: TSESTree.TypeNode): boolean {
  switch (type.type) {
    case 'TSArrayType':
    case 'TSTupleType':
      return true;
    case 'TSTypeOperator':
      return (
        type.operator === 'readonly' &&
        type.typeAnnotation !== undefined &&
        isWrittenArrayType(type.typeAnnotation)
      );
    case 'TSTypeReference':
      return (
        type.typeName.type === 'Identifier' &&
        (type.typeName.name === 'Array' || type.typeName.name === 'ReadonlyArray')
      );
    default:
      return false;
  }
}
