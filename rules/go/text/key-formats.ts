import type { Node } from 'web-tree-sitter';
import { code } from '../../wording';
import type { GoFile, GoReport } from '../rule';
import { initializer } from '../syntax/assignments';
import { isAssigned, namesAround, parenthesized } from '../syntax/names';
import { argumentsOf, spanOf, unparenthesised } from '../syntax/nodes';
import { basicType, typeOf } from '../types/types';
import { isBuiltin } from '../syntax/universe';

/**
 * A text that is formatted of several values and used for nothing but to find them in a map again: `seen[fmt.Sprintf("%s-%d", a, b)]`.
 * @param formatter `fmt.Sprintf`, of which the caller knows that it is emitted
 */
export function formattedKey(
  call: Node,
  formatter: string,
  file: GoFile,
  sample: string,
): GoReport | undefined {
  const values = argumentsOf(call).slice(1);
  if (formatter !== 'fmt.Sprintf' || values.length < 2) return undefined;
  // Values that a struct can hold, so that equal ones are equal keys.
  if (!values.every((value) => isComparable(value, file))) return undefined;
  const uses = usesOf(call, file);
  const maps = uses?.map((use) => mapAt(use, file));
  const [map] = maps ?? [];
  if (!maps || !map || maps.includes(undefined)) return undefined;
  const names = [...new Set(maps.map((one) => one!.text))];
  return {
    node: call,
    message: `${code(formatter)} makes a text only to be a key of ${code(names[0]!)}`,
    details: `A struct of the ${values.length} values is a key of its own, \`map[struct{ … }]…\`: it allocates nothing, and values that give the same text by chance stay apart.`,
    allocation: {
      kind: 'call',
      cost: 'always',
      reason: `the text and the boxes of its ${values.length} values are allocated for each look-up`,
      evidence: [
        { kind: 'emitted call', callee: formatter, count: 1 },
        { kind: 'measured sample', sample },
      ],
    },
    related: [
      { location: { file: file.path, span: spanOf(map) }, message: 'the map that the text is a key of' },
    ],
    noFix: `the key of ${code(names[0]!)} would get another type: a struct of the ${values.length} values`,
  };
}

function isComparable(value: Node, file: GoFile): boolean {
  if (value.type === 'variadic_argument') return false;
  if (/_literal$/.test(unparenthesised(value).type)) return true;
  const type = typeOf(value, file);
  return basicType(value, file) !== undefined || (type?.kind === 'array' && type.comparable === true);
}

/** Where the text is used: the call itself, or all uses of the variable that holds it. */
function usesOf(call: Node, file: GoFile): readonly Node[] | undefined {
  const outer = parenthesized(call);
  if (outer.parent?.type !== 'expression_list') return [call];
  const variable = namesAround(file.root, call).bindings.find(
    (binding) => initializer(binding)?.id === outer.id,
  );
  if (!variable || variable.uses.length === 0) return undefined;
  return variable.uses.some(({ node }) => isAssigned(node))
    ? undefined
    : variable.uses.map(({ node }) => node);
}

/** The map of `m[key]` or `delete(m, key)`. */
function mapAt(key: Node, file: GoFile): Node | undefined {
  const outer = parenthesized(key);
  const { parent } = outer;
  if (parent?.type === 'index_expression') {
    const operand = parent.childForFieldName('operand');
    const isIndex = operand && operand.id !== outer.id && typeOf(operand, file)?.kind === 'map';
    return isIndex ? operand : undefined;
  }
  const call = parent?.type === 'argument_list' ? parent.parent : undefined;
  if (call?.type !== 'call_expression' || !isBuiltin(file, call, 'delete')) return undefined;
  const [map, deleted] = argumentsOf(call);
  return deleted?.id === outer.id ? map : undefined;
}
