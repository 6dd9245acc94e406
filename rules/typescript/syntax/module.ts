import type { TSESLint, TSESTree } from '@typescript-eslint/utils';

/** ES module or CommonJS: a declaration at its top is not visible to other files. */
export function isModule(sourceCode: TSESLint.SourceCode): boolean {
  return sourceCode.ast.body.some(
    (statement) =>
      statement.type === 'ImportDeclaration' ||
      statement.type === 'ExportNamedDeclaration' ||
      statement.type === 'ExportDefaultDeclaration' ||
      statement.type === 'ExportAllDeclaration' ||
      statement.type === 'TSExportAssignment' ||
      statement.type === 'TSImportEqualsDeclaration' ||
      isCommonJsExport(sourceCode, statement),
  );
}

/** `module.exports = …`, `exports.name = …`. */
export function isCommonJsExport(sourceCode: TSESLint.SourceCode, statement: TSESTree.Node): boolean {
  return (
    statement.type === 'ExpressionStatement' &&
    statement.expression.type === 'AssignmentExpression' &&
    /^(?:module\.)?exports\b/.test(sourceCode.getText(statement.expression.left))
  );
}

/** `const x = require('x')`, several of them in one declaration, too. */
export function isRequire(statement: TSESTree.Node): boolean {
  return (
    statement.type === 'VariableDeclaration' &&
    statement.declarations.every(
      ({ init }) =>
        init?.type === 'CallExpression' &&
        init.callee.type === 'Identifier' &&
        init.callee.name === 'require',
    )
  );
}

/** The statement of the module's body in which a node stands. */
export function topStatementOf(node: TSESTree.Node): TSESTree.ProgramStatement | undefined {
  let at = node;
  while (at.parent && at.parent.type !== 'Program') at = at.parent;
  return at.parent ? (at as TSESTree.ProgramStatement) : undefined;
}
