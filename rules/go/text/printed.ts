import type { Node } from 'web-tree-sitter';
import { spelledType } from '../types/types';
import type { GoFile, GoPackage } from '../rule';
import { argumentsOf, unparenthesised } from '../syntax/nodes';
import { receiverType } from '../syntax/signatures';
import { packageNames } from '../syntax/package-names';

/** Functions and methods that print what they are given, by the names that fmt, log, log/slog and testing use. */
const prints =
  /^(?:(?:S|F)?[Pp]rint|Append|Errorf?$|Log|Fatal|Panic|Skip|Trace|Debug|Info|Warn|Error)(?:ln|f|w|Context|Attrs)?$/;

/** Methods that fmt calls instead of walking over the fields. */
const formats = /^(?:String|Error|Format|GoString)$/;

const deepest = 6;

/**
 * True when code of the package prints a value of its struct type field by field, in their order: `fmt.Println(t)`, or
 * that of a struct of which it is part.
 */
export function isPrinted(type: string, pkg: GoPackage, depth = 0): boolean {
  const { methods, types } = packageNames(pkg);
  const own = methods.some(
    ({ node }) => receiverType(node) === type && formats.test(node.childForFieldName('name')?.text ?? ''),
  );
  if (own || depth > deepest) return false;
  const isPart = ([outer, { spec }]: [string, { spec: Node }]): boolean =>
    outer !== type &&
    spec
      .descendantsOfType('field_declaration')
      .some((field) => nameOf(field.childForFieldName('type')?.text ?? '') === type) &&
    isPrinted(outer, pkg, depth + 1);
  if ([...types].some(isPart)) return true;
  return pkg.files.some((file) =>
    file.root.descendantsOfType('call_expression').some((call) => {
      const callee = call.childForFieldName('function');
      const name =
        callee?.type === 'selector_expression' ? callee.childForFieldName('field')?.text : undefined;
      return (
        name !== undefined &&
        prints.test(name) &&
        argumentsOf(call).some((value) => typeOf(value, file) === type)
      );
    }),
  );
}

/** The name of the type, or of that of its elements: T for `*T`, `[]T`, `&t`. */
function typeOf(value: Node, file: GoFile): string | undefined {
  const expression = unparenthesised(value);
  const addressed = expression.type === 'unary_expression' ? expression.childForFieldName('operand') : null;
  const type = spelledType(addressed ?? expression, file);
  return type === undefined ? undefined : nameOf(type);
}

function nameOf(type: string): string {
  return type.replace(/^(?:\*|\[[^\]]*\]|map\[[^\]]*\])+/, '');
}
