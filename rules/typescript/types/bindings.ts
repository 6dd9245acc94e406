import type { TSESLint, TSESTree } from '@typescript-eslint/utils';
import { isGlobal, memberName, resolve } from '../syntax/nodes';

/** The global of this name, or what `node:buffer` and `node:crypto` and `node:util` export under it. */
export function isBuiltIn(sourceCode: TSESLint.SourceCode, identifier: TSESTree.Identifier): boolean {
  if (isGlobal(sourceCode, identifier)) return true;
  const from = importedFrom(sourceCode, identifier);
  return from !== undefined && from.name === identifier.name && /^(?:buffer|crypto|util)$/.test(from.module);
}

/**
 * The Node module and the exported name that an identifier is bound to by `import` or `require`: `*` for a namespace,
 * `default` for a default import. Relative modules and other packages are given by their specifier.
 */
export function importedFrom(
  sourceCode: TSESLint.SourceCode,
  identifier: TSESTree.Identifier,
): { readonly module: string; readonly name: string } | undefined {
  const definition = resolve(sourceCode, identifier)?.defs[0];
  const node = definition?.node as TSESTree.Node | undefined;
  const plain = (specifier: string): string => specifier.replace(/^node:/, '');
  switch (node?.type) {
    case 'ImportSpecifier':
      return {
        module: plain(node.parent.type === 'ImportDeclaration' ? node.parent.source.value : ''),
        name: node.imported.type === 'Identifier' ? node.imported.name : node.imported.value,
      };
    case 'ImportNamespaceSpecifier':
    case 'ImportDefaultSpecifier':
      return {
        module: plain(node.parent.type === 'ImportDeclaration' ? node.parent.source.value : ''),
        name: node.type === 'ImportDefaultSpecifier' ? 'default' : '*',
      };
    case 'TSImportEqualsDeclaration':
      return node.moduleReference.type === 'TSExternalModuleReference' &&
        node.moduleReference.expression.type === 'Literal'
        ? { module: plain(String(node.moduleReference.expression.value)), name: '*' }
        : undefined;
    case 'VariableDeclarator': {
      const required = requiredModule(node.init);
      if (required === undefined) return undefined;
      if (node.id.type === 'Identifier') return { module: plain(required), name: '*' };
      if (node.id.type !== 'ObjectPattern') return undefined;
      for (const property of node.id.properties) {
        if (property.type !== 'Property' || property.value.type !== 'Identifier') continue;
        if (property.value.name === identifier.name && property.key.type === 'Identifier') {
          return { module: plain(required), name: property.key.name };
        }
      }
      return undefined;
    }
    default:
      return undefined;
  }
}

/**
 * Module and exported name of a callee: `readSync` of `fs` for both `fs.readSync(…)` and `readSync(…)`.
 */
export function importedCallee(
  sourceCode: TSESLint.SourceCode,
  callee: TSESTree.Expression,
): { readonly module: string; readonly name: string } | undefined {
  if (callee.type === 'Identifier') return importedFrom(sourceCode, callee);
  if (callee.type !== 'MemberExpression' || callee.object.type !== 'Identifier') return undefined;
  const from = importedFrom(sourceCode, callee.object);
  const name = memberName(callee);
  return from && name !== undefined && (from.name === '*' || from.name === 'default')
    ? { module: from.module, name }
    : undefined;
}

function requiredModule(node: TSESTree.Expression | null): string | undefined {
  if (node?.type !== 'CallExpression' || node.callee.type !== 'Identifier') return undefined;
  const argument = node.arguments[0];
  return node.callee.name === 'require' && argument?.type === 'Literal' && typeof argument.value === 'string'
    ? argument.value
    : undefined;
}
