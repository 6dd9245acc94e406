import type { TSESLint, TSESTree } from '@typescript-eslint/utils';
import type { TextEdit } from '../../model';
import {
  declareAtTop,
  freshName,
  isModule,
  lineBreak,
  mayRunBeforeModule,
  onlyIn,
  removeStatement,
  sameInstance,
  withoutSemicolons,
} from '../edit/module-level';
import type { ProposedFix } from '../edit/proposed-fix';
import { resolve, walk } from '../syntax/nodes';

/** Constant expressions, and the fix that makes one of them once for the module. */

/**
 * The top-level statements that a constant expression needs in front of it; `undefined` when it is not constant. Literals,
 * module-level `const` names of literals and members of enums of the file are; objects and arrays are not.
 */
export function constantPrimitive(
  sourceCode: TSESLint.SourceCode,
  node: TSESTree.Node | null | undefined,
  depth = 0,
): readonly TSESTree.Node[] | undefined {
  if (!node || depth > 4) return undefined;
  switch (node.type) {
    case 'Literal':
      return 'regex' in node ? undefined : [];
    case 'TemplateLiteral':
      return node.expressions.length === 0 ? [] : undefined;
    case 'UnaryExpression':
      return node.operator === '-' ? constantPrimitive(sourceCode, node.argument, depth + 1) : undefined;
    case 'TSAsExpression':
      return sourceCode.getText(node.typeAnnotation) === 'const'
        ? constantPrimitive(sourceCode, node.expression, depth + 1)
        : undefined;
    case 'MemberExpression': {
      if (node.computed || node.object.type !== 'Identifier') return undefined;
      const declared = soleDefinition(sourceCode, node.object);
      return declared?.type === 'TSEnumDeclaration' && !declared.declare ? topLevel(declared) : undefined;
    }
    case 'Identifier': {
      if (node.name === 'undefined') return [];
      const declared = soleDefinition(sourceCode, node);
      if (declared?.type !== 'VariableDeclarator' || declared.parent.kind !== 'const') return undefined;
      if (declared.id.type !== 'Identifier') return undefined;
      const inner = constantPrimitive(sourceCode, declared.init, depth + 1);
      const own = topLevel(declared.parent);
      return inner && own && [...inner, ...own];
    }
    default:
      return undefined;
  }
}

function soleDefinition(
  sourceCode: TSESLint.SourceCode,
  identifier: TSESTree.Identifier,
): TSESTree.Node | undefined {
  const definitions = resolve(sourceCode, identifier)?.defs ?? [];
  return definitions.length === 1 ? (definitions[0]!.node as TSESTree.Node) : undefined;
}

function topLevel(declaration: TSESTree.Node): TSESTree.Node[] | undefined {
  const statement = declaration.parent?.type === 'ExportNamedDeclaration' ? declaration.parent : declaration;
  return statement.parent?.type === 'Program' ? [statement] : undefined;
}

/** True when every type that is named below the node is one of the module or a global: not a type parameter, not a local. */
export function namesModuleTypes(sourceCode: TSESLint.SourceCode, node: TSESTree.Node): boolean {
  let fine = true;
  walk(sourceCode, node, (at) => {
    if (at.type === 'TSTypeQuery' || at.type === 'TSThisType') fine = false;
    if (at.type === 'Identifier') {
      const scope = resolve(sourceCode, at)?.scope.type as string | undefined;
      if (scope !== undefined && scope !== 'module' && scope !== 'global') fine = false;
    }
    return fine;
  });
  return fine;
}

export interface Hoisted {
  /** The expression that is made once. */
  readonly at: TSESTree.Expression;
  /** `const name = <at>`: its name moves along where it can. */
  readonly declarator: TSESTree.VariableDeclarator | undefined;
  /** The constant's name when it has none yet. */
  readonly base: string;
  /** True when a constant of the module that is made just so may serve: nobody can have changed it, nor tells it by identity. */
  readonly shareable: boolean;
  /** Top-level statements that have to stand before it. */
  readonly needed: readonly TSESTree.Node[];
  /** Imperative. */
  readonly title: string;
  readonly conditions: readonly string[];
}

/** Declares the expression as a constant of the module. `undefined` in scripts, and where a comment would be lost. */
export function hoist(sourceCode: TSESLint.SourceCode, hoisted: Hoisted): ProposedFix | undefined {
  const { at, declarator, base, needed, title } = hoisted;
  const id = declarator?.id.type === 'Identifier' ? declarator.id : undefined;
  const comments = sourceCode.getCommentsInside(declarator?.parent ?? at);
  if (!isModule(sourceCode) || comments.length > 0 || !namesModuleTypes(sourceCode, at)) return undefined;
  if (id?.typeAnnotation && !namesModuleTypes(sourceCode, id.typeAnnotation)) return undefined;
  const conditions = [...hoisted.conditions];
  if (mayRunBeforeModule(sourceCode, at))
    conditions.push('no import cycle calls it before this module has run');
  const creation = sourceCode.getText(at);
  const annotation = id?.typeAnnotation ? sourceCode.getText(id.typeAnnotation) : '';
  const existing = hoisted.shareable && annotation === '' ? sameInstance(sourceCode, creation) : undefined;
  const moves =
    id !== undefined &&
    existing === undefined &&
    declarator!.parent.declarations.length === 1 &&
    onlyIn(sourceCode, declarator!);
  // What is declared with a type keeps it: without moving, the local name would have to repeat it.
  if (id && !moves && annotation !== '') return undefined;
  const name = existing ?? (moves ? id.name : freshName(sourceCode, base));
  const edits: TextEdit[] = [];
  if (!existing) {
    const declaration = `const ${name}${moves ? annotation : ''} = ${creation}`;
    const last = Math.max(...needed.map((node) => node.range[1]), -1);
    edits.push(
      last < 0
        ? declareAtTop(sourceCode, [declaration])
        : {
            span: { start: last, end: last },
            newText: `${lineBreak(sourceCode)}${declaration}${withoutSemicolons(sourceCode) ? '' : ';'}`,
          },
    );
  }
  if (moves) edits.push(removeStatement(sourceCode, declarator!.parent));
  else edits.push({ span: { start: at.range[0], end: at.range[1] }, newText: name });
  return {
    title: `${title}${conditions.length > 0 ? ` (if ${conditions.join(', and ')})` : ''}`,
    kind: conditions.length > 0 ? 'suggestion' : 'safe',
    edits: edits.sort((a, b) => a.span.start - b.span.start),
  };
}
