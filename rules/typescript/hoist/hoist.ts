import type { TSESLint, TSESTree } from '@typescript-eslint/utils';
import type { TextEdit } from '../../model';
import { outdented } from '../edit/layout';
import { moduleName } from '../edit/names';
import type { ProposedFix } from '../edit/proposed-fix';
import { removeStatement } from '../edit/statements';
import { earliestRun, type EarliestRun } from '../flow/module-load';
import { functionName } from '../syntax/functions';
import { isModule } from '../syntax/module';
import { enclosingFunction, resolve, walk } from '../syntax/nodes';
import type { Risks } from './construction';
import { declareConstants } from './place';

/**
 * The fix that makes a constant object once for the module instead of on each call. It must not make the module fail
 * while it loads, nor be used before it is there: what is not certain becomes a condition, what the file refutes ends it.
 */

export interface Hoisted {
  /** What is replaced. */
  readonly at: TSESTree.Expression;
  /** What is made once, and the nodes whose text it has. */
  readonly creation: string;
  readonly parts: readonly TSESTree.Node[];
  /** What stands in for `at`, by the constant's name; the name itself when absent. */
  readonly use?: (name: string) => string;
  /** `const name = <at>`: its name moves along where it can. */
  readonly declarator: TSESTree.VariableDeclarator | undefined;
  /** Names for the constant, by preference, and what goes behind the function's name when they are taken: `Pattern`. */
  readonly names: readonly [string, ...string[]];
  readonly suffix: string;
  /**
   * Whether a constant of the module that is made just so may serve: nobody can have changed it, nor tells it by identity. What
   * keeps something from one use to the next may where each use of the constant, and of this one, begins anew.
   */
  readonly shareable: boolean | { readonly whereEach: (use: TSESTree.Node) => boolean };
  /** Statements of the module's body that have to stand before it. */
  readonly needed: readonly TSESTree.Node[];
  /** See construction.ts. */
  readonly risks: Risks;
  /** Imperative. */
  readonly title: string;
  readonly conditions: readonly string[];
}

/** `undefined` in scripts, where a comment would be lost, and where the object has to stay. */
export function hoist(sourceCode: TSESLint.SourceCode, hoisted: Hoisted): ProposedFix | undefined {
  const { at, declarator, needed, risks, title } = hoisted;
  const creation = outdented(sourceCode, at, hoisted.creation);
  const id = declarator?.id.type === 'Identifier' ? declarator.id : undefined;
  const comments = sourceCode.getCommentsInside(declarator?.parent ?? at);
  if (!risks || !isModule(sourceCode) || comments.length > 0) return undefined;
  if (!hoisted.parts.every((part) => namesModuleTypes(sourceCode, part))) return undefined;
  if (id?.typeAnnotation && !namesModuleTypes(sourceCode, id.typeAnnotation)) return undefined;

  const annotation = id?.typeAnnotation ? sourceCode.getText(id.typeAnnotation) : '';
  // What needs constants of the module throws today where it is made before they are there.
  const top = needed.length > 0 ? 'later' : earliestRun(sourceCode, at);
  if (top === 'too early') return undefined;
  const existing = annotation === '' ? sameInstance(sourceCode, hoisted, top) : undefined;
  const moves =
    id !== undefined &&
    existing === undefined &&
    declarator!.parent.declarations.length === 1 &&
    onlyIn(sourceCode, declarator!);
  // What is declared with a type keeps it: without moving, the local name would have to repeat it.
  if (id && !moves && annotation !== '') return undefined;

  const conditions = [...hoisted.conditions, ...risks];
  // What moves throws where it is used instead, and an enum that is not there yet is another error than a constant.
  const elsewhere = needed.length > 0 && (moves || !needed.every(isConstant));
  const early = elsewhere ? earliestRun(sourceCode, at, needed) : top;
  if (early === 'too early') return undefined;
  if (early === 'in an import cycle') conditions.push(noCycle);
  const name =
    existing ??
    (moves ? id.name : moduleName(sourceCode, ...hoisted.names, ...nameByPlace(at, hoisted.suffix)));
  const edits: TextEdit[] = [];
  if (!existing) {
    edits.push(
      declareConstants(sourceCode, [`const ${name}${moves ? annotation : ''} = ${creation}`], needed),
    );
  }
  if (moves) edits.push(removeStatement(sourceCode, declarator!.parent));
  else edits.push({ span: { start: at.range[0], end: at.range[1] }, newText: hoisted.use?.(name) ?? name });
  return {
    title: `${title}${conditions.length > 0 ? ` (if ${conditions.join(', and ')})` : ''}`,
    kind: conditions.length > 0 ? 'suggestion' : 'safe',
    edits: edits.sort((a, b) => a.span.start - b.span.start),
  };
}

