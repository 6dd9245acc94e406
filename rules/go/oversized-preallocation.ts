import type { Node } from 'web-tree-sitter';
import { isBuiltin } from './syntax/universe';
import { importedFunction } from './syntax/universe';
import { onlyReads } from './types/constant-values';
import { sizeOf } from './types/declared-types';
import { laterGrowth } from './memory/later-growth';
import { staticHeat } from './heat/static-heat';
import { constantOf } from './types/integer-constants';
import type { GoFile, GoReport, GoRule, Obligation } from './rule';
import { argumentsOf, spanOf } from './syntax/nodes';
import { tripCount } from './flow/trip-count';
import {
  enclosingStatement,
  isAddressTaken,
  isAssigned,
  namesAround,
  parenthesized,
  type Binding,
} from './syntax/names';
import { graphOf } from './flow/functions';
import type { Graph } from './flow/graph';
import { nodesOf } from './flow/loop-exits';
import { sumFrom, sumOfIteration, type Summands } from './flow/sums';
import { initializer } from './syntax/assignments';
import { code } from '../wording';

/** A slice that outlives its function and was made far larger than what the function can append to it. */
export const rule: GoRule = {
  meta: {
    id: 'go/oversized-preallocation',
    summary: 'a capacity far over what is appended',
    fix: 'safe',
    recipe:
      'Make the slice or map with the capacity that the loop needs, not with that of everything it looks at',
    reports: 'allocation',
    sample: 'go/oversizedpreallocation',
  },
  check(file, report) {
    if (!file.facts || file.path.endsWith('_test.go')) return;
    for (const call of file.root.descendantsOfType('call_expression')) {
      const found = isBuiltin(file, call, 'make') && check(call, file);
      if (found) report(found);
    }
  },
};

/** How far over the bound a capacity has to be: below that, it may be a round number. */
const times = 4;
/** Bytes that are not worth a change. */
const fewBytes = 256;

function check(call: Node, file: GoFile): GoReport | undefined {
  const [type, length, size] = argumentsOf(call);
  const element = type?.type === 'slice_type' ? type.childForFieldName('element') : undefined;
  if (!element || !length || !size || constantOf(file, length)?.value !== 0) return undefined;
  const capacity = constantOf(file, size)?.value;
  const variable = namesAround(file.root, call).bindings.find(
    (binding) => initializer(binding)?.id === parenthesized(call).id,
  );
  const statement = enclosingStatement(call);
  if (capacity === undefined || !variable || !statement) return undefined;
  if (variable.kind !== 'variable' || staticHeat(file, call).score <= 0.1) return undefined;
  const appended = mostAppended(variable, file);
  if (!appended || appended.bound === 0 || capacity < times * appended.bound) return undefined;
  const { bound, leaves } = appended;
  const decision = file.facts!.decision(call);
  const emitted = file
    .facts!.emitted(call)
    .find(({ callee }) => /^runtime\.(?:makeslice|newobject|malloc\w*)$/.test(callee));
  if (decision?.outcome !== 'heap' || decision.free || !emitted) return undefined;
  const bytes = sizeOf(element, file);
  if (bytes !== undefined && (capacity - bound) * bytes < fewBytes) return undefined;
  const obligations: Obligation[] =
    bytes !== undefined
      ? []
      : [
          {
            states: `${capacity - bound} elements of ${element.text} take ${fewBytes} bytes or more`,
            at: statement.startIndex,
            code: `{ var alloclensElement ${element.text}; var _ [alloclensUnsafe.Sizeof(alloclensElement)*${capacity - bound} - ${fewBytes}]struct{} }`,
            imports: { alloclensUnsafe: 'unsafe' },
          },
        ];
  // Where the package itself appends to it later, the room is meant for that.
  const later = leaves.map((node) => laterGrowth(node, file));
  if (later.includes('appends')) return undefined;
  const condition = later.includes('unknown') ? ' (if nothing appends to it later)' : '';
  const { name } = variable;
  return {
    node: call,
    message: `${code(name)} has room for ${capacity} elements and gets at most ${bound}`,
    allocation: {
      kind: 'make',
      cost: 'always',
      reason: `${code(name)} outlives the function, and what is not used of it stays allocated and was cleared`,
      evidence: [
        { kind: 'emitted call', callee: emitted.callee, count: 1 },
        { kind: 'measured sample', sample: rule.meta.sample },
      ],
    },
    // Of a type that this package does not spell out, the compiler says the size.
    restsOn: obligations,
    fixes: file.generated
      ? []
      : [
          {
            title: `Make ${code(name)} with capacity ${bound}, the most that is appended here${condition}`,
            kind: condition === '' ? 'safe' : 'suggestion',
            edits: [{ file: file.path, span: spanOf(size), newText: String(bound) }],
            claim: { effect: 'runs less', within: [spanOf(variable.owner)], callees: [emitted.callee] },
          },
        ],
  };
}

