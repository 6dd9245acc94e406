import type { TSESLint, TSESTree } from '@typescript-eslint/utils';
import type { TextEdit } from '../../model';
import { indentAt, newlineOf } from './layout';

/**
 * Adds a parameter or argument behind the last one: on a line of its own where that one has one, and behind a trailing comma
 * with another.
 */
export function appendItem(sourceCode: TSESLint.SourceCode, last: TSESTree.Node, text: string): TextEdit {
  const source = sourceCode.text;
  const next = sourceCode.getTokenAfter(last);
  const comma = next?.value === ',' ? next : undefined;
  const at = (comma ?? last).range[1];
  const line = source.slice(source.lastIndexOf('\n', last.range[0] - 1) + 1, last.range[0]);
  const own = line.trim() === '' && last.range[0] > 0 && source.includes('\n');
  const gap = own ? `${newlineOf(source)}${indentAt(source, last.range[0])}` : ' ';
  const newText = comma ? `${gap}${text}${own ? ',' : ''}` : `,${gap}${text}`;
  return { span: { start: at, end: at }, newText };
}
