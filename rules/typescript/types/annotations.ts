import type { TSESLint, TSESTree } from '@typescript-eslint/utils';
import { resolve } from '../syntax/nodes';
import { importedFrom, isBuiltIn } from './bindings';
import { importedType } from './imports';
import { objectTypeOf, type ObjectType } from './members';
import { typeDeclaration } from './shapes';
import {
  type ValueType,
  arrayOf,
  boolean,
  builtInClasses,
  literalType,
  mapOf,
  number,
  same,
  text,
} from './value-type';

/**
 * `undefined` where the annotation says nothing that is known here: unions, type parameters.
 * @param lenient undefined and null are left out
 */
export function annotatedType(
  sourceCode: TSESLint.SourceCode,
  node: TSESTree.TypeNode | undefined,
  lenient = false,
  depth = 0,
): ValueType | undefined {
  if (depth > 8) return undefined;
  const inner = (type: TSESTree.TypeNode | undefined): ValueType | undefined =>
    annotatedType(sourceCode, type, lenient, depth + 1);
  switch (node?.type) {
    case 'TSStringKeyword':
    case 'TSTemplateLiteralType':
      return text;
    case 'TSNumberKeyword':
      return number;
    case 'TSBooleanKeyword':
      return boolean;
    case 'TSBigIntKeyword':
      return { name: 'bigint' };
    case 'TSLiteralType':
      return node.literal.type === 'Literal' ? literalType(node.literal) : undefined;
    case 'TSArrayType':
      return arrayOf(annotatedType(sourceCode, node.elementType, false, depth + 1));
    case 'TSTupleType':
      return { name: 'Array' };
    case 'TSTypeOperator':
      return node.operator === 'readonly' ? inner(node.typeAnnotation) : undefined;
    case 'TSTypeLiteral':
      return ofMembers(node, node.members, inner);
    case 'TSIntersectionType':
      return node.types.map(inner).find((type) => type?.declared ?? type?.dictionary);
    case 'TSUnionType': {
      const parts = lenient
        ? node.types.filter(({ type }) => type !== 'TSUndefinedKeyword' && type !== 'TSNullKeyword')
        : node.types;
      const [first, ...rest] = parts.map(inner);
      return rest.reduce(same, first);
    }
    case 'TSTypeReference':
      return ofReference(sourceCode, node, inner);
    default:
      return undefined;
  }
}

/** An object with an index signature is a dictionary. */
function ofMembers(
  declared: ObjectType,
  members: readonly TSESTree.Node[],
  inner: (type: TSESTree.TypeNode | undefined) => ValueType | undefined,
): ValueType {
  const index = members.find((member) => member.type === 'TSIndexSignature');
  if (!index) return { name: 'object', declared };
  const value = inner(index.typeAnnotation?.typeAnnotation);
  return { name: 'object', dictionary: true, ...(value && { value }) };
}

/** `string` and the like, in contrast to names that are written out. */
function hasAnyKeys(sourceCode: TSESLint.SourceCode, type: TSESTree.TypeNode | undefined): boolean {
  const keys = typeDeclaration(sourceCode, type);
  if (!keys) return type?.type === 'TSTypeReference' && sourceCode.getText(type) === 'PropertyKey';
  return /^TS(?:String|Number|Symbol)Keyword$|^TSTemplateLiteralType$/.test(keys.type);
}

function ofReference(
  sourceCode: TSESLint.SourceCode,
  node: TSESTree.TSTypeReference,
  inner: (type: TSESTree.TypeNode | undefined) => ValueType | undefined,
): ValueType | undefined {
  const name = node.typeName;
  const [first, second] = node.typeArguments?.params ?? [];
  if (name.type === 'TSQualifiedName') {
    const from = name.left.type === 'Identifier' ? importedFrom(sourceCode, name.left) : undefined;
    const imported = from && { module: from.module, name: name.right.name };
    return imported && (importedType(sourceCode, imported) ?? { name: 'imported', imported });
  }
  if (name.type !== 'Identifier') return undefined;
  if (isBuiltIn(sourceCode, name)) {
    switch (name.name) {
      case 'ReadonlyArray':
      case 'Array':
        return arrayOf(inner(first));
      case 'Readonly':
      case 'Required':
      case 'NonNullable':
        return inner(first);
      case 'Record': {
        const value = inner(second);
        return {
          name: 'object',
          ...(hasAnyKeys(sourceCode, first) && { dictionary: true }),
          ...(value && { value }),
        };
      }
      case 'Map':
      case 'ReadonlyMap':
        return mapOf(inner(first), inner(second));
      case 'Set':
      case 'ReadonlySet':
      case 'Promise': {
        const element = inner(first);
        return { name: name.name === 'Promise' ? name.name : 'Set', ...(element && { element }) };
      }
      default:
        return builtInClasses.has(name.name) || name.name === 'Hash' || name.name === 'Hmac'
          ? { name: name.name }
          : undefined;
    }
  }
  const imported = importedFrom(sourceCode, name);
  if (imported) return importedType(sourceCode, imported) ?? { name: 'imported', imported };
  const declared = objectTypeOf(sourceCode, name);
  if (declared) return ofMembers(declared, declared.body, inner);
  const definitions = resolve(sourceCode, name)?.defs ?? [];
  const alias = definitions.length === 1 ? (definitions[0]!.node as TSESTree.Node) : undefined;
  return alias?.type === 'TSTypeAliasDeclaration' && !alias.typeParameters
    ? inner(alias.typeAnnotation)
    : undefined;
}
