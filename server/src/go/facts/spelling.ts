import type { Node } from 'web-tree-sitter';
import { unparenthesised } from '../../../../rules/go/syntax/nodes';

/**
 * Expressions of the compiler in the words of the source.
 *
 * The compiler keeps what it evaluates once in temporaries of its own, `.autotmp_3`, and speaks of them: the results of
 * `return f()` with several of them, the two values of `v, ok = m[k]`, the arguments of a go or defer statement. Whoever
 * wrote the program knows only the expression that they come from.
 */

/** Words for an expression of the compiler in terms of the source. */
export interface Spelled {
  readonly expression: string;
  /** The expression is a call, and one of its results or arguments is meant. */
  readonly of?: 'result' | 'argument';
  /** What `expression` is the text of, when that is one expression. */
  readonly node?: Node;
}

export function isTemporary(expression: string): boolean {
  return /^\.autotmp(?:_\d+)?$/.test(expression);
}

export function mentionsTemporary(expression: string): boolean {
  return expression.includes('.autotmp');
}

/**
 * The source's own text of an expression: the compiler prints what it has made of it, methods as functions
 * (`ksuid.KSUID.String(k)`), conversions with their parentheses, results of inlined calls.
 * @param at the node at the compiler's point; undefined when that is no place of the package
 */
export function sourceOf(expression: string, at: Node | undefined): string {
  if (!at || /^[\w.]+$|^\.\.\. /.test(expression)) return expression;
  if (/^return\b|^[^("]*? :?= /.test(expression)) return statementOf(at)?.text ?? expression;
  if (at.type === 'func_literal' || expression === 'func literal') return expression;
  if (at.type === 'call_expression') {
    const called = /(?<!\w)\w+$/.exec(at.childForFieldName('function')?.text ?? '')?.[0];
    return called === undefined || expression.includes(called) ? at.text : expression;
  }
  return /_expression$|^composite_literal$/.test(at.type) ? at.text : expression;
}

/** @param at the node at the compiler's point; undefined when that is no place of the package */
export function spellTemporary(expression: string, at: Node | undefined): Spelled {
  const statement = at && statementOf(at);
  if (isTemporary(expression)) {
    const value = statement && valueOf(statement);
    if (value && /^(?:go|defer)_statement$/.test(statement.type))
      return { expression: value.text, of: 'argument', node: value };
    if (value)
      return {
        expression: value.text,
        ...(value.type === 'call_expression' && { of: 'result' }),
        node: value,
      };
  }
  if (statement) return { expression: statement.text };
  return { expression: expression.replace(/\.autotmp(?:_\d+)?/g, '…') };
}

/** The statement, declaration or call that is evaluated at the compiler's point. */
function statementOf(at: Node): Node | undefined {
  for (let node: Node | null = at; node; node = node.parent) {
    if (
      /^(?:(?:return|assignment|send|receive|go|defer)_statement|short_var_declaration|var_spec)$/.test(
        node.type,
      )
    )
      return node;
    if (/_statement$|^(?:block|func_literal|.*_declaration)$/.test(node.type)) return undefined;
    // `f(g())` passes the results of g on, unless a go or defer statement evaluates the arguments first.
    if (
      node.type === 'call_expression' &&
      !/^(?:go|defer)_statement$/.test(node.parent?.type ?? '') &&
      node.id === at.id
    )
      return node;
  }
  return undefined;
}

/** The one expression that gives the statement its values. */
function valueOf(statement: Node): Node | undefined {
  const list =
    statement.type === 'call_expression'
      ? statement.childForFieldName('arguments')
      : (statement.childForFieldName(statement.type === 'var_spec' ? 'value' : 'right') ??
        statement.namedChild(0));
  const values = (/_list$/.test(list?.type ?? '') ? list!.namedChildren : [list]).filter(
    (value) => value?.type !== 'comment',
  );
  return values.length === 1 && values[0] ? unparenthesised(values[0]) : undefined;
}