const isConstant = (statement: TSESTree.Node): boolean =>
  statement.type === 'VariableDeclaration' ||
  (statement.type === 'ExportNamedDeclaration' && statement.declaration?.type === 'VariableDeclaration');

/** The condition under which a constant of the module is there when a declared function runs. */
export const noCycle = 'no import cycle calls it before this module has run';

/** `pricePattern` in `price()`. */
function nameByPlace(at: TSESTree.Node, suffix: string): string[] {
  const fn = enclosingFunction(at);
  const around = fn && functionName(fn);
  if (around === undefined || around.toLowerCase().endsWith(suffix.toLowerCase())) return [];
  return [`${around}${suffix}`];
}

/**
 * A module-level constant that is made in just the same way, and is there as early as a new one would be when the function
 * around the node runs.
 */
function sameInstance(
  sourceCode: TSESLint.SourceCode,
  { at, creation, shareable }: Hoisted,
  top: EarliestRun,
): string | undefined {
  if (shareable === false) return undefined;
  for (const statement of sourceCode.ast.body) {
    const isExported = statement.type === 'ExportNamedDeclaration';
    const declaration = isExported ? statement.declaration : statement;
    if (declaration?.type !== 'VariableDeclaration' || declaration.kind !== 'const') continue;
    for (const declarator of declaration.declarations) {
      const { id, init } = declarator;
      if (id.type !== 'Identifier' || !init || sourceCode.getText(init) !== creation) continue;
      if (shareable !== true && (isExported || !usesOf(sourceCode, declarator).every(shareable.whereEach)))
        continue;
      const early = earliestRun(sourceCode, at, [statement]);
      if (early === 'later' || early === top) return id.name;
    }
  }
  return undefined;
}

/** Where a variable is named behind its declaration, or a constant that only stands for it. */
export function usesOf(
  sourceCode: TSESLint.SourceCode,
  declarator: TSESTree.VariableDeclarator,
): TSESTree.Node[] {
  return sourceCode.getDeclaredVariables!(declarator)[0]!.references.flatMap(({ init, identifier }) => {
    if (init === true) return [];
    const use = identifier as TSESTree.Node;
    const { parent } = use;
    const isOtherName = parent?.type === 'VariableDeclarator' && parent.init === use && parent.id.type === 'Identifier' && parent.parent.kind === 'const'; // prettier-ignore
    return isOtherName ? usesOf(sourceCode, parent) : [use];
  });
}

/** True when the file has the name of this variable nowhere else, so that the declaration may move with it. */
function onlyIn(sourceCode: TSESLint.SourceCode, declarator: TSESTree.VariableDeclarator): boolean {
  const variable = sourceCode.getDeclaredVariables?.(declarator)[0];
  const uses = new Set(
    variable?.references.map((reference) => (reference.identifier as TSESTree.Node).range[0]),
  );
  return (sourceCode.ast.tokens ?? []).every(
    (token) => token.value !== variable?.name || uses.has(token.range[0]),
  );
}

/** True when every type that is named below the node is one of the module or a global: not a type parameter, not a local. */
function namesModuleTypes(sourceCode: TSESLint.SourceCode, node: TSESTree.Node): boolean {
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
