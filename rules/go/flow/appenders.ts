import type { Node } from 'web-tree-sitter';
import type { GoFile } from '../rule';
import { importedFunction, isUniverse } from '../syntax/universe';

/** Functions whose result is their first argument, grown. */
const appenders =
  /^(strconv\.Append\w+|fmt\.Append(f|ln)?|unicode\/utf8\.AppendRune|encoding\/binary\.Append\w+|encoding\/hex\.AppendEncode)$/;

/** True when the call's result is its first argument, grown: `append`, `strconv.AppendInt`, `t.AppendFormat`. */
export function isAppender(file: GoFile, call: Node): boolean {
  const callee = call.childForFieldName('function');
  if (!callee) return false;
  if (callee.text === 'append') return isUniverse(file, callee);
  const name = importedFunction(file, callee);
  if (name !== undefined) return appenders.test(name);
  return callee.type === 'selector_expression' && callee.childForFieldName('field')?.text === 'AppendFormat';
}
