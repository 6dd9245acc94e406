import type { TSESLint, TSESTree } from '@typescript-eslint/utils';
import { classAround } from '../syntax/functions';
import { isGlobal, methodName, resolve, unwrap } from '../syntax/nodes';
import { elementType, typeDeclaration, writtenType } from './shapes';

/**
 * Which objects keep what is assigned to them as it is. `process.env`, `dataset` and `Storage` do not: they make text of
 * it, under whatever name they go. So an object counts as ordinary only where the file shows that it is none of them.
 */
export type ObjectKind =
  /** Made in the file, or of a type that says more than a table of strings has. */
  | 'ordinary'
  /** Its keys come and go, and its values are no strings. */
  | 'dictionary';

const maxDepth = 6;

/** `undefined` where the file does not show it. */
export function objectKind(
  sourceCode: TSESLint.SourceCode,
  expression: TSESTree.Expression,
  depth = 0,
): ObjectKind | undefined {
  if (depth > maxDepth) return undefined;
  const node = unwrap(expression);
  if (isAmbient(sourceCode, node)) return undefined;
  const written = pathType(sourceCode, node);
  if (written) return kindOfType(sourceCode, written);
  switch (node.type) {
    case 'ThisExpression':
      return classAround(node) ? 'ordinary' : undefined;
    case 'Identifier':
      return ofVariable(sourceCode, node, depth);
    default:
      return isMadeHere(sourceCode, node) ? 'ordinary' : undefined;
  }
}

/** `declare const process: …`: somebody else made it. */
function isAmbient(sourceCode: TSESLint.SourceCode, expression: TSESTree.Expression): boolean {
  let root = expression;
  while (root.type === 'MemberExpression') root = unwrap(root.object);
  const declared = root.type === 'Identifier' ? resolve(sourceCode, root)?.defs[0]?.node : undefined;
  return declared?.type === 'VariableDeclarator' && declared.parent.declare;
}

/** The written type of a name or property path; of an optional property, too. */
function pathType(
  sourceCode: TSESLint.SourceCode,
  expression: TSESTree.Expression,
): TSESTree.TypeNode | undefined {
  const node = unwrap(expression);
  if (node.type !== 'MemberExpression' || node.computed) return writtenType(sourceCode, node);
  const owner = pathType(sourceCode, node.object);
  const parts = owner?.type === 'TSUnionType' ? owner.types : [owner];
  for (const part of parts) {
    const member = membersOf(sourceCode, part)?.find(
      (each) =>
        each.type === 'TSPropertySignature' &&
        each.key.type === 'Identifier' &&
        node.property.type === 'Identifier' &&
        each.key.name === node.property.name,
    );
    if (member?.type === 'TSPropertySignature') return member.typeAnnotation?.typeAnnotation;
  }
  return undefined;
}

function membersOf(
  sourceCode: TSESLint.SourceCode,
  type: TSESTree.TypeNode | undefined,
): readonly TSESTree.TypeElement[] | undefined {
  const declared = typeDeclaration(sourceCode, type);
  if (declared?.type === 'TSTypeLiteral') return declared.members;
  return declared?.type === 'TSInterfaceDeclaration' ? declared.body.body : undefined;
}

/** Everything that is assigned to the variable is ordinary. */
function ofVariable(
  sourceCode: TSESLint.SourceCode,
  identifier: TSESTree.Identifier,
  depth: number,
): ObjectKind | undefined {
  const variable = resolve(sourceCode, identifier);
  const declared = variable?.defs.length === 1 ? (variable.defs[0]!.node as TSESTree.Node) : undefined;
  if (!variable || declared?.type !== 'VariableDeclarator') return undefined;
  const loop = declared.parent.parent;
  if (loop.type === 'ForOfStatement' && loop.left === declared.parent)
    return ofElements(sourceCode, loop.right);
  if (declared.id.type !== 'Identifier') return undefined;
  const written = variable.references.filter((reference) => reference.isWrite());
  const kinds = written.map((reference) => {
    const value = reference.writeExpr as TSESTree.Expression | null | undefined;
    return value ? objectKind(sourceCode, value, depth + 1) : undefined;
  });
  return kinds.length > 0 && kinds.every((kind) => kind === 'ordinary') ? 'ordinary' : undefined;
}

/** `for (const box of [{ … }, { … }])` */
function ofElements(sourceCode: TSESLint.SourceCode, list: TSESTree.Expression): ObjectKind | undefined {
  const node = unwrap(list);
  const type = elementType(writtenType(sourceCode, node));
  if (type) return kindOfType(sourceCode, type);
  return node.type === 'ArrayExpression' &&
    node.elements.every(
      (element) => element && element.type !== 'SpreadElement' && isMadeHere(sourceCode, unwrap(element)),
    )
    ? 'ordinary'
    : undefined;
}

