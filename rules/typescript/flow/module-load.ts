import type { TSESLint, TSESTree } from '@typescript-eslint/utils';
import { isCommonJsExport, topStatementOf } from '../syntax/module';
import { contains, type FunctionNode, isFunction, resolve, walk } from '../syntax/nodes';
import { effectsOf, foreignCode } from './effects';
import { mentions } from './mentions';

/**
 * When a function of a module may run for the first time. A constant of the module that the function uses must have been
 * initialised by then: before, reading it throws.
 */
export type EarliestRun =
  /** Not before the constant is there. */
  | 'later'
  /** Only where a module that this one imports imports this one, and calls it while this one has not run. */
  | 'in an import cycle'
  | 'too early';

/**
 * Whether the function around a node may run before statements of the module have run.
 * @param until the statements; without any the place behind the imports
 */
export function earliestRun(
  sourceCode: TSESLint.SourceCode,
  inside: TSESTree.Node,
  until: readonly TSESTree.Node[] = [],
): EarliestRun {
  const { body } = sourceCode.ast;
  const holder = topStatementOf(inside);
  const fn = outermostFunction(inside);
  if (!holder || !fn) return 'too early';
  // A declared function is there from the start; everything else only when its statement runs.
  const hoisted = fn.type === 'FunctionDeclaration' && declarationOf(holder) === fn;
  const from = hoisted ? 0 : body.indexOf(holder);
  const to = Math.max(
    0,
    ...until.map((statement) => body.indexOf(statement as TSESTree.ProgramStatement) + 1),
  );
  const before = body.slice(from, Math.max(from, to));
  if (before.some((statement) => mayReach(sourceCode, statement, fn))) return 'too early';
  if (!hoisted && !before.some((statement) => runsForeignCode(sourceCode, statement))) return 'later';
  // Of a module that has not begun to run, others see its declared functions only.
  const seen = hoisted ? isDeclaredFunction : (): boolean => true;
  return importsOwnFiles(sourceCode) && isExported(sourceCode, fn, seen) ? 'in an import cycle' : 'later';
}

/** The function of the top-level statement in which the node stands. */
function outermostFunction(node: TSESTree.Node): FunctionNode | undefined {
  let outermost: FunctionNode | undefined;
  for (let at: TSESTree.Node | undefined = node; at; at = at.parent) if (isFunction(at)) outermost = at;
  return outermost;
}

function declarationOf(statement: TSESTree.ProgramStatement): TSESTree.Node {
  const exported =
    statement.type === 'ExportNamedDeclaration' || statement.type === 'ExportDefaultDeclaration';
  return exported && statement.declaration ? statement.declaration : statement;
}

function mayReach(sourceCode: TSESLint.SourceCode, statement: TSESTree.Node, fn: FunctionNode): boolean {
  return (
    effectsOf(sourceCode, statement).next().done === false &&
    !isDeclaration(statement) &&
    (contains(statement, fn) || mentions(sourceCode, statement, fn))
  );
}

const runsForeignCode = (sourceCode: TSESLint.SourceCode, statement: TSESTree.Node): boolean =>
  !isDeclaration(statement) && foreignCode(sourceCode, statement) !== undefined;

/** Imports, types and functions: nothing runs where they stand. */
function isDeclaration(statement: TSESTree.Node): boolean {
  const declared = declarationOf(statement as TSESTree.ProgramStatement);
  return /^(?:FunctionDeclaration|TS(?!Enum|Module|Export)\w*|Import\w*|ExportAllDeclaration)$/.test(
    declared.type,
  );
}

/** A module of the same project may import this one in turn. */
function importsOwnFiles(sourceCode: TSESLint.SourceCode): boolean {
  const own = /^[./#@~]/;
  let found = false;
  walk(sourceCode, sourceCode.ast, (node) => {
    if (found || isFunction(node)) return false;
    let source: TSESTree.Node | null | undefined;
    if (node.type === 'ImportDeclaration') source = node.importKind === 'type' ? undefined : node.source;
    else if (node.type === 'ExportAllDeclaration' || node.type === 'ExportNamedDeclaration')
      source = node.exportKind === 'type' ? undefined : node.source;
    else if (node.type === 'TSExternalModuleReference') source = node.expression;
    else if (
      node.type === 'CallExpression' &&
      node.callee.type === 'Identifier' &&
      node.callee.name === 'require'
    )
      [source] = node.arguments;
    if (source?.type === 'Literal' && own.test(String(source.value))) found = true;
    return true;
  });
  return found;
}

const isDeclaredFunction = (node: TSESTree.Node): boolean => node.type === 'FunctionDeclaration';

/** Another module can call the function, or an exported declaration that gets to it and that others see by then. */
function isExported(
  sourceCode: TSESLint.SourceCode,
  fn: FunctionNode,
  seen: (declaration: TSESTree.Node) => boolean,
): boolean {
  const reaches = (node: TSESTree.Node): boolean => contains(node, fn) || mentions(sourceCode, node, fn);
  return sourceCode.ast.body.some((statement) => {
    if (isCommonJsExport(sourceCode, statement) || statement.type === 'TSExportAssignment')
      return reaches(statement);
    if (statement.type === 'ExportDefaultDeclaration')
      return seen(statement.declaration) && reaches(statement.declaration);
    if (statement.type !== 'ExportNamedDeclaration') return false;
    if (statement.declaration) return seen(statement.declaration) && reaches(statement.declaration);
    return statement.specifiers.some(({ local }) => {
      const definitions = local.type === 'Identifier' ? (resolve(sourceCode, local)?.defs ?? []) : [];
      return definitions.some(({ node }) => seen(node as TSESTree.Node) && reaches(node as TSESTree.Node));
    });
  });
}
