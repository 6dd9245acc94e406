import type { Node } from 'web-tree-sitter';
import type { Span } from '../../model';
import { basicType, isBytes, typeOf } from '../types/types';
import type { GoFile } from '../rule';
import { argumentsOf, spanOf, unparenthesised } from '../syntax/nodes';
import { importedFunction } from '../syntax/universe';
import { convertedToString } from './write-calls';

/** How an operand of a concatenation is written to a strings.Builder: the source that stays, and what stands around it. */
export interface BuilderWrite {
  readonly before: string;
  readonly kept: Span;
  readonly after: string;
  /** The builder is handed on as an io.Writer, which puts it on the heap. */
  readonly asWriter: boolean;
}

/** a, b and c of `a + b + c`, parentheses or not: joining strings is associative. Literals side by side stay one. */
export function operandsOf(sum: Node): Node[] {
  const node = unparenthesised(sum);
  const left = node.childForFieldName('left');
  const right = node.childForFieldName('right');
  const isSum = node.type === 'binary_expression' && node.childForFieldName('operator')?.text === '+';
  if (!isSum || !left || !right || isLiteral(node)) return [sum];
  return [...operandsOf(left), ...operandsOf(right)];
}

function isLiteral(node: Node): boolean {
  const inner = unparenthesised(node);
  return inner.type === 'binary_expression'
    ? [inner.childForFieldName('left'), inner.childForFieldName('right')].every(
        (side) => side && isLiteral(side),
      )
    : /^(?:interpreted|raw)_string_literal$/.test(inner.type);
}

const printers: Readonly<Record<string, string>> = {
  'fmt.Sprint': 'Fprint',
  'fmt.Sprintf': 'Fprintf',
  'fmt.Sprintln': 'Fprintln',
};

/** `sb.WriteString(x)`, and without a string in between `sb.WriteRune(r)`, `sb.Write(b)`, `fmt.Fprintf(&sb, …)`. */
export function builderWrite(operand: Node, builder: string, file: GoFile): BuilderWrite {
  const text = unparenthesised(operand);
  const converted = convertedToString(text, file);
  if (converted) {
    const type = basicType(converted, file);
    if (type?.declared === false && type.basic === 'int32')
      return { before: `${builder}.WriteRune(`, kept: spanOf(converted), after: ')', asWriter: false };
    if (isBytes(typeOf(converted, file)))
      return { before: `${builder}.Write(`, kept: spanOf(converted), after: ')', asWriter: false };
  }
  const callee = text.type === 'call_expression' ? text.childForFieldName('function') : null;
  const printer = callee && printers[importedFunction(file, callee) ?? ''];
  const list = text.childForFieldName('arguments');
  if (printer !== null && printer !== undefined && list && argumentsOf(text).length > 0) {
    const start = list.startIndex + 1;
    const blank = /^\s/.test(file.text.slice(start)) ? '' : ' ';
    return {
      before: `${callee!.childForFieldName('operand')!.text}.${printer}(&${builder},${blank}`,
      kept: { start, end: list.endIndex - 1 },
      after: ')',
      asWriter: true,
    };
  }
  return { before: `${builder}.WriteString(`, kept: spanOf(text), after: ')', asWriter: false };
}