/**
 * The most elements that a way through the function appends to the slice, and where it leaves the function; undefined when a
 * use may append more, when something may look at or use the capacity, or when the slice does not leave the function.
 */
function mostAppended(
  variable: Binding,
  file: GoFile,
): { readonly bound: number; readonly leaves: readonly Node[] } | undefined {
  const leaves: Node[] = [];
  const elements = new Map<number, number>();
  for (const { node, owner } of variable.uses) {
    if (owner.id !== variable.owner.id || isAddressTaken(node)) return undefined;
    const use = useOf(node, variable, file);
    if (!use) return undefined;
    if (use.appends) elements.set(use.appends.call.id, use.appends.elements);
    if (use.leaves) leaves.push(use.leaves);
  }
  const graph = graphOf(file, variable.owner);
  const start = graph.blockOf(variable.declaration);
  const bound = leaves.length > 0 && start ? sumFrom(graph, start, most(graph, elements, file)) : undefined;
  return bound !== undefined && Number.isSafeInteger(bound) ? { bound, leaves } : undefined;
}

/** Adds up what calls append; `elements` is by the id of the call. */
function most(graph: Graph, elements: ReadonlyMap<number, number>, file: GoFile): Summands<number> {
  const summands: Summands<number> = {
    nothing: 0,
    plus: (a, b) => a + b,
    join: Math.max,
    ofNode: ({ id }) => elements.get(id) ?? 0,
    ofLoop: (loop) => {
      if (!nodesOf(loop).some(({ id }) => elements.has(id))) return 0;
      const count = loop.statement && tripCount(loop.statement, file)?.constant;
      const each = count === undefined ? undefined : sumOfIteration(graph, loop, summands);
      return each === undefined ? undefined : count! * each;
    },
  };
  return summands;
}

interface SliceUse {
  readonly appends?: { readonly call: Node; readonly elements: number };
  /** The expression with which the slice leaves the function. */
  readonly leaves?: Node;
}

const reads: SliceUse = {};

function useOf(node: Node, variable: Binding, file: GoFile): SliceUse | undefined {
  const outer = parenthesized(node);
  const parent = outer.parent;
  switch (parent?.type) {
    case 'argument_list': {
      const call = parent.parent;
      if (call?.type !== 'call_expression') return undefined;
      if (argumentsOf(call)[0]?.id === outer.id) {
        const each = elementsAppended(call, file);
        if (each !== undefined) return appended(call, each, variable, file);
      }
      return onlyReads(call, outer, file) ? reads : undefined;
    }
    case 'variadic_argument': {
      const call = parent.parent?.parent;
      return call && onlyReads(call, parent, file) ? reads : undefined;
    }
    case 'index_expression':
      return parent.childForFieldName('operand')?.id === outer.id ? reads : undefined;
    case 'range_clause':
      return parent.childForFieldName('right')?.id === outer.id ? reads : undefined;
    case 'expression_list': {
      const statement = parent.parent;
      if (statement?.type === 'return_statement') return { leaves: node };
      if (statement?.type !== 'assignment_statement') return undefined;
      // `s = append(s, …)`: counted at the argument. Another name for the slice is not followed.
      return statement.childForFieldName('left')?.id === parent.id && isOwnAppend(statement, variable, file)
        ? reads
        : undefined;
    }
    case 'literal_element':
      return isReturned(parent) ? { leaves: node } : undefined;
    default:
      return undefined;
  }
}

