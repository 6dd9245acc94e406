import type { TSESLint, TSESTree } from '@typescript-eslint/utils';
import type { TextEdit } from '../../model';
import { isLoop, walk } from '../syntax/nodes';

/** Statements as the file would write them: with or without semicolons, and so that none joins the one before or behind. */

const withoutSemicolon = new WeakMap<TSESLint.SourceCode, boolean>();

/** True when the file's statements end without semicolons, by majority of those that could have one. */
export function isSemicolonFree(sourceCode: TSESLint.SourceCode): boolean {
  let known = withoutSemicolon.get(sourceCode);
  if (known === undefined) {
    let balance = 0;
    walk(sourceCode, sourceCode.ast, (node) => {
      if (!endsWithSemicolon.test(node.type) || isHead(node)) return;
      balance += sourceCode.text[node.range[1] - 1] === ';' ? -1 : 1;
    });
    withoutSemicolon.set(sourceCode, (known = balance > 0));
  }
  return known;
}

const endsWithSemicolon =
  /^(?:VariableDeclaration|(?:Expression|Return|Throw|Break|Continue)Statement|ImportDeclaration|ExportAllDeclaration)$/;

/** `let i = 0` of `for (let i = 0; …)`. */
const isHead = (node: TSESTree.Node): boolean =>
  node.type === 'VariableDeclaration' && isLoop(node.parent) && node.parent.body !== (node as TSESTree.Node);

/** What would be read as a part of an expression before it: `(`, `[`, a template, a regular expression, `+x`, `-x`, `<T>x`. */
const joins = /^\s*[([`/+\-<]/;

/**
 * A statement's text, the end included, for a place that has the rest of its line to itself.
 * @param at offset of the place in the present text
 * @param text without a semicolon
 */
export function statementAt(sourceCode: TSESLint.SourceCode, at: number, text: string): string {
  return `${guard(sourceCode, at, text)}${text}${statementEnd(sourceCode, at)}`;
}

/** `;` where the statement before a place would go on with the text. */
export function guard(sourceCode: TSESLint.SourceCode, at: number, text: string): '' | ';' {
  return joins.test(text) && mayGoOn(sourceCode, at) ? ';' : '';
}

/** `;`, or nothing in a file without semicolons, unless what follows the place would continue the statement. */
export function statementEnd(sourceCode: TSESLint.SourceCode, at: number): '' | ';' {
  if (!isSemicolonFree(sourceCode)) return ';';
  const next = (sourceCode.ast.tokens ?? []).find((token) => token.range[0] >= at);
  return next && joins.test(next.value) ? ';' : '';
}

const open =
  /^(?:VariableDeclaration|(?:Expression|Return|Throw)Statement|Export(?:Default|Named)Declaration|TSTypeAliasDeclaration)$/;

/** The token before the place ends a statement without a semicolon. */
function mayGoOn(sourceCode: TSESLint.SourceCode, at: number): boolean {
  const before = (sourceCode.ast.tokens ?? []).findLast((token) => token.range[1] <= at);
  if (!before || before.value === ';') return false;
  for (
    let node: TSESTree.Node | null | undefined = sourceCode.getNodeByRangeIndex(before.range[0]);
    node && node.range[1] <= before.range[1];
    node = node.parent
  ) {
    if (node.range[1] === before.range[1] && open.test(node.type)) return true;
  }
  return false;
}

/** Takes a statement out, with its line when it has the line to itself; comments around it stay. */
export function removeStatement(sourceCode: TSESLint.SourceCode, statement: TSESTree.Node): TextEdit {
  const { text } = sourceCode;
  const [start, end] = statement.range;
  const line = text.lastIndexOf('\n', start - 1) + 1;
  const next = text.indexOf('\n', end);
  const alone = text.slice(line, start).trim() === '' && next >= 0 && text.slice(end, next).trim() === '';
  if (alone) return { span: { start: line, end: next + 1 }, newText: '' };
  const gap = /^[ \t]*/.exec(text.slice(end))![0].length;
  return { span: { start, end: end + gap }, newText: '' };
}

/** The end of the line, behind a comment that ends it; the offset itself where something else follows. */
export function endOfLine(sourceCode: TSESLint.SourceCode, offset: number): number {
  const { text } = sourceCode;
  let at = offset;
  while (at < text.length && text[at] !== '\n' && text[at] !== '\r') at++;
  return /^\s*(?:\/\/.*|\/\*[^]*?\*\/\s*)?$/.test(text.slice(offset, at)) ? at : offset;
}
