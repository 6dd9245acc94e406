import type { TSESLint, TSESTree } from '@typescript-eslint/utils';
import { memberName, resolve, unwrap } from '../syntax/nodes';

/** Which expressions are object pools: those that a doc comment tags `@pool`, that the user's settings name, and those of known libraries. */

/** How a pool gives and takes. */
export interface PoolMethods {
  readonly acquire: ReadonlySet<string>;
  readonly release: ReadonlySet<string>;
}

const anyPool: PoolMethods = {
  acquire: new Set(['acquire', 'get', 'borrow', 'take', 'obtain', 'rent', 'alloc']),
  release: new Set(['release', 'put', 'return', 'give', 'free', 'recycle']),
};

const libraries: ReadonlyMap<string, PoolMethods> = new Map([
  ['generic-pool', { acquire: new Set(['acquire']), release: new Set(['release', 'destroy']) }],
  ['reusify', { acquire: new Set(['get']), release: new Set(['release']) }],
]);

/**
 * The pool that an expression (`pool`, `this.pool`) is, or `undefined`.
 * @param declared names of variables, fields and classes that are pools wherever they come from
 */
export function poolOf(
  sourceCode: TSESLint.SourceCode,
  expression: TSESTree.Expression,
  declared: ReadonlySet<string>,
): PoolMethods | undefined {
  const name = nameOf(expression);
  if (name !== undefined && declared.has(name)) return anyPool;
  if (expression.type === 'MemberExpression' && expression.object.type === 'ThisExpression') {
    return ofField(sourceCode, expression, declared);
  }
  if (expression.type !== 'Identifier') return undefined;
  const definition = resolve(sourceCode, expression)?.defs[0];
  if (definition?.node.type !== 'VariableDeclarator') return undefined;
  if (isTagged(sourceCode, definition.node.parent)) return anyPool;
  return definition.node.init ? ofValue(sourceCode, definition.node.init, declared) : undefined;
}

/** `pool` of `pool`, `this.pool`, `this.#pool` and `server.pool`. */
function nameOf(expression: TSESTree.Expression): string | undefined {
  if (expression.type === 'Identifier') return expression.name;
  if (expression.type !== 'MemberExpression') return undefined;
  return expression.property.type === 'PrivateIdentifier' ? expression.property.name : memberName(expression);
}

function ofField(
  sourceCode: TSESLint.SourceCode,
  member: TSESTree.MemberExpression,
  declared: ReadonlySet<string>,
): PoolMethods | undefined {
  let at: TSESTree.Node | undefined = member.parent;
  while (at && at.type !== 'ClassBody') at = at.parent;
  const name = memberName(member);
  for (const field of at?.body ?? []) {
    if (field.type !== 'PropertyDefinition' || field.computed) continue;
    const own =
      field.key.type === 'Identifier' || field.key.type === 'PrivateIdentifier' ? field.key.name : undefined;
    const asked = member.property.type === 'PrivateIdentifier' ? member.property.name : name;
    if (own === undefined || own !== asked) continue;
    if (isTagged(sourceCode, field)) return anyPool;
    return field.value ? ofValue(sourceCode, field.value, declared) : undefined;
  }
  return undefined;
}

/** `new BufferPool()` of a class tagged in this file, `createPool(…)` of generic-pool, `reusify(…)`. */
function ofValue(
  sourceCode: TSESLint.SourceCode,
  value: TSESTree.Expression,
  declared: ReadonlySet<string>,
): PoolMethods | undefined {
  const made = unwrap(value);
  if (made.type !== 'NewExpression' && made.type !== 'CallExpression') return undefined;
  const name = made.callee.type === 'MemberExpression' ? made.callee.object : made.callee;
  if (name.type !== 'Identifier') return undefined;
  if (made.type === 'NewExpression' && declared.has(name.name)) return anyPool;
  const definition = resolve(sourceCode, name)?.defs[0];
  if (definition?.node.type === 'ClassDeclaration')
    return isTagged(sourceCode, definition.node) ? anyPool : undefined;
  if (definition?.type === 'ImportBinding') {
    const declaration = definition.parent;
    return declaration?.type === 'ImportDeclaration' ? libraries.get(declaration.source.value) : undefined;
  }
  const init = definition?.node.type === 'VariableDeclarator' ? definition.node.init : undefined;
  const [source] = init?.type === 'CallExpression' && init.callee.type === 'Identifier' && init.callee.name === 'require' ? init.arguments : []; // prettier-ignore
  return source?.type === 'Literal' && typeof source.value === 'string'
    ? libraries.get(source.value)
    : undefined;
}

function isTagged(sourceCode: TSESLint.SourceCode, node: TSESTree.Node): boolean {
  const exported =
    node.parent?.type === 'ExportNamedDeclaration' || node.parent?.type === 'ExportDefaultDeclaration';
  return sourceCode
    .getCommentsBefore(exported ? node.parent! : node)
    .some(
      ({ type, value }) =>
        type === 'Block' && value.startsWith('*') && /(?:^|[\s*])@pool\b(?![-.])/.test(value),
    );
}
