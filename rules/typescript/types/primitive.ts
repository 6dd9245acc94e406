import type { TSESLint, TSESTree } from '@typescript-eslint/utils';
import { isGlobal, resolve } from '../syntax/nodes';
import { writtenType } from './shapes';
import { primitives } from './value-type';
import { typeOf } from './values';

/** True when converting the value to a string, number or key runs no code of anybody: it is a primitive, whatever it is. */
export function isPrimitive(sourceCode: TSESLint.SourceCode, node: TSESTree.Node): boolean {
  switch (node.type) {
    case 'Literal':
      return !('regex' in node);
    case 'TemplateLiteral':
    case 'UnaryExpression':
    case 'UpdateExpression':
    case 'BinaryExpression':
      return true;
    case 'LogicalExpression':
      return isPrimitive(sourceCode, node.left) && isPrimitive(sourceCode, node.right);
    case 'ConditionalExpression':
      return isPrimitive(sourceCode, node.consequent) && isPrimitive(sourceCode, node.alternate);
    case 'AssignmentExpression':
      return node.operator !== '=' || isPrimitive(sourceCode, node.right);
    case 'SequenceExpression':
      return isPrimitive(sourceCode, node.expressions.at(-1)!);
    case 'TSNonNullExpression':
    case 'TSSatisfiesExpression':
      return isPrimitive(sourceCode, node.expression);
    case 'Identifier':
      return (
        (/^(?:undefined|NaN|Infinity)$/.test(node.name) && isGlobal(sourceCode, node)) ||
        isPrimitiveType(annotationOf(sourceCode, node)) ||
        primitives.has(typeOf(sourceCode, node)?.name ?? '')
      );
    case 'MemberExpression':
      return (
        isPrimitiveType(writtenType(sourceCode, node)) || primitives.has(typeOf(sourceCode, node)?.name ?? '')
      );
    default:
      return primitives.has(typeOf(sourceCode, node)?.name ?? '');
  }
}

/** `number | undefined`, `'a' | 1`: unions of primitives as they are written. */
function isPrimitiveType(type: TSESTree.TypeNode | undefined): boolean {
  if (type?.type === 'TSUnionType') return type.types.every(isPrimitiveType);
  return (
    type?.type === 'TSLiteralType' ||
    (type !== undefined && /^TS(?:String|Number|Boolean|BigInt|Null|Undefined)Keyword$/.test(type.type))
  );
}

function annotationOf(
  sourceCode: TSESLint.SourceCode,
  identifier: TSESTree.Identifier,
): TSESTree.TypeNode | undefined {
  const definitions = resolve(sourceCode, identifier)?.defs ?? [];
  const name = definitions.length === 1 ? (definitions[0]!.name as TSESTree.Node) : undefined;
  return name?.type === 'Identifier' ? name.typeAnnotation?.typeAnnotation : undefined;
}
