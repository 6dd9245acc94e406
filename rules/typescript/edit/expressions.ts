import type { TSESLint, TSESTree } from '@typescript-eslint/utils';

/** Texts of expressions that move elsewhere: a node's own text has none of the parentheses around it. */

/** As one of several between commas, as what is assigned, and as what is iterated. */
export function asItem(sourceCode: TSESLint.SourceCode, value: TSESTree.Node, text?: string): string {
  return parenthesized(text ?? sourceCode.getText(value), value.type === 'SequenceExpression');
}

/** As the test of a conditional expression, or one of its results. */
export function asTest(sourceCode: TSESLint.SourceCode, value: TSESTree.Node, text?: string): string {
  const loose = /^(?:Conditional|Assignment|ArrowFunction|Sequence|Yield)Expression$/.test(value.type);
  return parenthesized(text ?? sourceCode.getText(value), loose);
}

/** In front of a dot or a bracket. */
export function asReceiver(sourceCode: TSESLint.SourceCode, value: TSESTree.Node): string {
  const tight =
    value.type === 'Literal'
      ? typeof value.value !== 'number'
      : value.type === 'NewExpression'
        ? sourceCode.getLastToken(value)?.value === ')'
        : /^(?:Identifier|(?:Member|Call|This|Array|TSNonNull|TaggedTemplate)Expression|Super|TemplateLiteral|MetaProperty)$/.test(
            value.type,
          );
  return parenthesized(sourceCode.getText(value), !tight);
}

/** In front of `**`, where no unary operator may stand. */
export function asBase(sourceCode: TSESLint.SourceCode, value: TSESTree.Node): string {
  const tight =
    value.type === 'Literal' || /^(?:Identifier|(?:Member|Call|This|TSNonNull)Expression)$/.test(value.type);
  return parenthesized(sourceCode.getText(value), !tight);
}

const parenthesized = (text: string, needed: boolean): string => (needed ? `(${text})` : text);