/** True for a part of a literal that is returned. */
function isReturned(element: Node): boolean {
  let at: Node | null = element;
  while (at && /^(?:literal_\w+|keyed_element|composite_literal|unary_expression)$/.test(at.type))
    at = at.parent;
  return at?.type === 'expression_list' && at.parent?.type === 'return_statement';
}

/** `s = append(s, …)` or `return append(s, …)`. */
function appended(call: Node, elements: number, variable: Binding, file: GoFile): SliceUse | undefined {
  const list = call.parent;
  const statement = list?.type === 'expression_list' ? list.parent : undefined;
  const returned = statement?.type === 'return_statement';
  if (!statement || (!returned && !isOwnAppend(statement, variable, file))) return undefined;
  const appends = { call, elements };
  return returned ? { appends, leaves: call } : { appends };
}

/** `s = append(s, …)`, or one of the standard library's functions that append. */
function isOwnAppend(statement: Node, variable: Binding, file: GoFile): boolean {
  if (statement.type !== 'assignment_statement') return false;
  const [left, right] = [statement.childForFieldName('left'), statement.childForFieldName('right')];
  const target = left?.namedChildCount === 1 ? left.namedChild(0) : undefined;
  const call = right?.namedChildCount === 1 ? right.namedChild(0) : undefined;
  const first = call?.type === 'call_expression' ? argumentsOf(call)[0] : undefined;
  const names = namesAround(file.root, statement);
  return (
    target != null &&
    isAssigned(target) &&
    first?.type === 'identifier' &&
    names.resolve(target) === variable &&
    names.resolve(first) === variable &&
    elementsAppended(call!, file) !== undefined
  );
}

/** Bytes at most, in base 10; 64 binary digits and a sign in any other. */
const digits = { decimal: 20, any: 65 };

const appenders: Readonly<Record<string, number>> = {
  'strconv.AppendBool': 5,
  'unicode/utf8.AppendRune': 4,
  'encoding/binary.AppendUvarint': 10,
  'encoding/binary.AppendVarint': 10,
};

/** How many elements the call appends to its first argument at most; undefined when that is not known. */
function elementsAppended(call: Node, file: GoFile): number | undefined {
  const args = argumentsOf(call);
  if (isBuiltin(file, call, 'append')) {
    const last = args.at(-1);
    if (last?.type !== 'variadic_argument') return args.length - 1;
    const text = last.namedChild(0);
    // Escapes are longer than what they stand for.
    return text && /^(?:interpreted|raw)_string_literal$/.test(text.type)
      ? utf8Length(text.text) - 2
      : undefined;
  }
  const callee = call.childForFieldName('function');
  const name = callee && importedFunction(file, callee);
  if (name === 'strconv.AppendInt' || name === 'strconv.AppendUint')
    return args[2]?.text === '10' ? digits.decimal : digits.any;
  if (name != null) return appenders[name];
  const order = callee?.childForFieldName('operand');
  const owner = order && importedFunction(file, order);
  const method = /^AppendUint(16|32|64)$/.exec(callee?.childForFieldName('field')?.text ?? '');
  return method && /^encoding\/binary\.(?:Big|Little|Native)Endian$/.test(owner ?? '')
    ? Number(method[1]) / 8
    : undefined;
}

function utf8Length(text: string): number {
  let bytes = 0;
  for (const character of text) {
    const code = character.codePointAt(0)!;
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  }
  return bytes;
}
