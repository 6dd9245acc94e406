import ts from 'typescript';
import type { SourceFunction } from '../service/engine';
import type { SyntaxTree } from './parse';

/** Every function of a file, outer ones before those in them. */
export function functionsOf(tree: SyntaxTree): SourceFunction[] {
  const functions: SourceFunction[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isFunctionLike(node) && 'body' in node && node.body !== undefined) {
      const [start, body] = [node.getStart(tree), (node.body as ts.Node).getStart(tree)];
      functions.push({ name: nameOf(node, tree), span: { start, end: node.end }, body });
    }
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return functions;
}

/** As V8 names a function: its own name, or that of what it is assigned to. */
function nameOf(node: ts.SignatureDeclaration, tree: SyntaxTree): string {
  if (ts.isConstructorDeclaration(node)) return node.parent.name?.text ?? '';
  if (node.name) return textOf(node.name, tree);
  const { parent } = node;
  if (
    (ts.isVariableDeclaration(parent) ||
      ts.isPropertyAssignment(parent) ||
      ts.isPropertyDeclaration(parent)) &&
    parent.initializer === (node as ts.Node)
  )
    return textOf(parent.name, tree);
  if (ts.isBinaryExpression(parent) && parent.operatorToken.kind === ts.SyntaxKind.EqualsToken) {
    const { left } = parent;
    return ts.isPropertyAccessExpression(left) ? left.name.text : left.getText(tree);
  }
  return '';
}

function textOf(name: ts.BindingName | ts.PropertyName, tree: SyntaxTree): string {
  return ts.isIdentifier(name) || ts.isPrivateIdentifier(name) || ts.isStringLiteral(name)
    ? name.text
    : name.getText(tree);
}
