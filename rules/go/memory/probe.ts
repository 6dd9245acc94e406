import type { Node } from 'web-tree-sitter';
import type { FileEdit } from '../../model';
import type { GoFile } from '../rule';
import { spanOf } from '../syntax/nodes';
import { enclosingStatement } from '../syntax/names';

/** Edits of probes: the text that the compiler is asked about, which nobody gets. */

/** The size made small and constant. What it named is still used, or the text would not compile. */
export function withSmallSize(file: GoFile, size: Node): FileEdit[] {
  const edits: FileEdit[] = [{ file: file.path, span: spanOf(size), newText: '64' }];
  const statement = enclosingStatement(size);
  if (statement && !/^[\d_]+$/.test(size.text)) {
    const at = statement.startIndex;
    edits.unshift({ file: file.path, span: { start: at, end: at }, newText: `_ = ${size.text}; ` });
  }
  return edits;
}

/** The call gets nil instead of the argument, which is still evaluated. */
export function withoutArgument(file: GoFile, argument: Node, type: string): FileEdit[] {
  const { start, end } = spanOf(argument);
  return [
    {
      file: file.path,
      span: { start, end: start },
      newText: `func(p ${type}) ${type} { _ = p; return nil }(`,
    },
    { file: file.path, span: { start: end, end }, newText: ')' },
  ];
}
