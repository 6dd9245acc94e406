import type { TSESLint, TSESTree } from '@typescript-eslint/utils';
import { resolve, walk } from '../syntax/nodes';

/** What the declarations of a file say about the members of its own object types. */

/** The body of an interface or class, or a type written in place. */
export type ObjectType = TSESTree.TSTypeLiteral | TSESTree.TSInterfaceBody | TSESTree.ClassBody;

export interface Member {
  /** As written; of a method what it returns. */
  readonly type: TSESTree.TypeNode | undefined;
  /** What a field starts with. */
  readonly value: TSESTree.Expression | undefined;
  readonly optional: boolean;
  readonly method: boolean;
  /** Reading it runs code: `get name() { … }`. */
  readonly accessor: boolean;
}

const maxDepth = 6;

/**
 * The member of this name, inherited ones included; `undefined` where the file does not declare it.
 * @param name with `#` where it is private
 */
export function memberIn(
  sourceCode: TSESLint.SourceCode,
  type: ObjectType,
  name: string,
  depth = 0,
): Member | undefined {
  if (depth > maxDepth) return undefined;
  for (const part of type.type === 'TSTypeLiteral' ? type.members : type.body) {
    const found = memberOf(part, name);
    if (found) return found;
  }
  const { parent } = type;
  const bases =
    parent.type === 'TSInterfaceDeclaration'
      ? parent.extends.map(({ expression }) => expression)
      : parent.type === 'ClassDeclaration'
        ? [parent.superClass]
        : [];
  for (const base of bases) {
    const inherited = base?.type === 'Identifier' ? objectTypeOf(sourceCode, base) : undefined;
    const found = inherited && memberIn(sourceCode, inherited, name, depth + 1);
    if (found) return found;
  }
  return undefined;
}

/** The interface or class of the file that a name means; interfaces that add to each other are not told apart. */
export function objectTypeOf(
  sourceCode: TSESLint.SourceCode,
  name: TSESTree.Identifier,
): TSESTree.TSInterfaceBody | TSESTree.ClassBody | undefined {
  const definitions = resolve(sourceCode, name)?.defs ?? [];
  const node = definitions.length === 1 ? (definitions[0]!.node as TSESTree.Node) : undefined;
  return node?.type === 'TSInterfaceDeclaration' || node?.type === 'ClassDeclaration' ? node.body : undefined;
}

function memberOf(part: TSESTree.TypeElement | TSESTree.ClassElement, name: string): Member | undefined {
  const isNamed = (key: TSESTree.Node): boolean =>
    (key.type === 'Identifier' && key.name === name) ||
    (key.type === 'PrivateIdentifier' && `#${key.name}` === name) ||
    (key.type === 'Literal' && key.value === name);
  if ('static' in part && part.static) return undefined;
  switch (part.type) {
    case 'TSPropertySignature':
      return isNamed(part.key) && !part.computed
        ? {
            type: part.typeAnnotation?.typeAnnotation,
            value: undefined,
            optional: part.optional,
            method: false,
            accessor: false,
          }
        : undefined;
    case 'TSMethodSignature':
      return isNamed(part.key) && !part.computed
        ? {
            type: part.returnType?.typeAnnotation,
            value: undefined,
            optional: part.optional,
            method: part.kind === 'method',
            accessor: part.kind === 'get',
          }
        : undefined;
    case 'PropertyDefinition':
      return isNamed(part.key) && !part.computed
        ? {
            type: part.typeAnnotation?.typeAnnotation,
            value: part.value ?? undefined,
            optional: part.optional === true,
            method: false,
            accessor: false,
          }
        : undefined;
    case 'MethodDefinition':
      if (part.kind === 'constructor') return parameterProperty(part, name);
      return isNamed(part.key) && !part.computed && part.kind !== 'set'
        ? {
            type: part.value.returnType?.typeAnnotation,
            value: undefined,
            optional: false,
            method: part.kind === 'method',
            accessor: part.kind === 'get',
          }
        : undefined;
    default:
      return undefined;
  }
}

function parameterProperty(constructor: TSESTree.MethodDefinition, name: string): Member | undefined {
  for (const parameter of constructor.value.params) {
    if (parameter.type !== 'TSParameterProperty') continue;
    const { parameter: declared } = parameter;
    const identifier = declared.type === 'AssignmentPattern' ? declared.left : declared;
    if (identifier.type !== 'Identifier' || identifier.name !== name) continue;
    return {
      type: identifier.typeAnnotation?.typeAnnotation,
      value: declared.type === 'AssignmentPattern' ? declared.right : undefined,
      optional: identifier.optional,
      method: false,
      accessor: false,
    };
  }
  return undefined;
}

const typed = new WeakMap<TSESLint.SourceCode, boolean>();

/** Whether the file has TypeScript's syntax anywhere: then what a field starts with fixes its type. */
export function isTypeScript(sourceCode: TSESLint.SourceCode): boolean {
  let is = typed.get(sourceCode);
  if (is === undefined) {
    is = false;
    walk(sourceCode, sourceCode.ast, (node) => {
      is ||= node.type.startsWith('TS');
      return !is;
    });
    typed.set(sourceCode, is);
  }
  return is;
}
