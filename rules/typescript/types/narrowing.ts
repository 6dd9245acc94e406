import type { TSESLint, TSESTree } from '@typescript-eslint/utils';
import { isFunction, isGlobal, memberName, resolve } from '../syntax/nodes';

/** What the tests around a name say that its value is: `Array.isArray(x)`, `typeof x === 'string'`, `x instanceof C`. */

/** The name of the built-in type; `undefined` where no test says one, or where the name may be assigned meanwhile. */
export function narrowedTo(sourceCode: TSESLint.SourceCode, name: TSESTree.Identifier): string | undefined {
  const variable = resolve(sourceCode, name);
  if (!variable || variable.references.some((reference) => reference.isWrite() && !reference.init))
    return undefined;
  const isIt = (node: TSESTree.Node): boolean =>
    node.type === 'Identifier' && node.name === name.name && resolve(sourceCode, node) === variable;
  let child: TSESTree.Node = name;
  for (let at = name.parent as TSESTree.Node | undefined; at; child = at, at = at.parent) {
    let found: string | undefined;
    if (at.type === 'IfStatement' || at.type === 'ConditionalExpression') {
      if (child !== at.test) found = typeWhere(sourceCode, at.test, child === at.consequent, isIt);
    } else if (at.type === 'LogicalExpression' && child === at.right && at.operator !== '??') {
      found = typeWhere(sourceCode, at.left, at.operator === '&&', isIt);
    } else if (at.type === 'BlockStatement' || at.type === 'Program') {
      for (const before of at.body) {
        if (before === child) break;
        if (before.type === 'IfStatement' && !before.alternate && leaves(before.consequent))
          found ??= typeWhere(sourceCode, before.test, false, isIt);
      }
    } else if (isFunction(at) && variable.scope.block === at) return undefined;
    if (found !== undefined) return found;
  }
  return undefined;
}

function leaves(statement: TSESTree.Statement): boolean {
  const last = statement.type === 'BlockStatement' ? statement.body.at(-1) : statement;
  return /^(?:Return|Throw|Continue|Break)Statement$/.test(last?.type ?? '');
}

function typeWhere(
  sourceCode: TSESLint.SourceCode,
  test: TSESTree.Expression,
  holds: boolean,
  isIt: (node: TSESTree.Node) => boolean,
): string | undefined {
  switch (test.type) {
    case 'UnaryExpression':
      return test.operator === '!' ? typeWhere(sourceCode, test.argument, !holds, isIt) : undefined;
    case 'LogicalExpression':
      return test.operator === (holds ? '&&' : '||')
        ? (typeWhere(sourceCode, test.left, holds, isIt) ?? typeWhere(sourceCode, test.right, holds, isIt))
        : undefined;
    case 'CallExpression': {
      const { callee } = test;
      const [first] = test.arguments;
      if (!holds || callee.type !== 'MemberExpression' || callee.object.type !== 'Identifier')
        return undefined;
      if (!first || !isIt(first) || !isGlobal(sourceCode, callee.object)) return undefined;
      const asked = `${callee.object.name}.${memberName(callee) ?? ''}`;
      return asked === 'Array.isArray' ? 'Array' : asked === 'Buffer.isBuffer' ? 'Buffer' : undefined;
    }
    case 'BinaryExpression': {
      const { left, right, operator } = test;
      if (operator === 'instanceof')
        return holds && isIt(left) && right.type === 'Identifier' && isGlobal(sourceCode, right)
          ? right.name
          : undefined;
      if (!(holds ? /^===?$/ : /^!==?$/).test(operator)) return undefined;
      const asked = left.type === 'UnaryExpression' && left.operator === 'typeof' ? left.argument : undefined;
      return asked && isIt(asked) && right.type === 'Literal' && /^(?:string|number|boolean|bigint)$/.test(String(right.value)) // prettier-ignore
        ? String(right.value)
        : undefined;
    }
    default:
      return undefined;
  }
}
