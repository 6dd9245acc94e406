import type { Node } from 'web-tree-sitter';
import type { FileEdit } from '../../model';
import { isUniverse } from '../syntax/universe';
import { importedFunction } from '../syntax/universe';
import { basicType, spelledType } from '../types/types';
import type { GoFile, GoFix } from '../rule';
import { argumentsOf, enclosingDeclaration, spanOf, unparenthesised } from '../syntax/nodes';
import { enclosingStatement } from '../syntax/names';
import { atLeast } from '../syntax/version';
import { isShadowed } from '../syntax/universe';
import { code } from '../../wording';

/** `binary.Write(w, binary.LittleEndian, n)` of one integer: what it writes and the fix that writes it without. */
export interface TypedBinary {
  readonly order: string;
  readonly bits: number;
  readonly fix: GoFix;
}

export function typedBinary(file: GoFile, call: Node): TypedBinary | undefined {
  const callee = call.childForFieldName('function');
  if (!callee || importedFunction(file, callee) !== 'encoding/binary.Write') return undefined;
  const [writer, order, value, ...more] = argumentsOf(call);
  const declaration = enclosingDeclaration(call);
  const statement = enclosingStatement(call);
  if (!writer || !order || !value || more.length > 0 || !declaration || !statement) return undefined;
  if (!atLeast(file.pkg.language, 1, 19) || call.descendantsOfType('comment').length > 0) return undefined;
  if (!file.facts?.emitted(call).some((emitted) => emitted.callee === 'encoding/binary.Write'))
    return undefined;
  const endian = importedFunction(file, order);
  if (!/^encoding\/binary\.(?:Little|Big|Native)Endian$/.test(endian ?? '')) return undefined;
  const converted = conversion(file, value);
  const named = converted ?? basicType(value, file)?.basic ?? '';
  const [, unsigned, size] = /^(u?)int(16|32|64)$/.exec(named) ?? [];
  const bits = Number(size);
  if (size === undefined || ['byte', 'make', `uint${size}`].some((name) => isShadowed(name, call, file)))
    return undefined;
  const target = unparenthesised(writer);
  const pointer = target.type === 'unary_expression' && target.childForFieldName('operator')?.text === '&';
  const receiver = pointer ? target.childForFieldName('operand') : target;
  if (!receiver || !/^(?:identifier|selector_expression)$/.test(receiver.type)) return undefined;

  const exact = unsigned === 'u' && (converted ?? spelledType(value, file)) === `uint${size}`;
  const argument = exact ? value.text : `uint${size}(${value.text})`;
  const appended = `${order.text}.AppendUint${size}(make([]byte, 0, ${bits / 8}), ${argument})`;
  const result = resultOf(call);
  if (result === undefined) return undefined;
  const first = result ?? call;
  const before = result ? `_, ${file.text.slice(result.startIndex, call.startIndex)}` : '';
  const edit: FileEdit = {
    file: file.path,
    span: { start: first.startIndex, end: call.endIndex },
    newText: `${before}${receiver.text}.Write(${appended})`,
  };
  const check = `alloclensInt${call.startIndex}`;
  const states = `${value.text} is an integer of ${bits} bits`;
  return {
    order: order.text,
    bits,
    fix: {
      title: `Append the ${bits} bits with ${code(`${order.text}.AppendUint${size}`)}`,
      kind: 'safe',
      edits: [edit],
      imports: ['encoding/binary'],
      claim: { effect: 'removes', within: [spanOf(declaration)], callees: ['encoding/binary.Write'] },
      obligations: [
        { states, at: 'file', code: `func ${check}[T ~uint${size} | ~int${size}](T) {}` },
        { states, at: statement.startIndex, code: `${check}(${value.text})` },
      ],
    },
  };
}

/** `uint32` of `uint32(x)`. */
function conversion(file: GoFile, value: Node): string | undefined {
  const callee = value.type === 'call_expression' ? value.childForFieldName('function') : null;
  return callee?.type === 'identifier' && isUniverse(file, callee) ? callee.text : undefined;
}

/** The one name that takes the error, null when nothing does; undefined where two results do not fit. */
function resultOf(call: Node): Node | null | undefined {
  const parent = call.parent;
  if (parent?.type === 'expression_statement') return null;
  const statement = parent?.type === 'expression_list' ? parent.parent : undefined;
  if (!statement || parent!.namedChildCount !== 1) return undefined;
  if (!/^(?:short_var_declaration|assignment_statement)$/.test(statement.type)) return undefined;
  if (!/^:?=$/.test(statement.children.find(({ text }) => text === '=' || text === ':=')?.text ?? ''))
    return undefined;
  const targets = statement.childForFieldName('left')?.namedChildren ?? [];
  return targets.length === 1 ? targets[0] : undefined;
}
