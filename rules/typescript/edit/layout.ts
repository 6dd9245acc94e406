import type { TSESLint, TSESTree } from '@typescript-eslint/utils';
import type { Span } from '../../model';

/** Text of fixes: in the file's own indentation and line ends. */

/** `\r\n` where the file's first line ends with it: every fix asks, and must not read the whole file for that. */
export function newlineOf(text: string): string {
  const end = text.indexOf('\n');
  return end > 0 && text[end - 1] === '\r' ? '\r\n' : '\n';
}

/** White space at the start of the line that contains the offset. */
export function indentAt(text: string, offset: number): string {
  const start = text.lastIndexOf('\n', offset - 1) + 1;
  return /^[ \t]*/.exec(text.slice(start, offset))![0];
}

/** One level of the file's indentation: the first indented line's, two spaces when there is none. */
export function indentUnit(text: string): string {
  return /^(\t| {2,8})(?=[^\s*])/m.exec(text)?.[1] ?? '  ';
}

/** True when the span contains a comment that is in none of the nodes whose text is kept: a fix must not lose it. */
export function losesComment(
  sourceCode: TSESLint.SourceCode,
  { start, end }: Span,
  kept: readonly TSESTree.Node[] = [],
): boolean {
  return sourceCode
    .getAllComments()
    .some(
      ({ range }) =>
        range[0] < end &&
        start < range[1] &&
        !kept.some((node) => node.range[0] <= range[0] && range[1] <= node.range[1]),
    );
}

/** True when the node, its parentheses not counted, is written over several lines. */
export function isMultiline(node: TSESTree.Node): boolean {
  return node.loc.start.line !== node.loc.end.line;
}

/** Text of a node for the module's own level: the lines behind its first without the indentation of that, where all have it. */
export function outdented(sourceCode: TSESLint.SourceCode, node: TSESTree.Node, text: string): string {
  const indent = indentAt(sourceCode.text, node.range[0]);
  const [first, ...rest] = text.split('\n');
  if (indent === '' || rest.length === 0) return text;
  // Lines of a text literal are part of it.
  if (sourceCode.getTokens(node).some(({ loc }) => loc.start.line !== loc.end.line)) return text;
  if (!rest.every((line) => line.trim() === '' || line.startsWith(indent))) return text;
  return [first, ...rest.map((line) => (line.startsWith(indent) ? line.slice(indent.length) : line))].join(
    '\n',
  );
}
