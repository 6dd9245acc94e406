import ts from 'typescript';
import type { Program } from './program';

/** Programs with something taken out of the module or of its driver, those that lose most first. */
export function smaller<P extends Pick<Program, 'path' | 'text' | 'driver'>>(program: P): P[] {
  return [
    ...smallerTexts(program.path, program.text).map((text) => ({ ...program, text })),
    ...smallerTexts('run.ts', program.driver, { values: true }).map((driver) => ({ ...program, driver })),
  ].sort((a, b) => a.text.length + a.driver.length - b.text.length - b.driver.length);
}

/** @param values whether what the text holds are values of given types: nothing is taken out of a single one */
function smallerTexts(path: string, text: string, { values = false } = {}): string[] {
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const texts: string[] = [];
  const replace = (start: number, end: number, instead = ''): void => {
    const next = text.slice(0, start) + instead + text.slice(end);
    if (next.length < text.length) texts.push(next);
  };
  const without = (list: ts.NodeArray<ts.Node>, separated: boolean): void => {
    list.forEach((node, i) => {
      if (!separated) replace(node.getFullStart(), node.end);
      else if (i + 1 < list.length) replace(node.getFullStart(), list[i + 1]!.getFullStart());
      else replace(i > 0 ? list[i - 1]!.end : node.getFullStart(), node.end);
    });
  };
  const instead = (node: ts.Node, ...parts: readonly (ts.Node | undefined)[]): void => {
    for (const part of parts) if (part) replace(node.getStart(file), node.end, part.getText(file));
  };
  const visit = (node: ts.Node): void => {
    if (ts.isSourceFile(node) || ts.isBlock(node) || ts.isModuleBlock(node) || ts.isCaseOrDefaultClause(node))
      without(node.statements, false);
    if (ts.isClassLike(node) || ts.isInterfaceDeclaration(node)) without(node.members, false);
    if (ts.isObjectLiteralExpression(node) && !values) without(node.properties, true);
    if (ts.isArrayLiteralExpression(node)) without(node.elements, true);
    if (ts.isCallExpression(node) && node.arguments.length > 1 && !values) without(node.arguments, true);
    if (ts.isFunctionLike(node) && !values) without(node.parameters, true);
    if (ts.isIfStatement(node)) {
      instead(node, node.thenStatement, node.elseStatement);
      if (node.elseStatement) replace(node.thenStatement.end, node.end);
    }
    if (ts.isIterationStatement(node, false)) instead(node, node.statement);
    if (ts.isLabeledStatement(node)) instead(node, node.statement);
    if (ts.isTryStatement(node)) {
      instead(node, node.tryBlock);
      if (node.catchClause && node.finallyBlock) replace(node.catchClause.end, node.end);
    }
    if (ts.isBlock(node) && (ts.isBlock(node.parent) || ts.isSourceFile(node.parent)))
      replace(node.getStart(file), node.end, node.statements.map((each) => each.getText(file)).join('\n'));
    if (ts.isConditionalExpression(node)) instead(node, node.whenTrue, node.whenFalse);
    if (ts.isBinaryExpression(node) && !isAssignment(node.operatorToken.kind))
      instead(node, node.left, node.right);
    if (ts.isCallExpression(node)) {
      if (node.arguments.length === 1) instead(node, node.arguments[0]);
      if (ts.isPropertyAccessExpression(node.expression)) instead(node, node.expression.expression);
    }
    if (ts.isAwaitExpression(node) || ts.isParenthesizedExpression(node)) instead(node, node.expression);
    ts.forEachChild(node, visit);
  };
  visit(file);
  texts.push(
    text.replace(/ ?(?:\/\* odd \*\/|\/\/ odd) ?/g, ''),
    text.replace(/^\ufeff/, ''),
    text.replaceAll('\r\n', '\n'),
  );
  return [...new Set(texts)].filter((each) => each.length < text.length);
}

const isAssignment = (kind: ts.SyntaxKind): boolean =>
  kind >= ts.SyntaxKind.FirstAssignment && kind <= ts.SyntaxKind.LastAssignment;