/** A literal, an instance of a class of the file, or what only ordinary objects come from. */
function isMadeHere(sourceCode: TSESLint.SourceCode, node: TSESTree.Expression): boolean {
  if (node.type === 'ObjectExpression') return true;
  if (node.type === 'NewExpression' && node.callee.type === 'Identifier')
    return resolve(sourceCode, node.callee)?.defs[0]?.type === 'ClassName';
  if (node.type !== 'CallExpression') return false;
  const { callee } = node;
  if (callee.type === 'Identifier') return callee.name === 'structuredClone' && isGlobal(sourceCode, callee);
  if (callee.type !== 'MemberExpression' || callee.object.type !== 'Identifier') return false;
  if (!isGlobal(sourceCode, callee.object)) return false;
  const made = `${callee.object.name}.${methodName(node) ?? ''}`;
  const [first] = node.arguments;
  return /^(?:JSON\.parse|Object\.fromEntries)$/.test(made) || (made === 'Object.assign' && first?.type === 'ObjectExpression'); // prettier-ignore
}

function kindOfType(
  sourceCode: TSESLint.SourceCode,
  type: TSESTree.TypeNode,
  depth = 0,
): ObjectKind | undefined {
  if (depth > maxDepth) return undefined;
  if (type.type === 'TSUnionType') {
    const kinds = type.types
      .filter(({ type: part }) => part !== 'TSNullKeyword' && part !== 'TSUndefinedKeyword')
      .map((part) => kindOfType(sourceCode, part, depth + 1));
    return kinds.length > 0 && kinds.every((kind) => kind === kinds[0]) ? kinds[0] : undefined;
  }
  if (type.type === 'TSTypeReference' && type.typeName.type === 'Identifier') {
    const [definition] = resolve(sourceCode, type.typeName)?.defs ?? [];
    if (definition?.type === 'ClassName') return 'ordinary';
    const declared = definition?.node as TSESTree.Node | undefined;
    if (declared?.type === 'TSTypeAliasDeclaration' && !declared.typeParameters)
      return kindOfType(sourceCode, declared.typeAnnotation, depth + 1);
    if (type.typeName.name === 'Record' && isGlobal(sourceCode, type.typeName)) {
      const values = type.typeArguments?.params[1];
      return mayBeText(sourceCode, values) ? undefined : 'dictionary';
    }
  }
  const members = membersOf(sourceCode, type);
  const index = members?.find((member) => member.type === 'TSIndexSignature');
  if (index) return mayBeText(sourceCode, index.typeAnnotation?.typeAnnotation) ? undefined : 'dictionary';
  // A table of strings cannot promise a key, nor a value that is no string.
  const tells = members?.some(
    (member) =>
      member.type === 'TSPropertySignature' &&
      (!member.optional || !mayBeText(sourceCode, member.typeAnnotation?.typeAnnotation)),
  );
  return tells ? 'ordinary' : undefined;
}

/** A type that a string may be of: also where it is not written, or not in the file. */
function mayBeText(sourceCode: TSESLint.SourceCode, type: TSESTree.TypeNode | undefined, depth = 0): boolean {
  if (!type || depth > maxDepth) return true;
  switch (type.type) {
    case 'TSUnionType':
      return type.types.some((part) => mayBeText(sourceCode, part, depth + 1));
    case 'TSTypeReference': {
      if (membersOf(sourceCode, type)) return false;
      const definition =
        type.typeName.type === 'Identifier' ? resolve(sourceCode, type.typeName)?.defs[0] : undefined;
      const declared = definition?.node as TSESTree.Node | undefined;
      if (declared?.type === 'TSTypeAliasDeclaration')
        return mayBeText(sourceCode, declared.typeAnnotation, depth + 1);
      return definition?.type !== 'ClassName';
    }
    case 'TSLiteralType':
      return type.literal.type !== 'Literal' || typeof type.literal.value === 'string';
    case 'TSNumberKeyword':
    case 'TSBooleanKeyword':
    case 'TSBigIntKeyword':
    case 'TSSymbolKeyword':
    case 'TSUndefinedKeyword':
    case 'TSNullKeyword':
    case 'TSTypeLiteral':
    case 'TSArrayType':
    case 'TSTupleType':
    case 'TSFunctionType':
      return false;
    default:
      return true;
  }
}
