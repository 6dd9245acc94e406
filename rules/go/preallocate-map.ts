import type { Node } from 'web-tree-sitter';
import type { Evidence, TextEdit } from '../model';
import {
  capacityText,
  checkLoops,
  countable,
  guarded,
  isDoubtful,
  knownAtDeclaration,
  fills,
} from './growth/filling-loop';
import { leadsToLoop } from './flow/loop-exits';
import type { GoFile, GoFix, GoReport, GoRule } from './rule';
import { argumentsOf, descendants, spanOf, statementsOf, unparenthesised } from './syntax/nodes';
import { tripCount, type TripCount } from './flow/trip-count';
import { enclosingStatement, isAddressTaken, isAssigned, namesAround, type Binding } from './syntax/names';
import { enclosingLoop } from './flow/loops';
import { isShadowed } from './syntax/universe';
import { code } from '../wording';

/** A map made without a size and filled in a loop that is known to run n times. */
export const rule: GoRule = {
  meta: {
    id: 'go/preallocate-map',
    summary: 'a map filled in a loop whose trip count is known',
    fix: 'safe',
    recipe: 'Make the map with the number of entries that the loop will add',
    reports: 'allocation',
    sample: 'go/preallocatemap',
  },
  check(file, report) {
    checkLoops(file, report, fillings, check);
  },
};

/** One map that a loop fills. */
interface Filling {
  readonly loop: Node;
  readonly map: Binding;
  /** `m[key]` on the left of the assignment that each iteration passes. */
  readonly entry: Node;
  readonly key: Node;
  readonly declaration: Node;
  /** The declaration's value rewritten to `make(map[K]V, size)`. */
  readonly withSize: (size: string) => TextEdit[];
}

function fillings(loop: Node, file: GoFile): Filling[] {
  const body = loop.childForFieldName('body');
  if (!body) return [];
  const found = new Map<Binding, Filling>();
  const again = new Set<Binding>();
  for (const statement of statementsOf(body)) {
    const entry = assignedEntry(statement);
    const operand = entry?.childForFieldName('operand');
    const key = entry?.childForFieldName('index');
    if (!entry || !key || operand?.type !== 'identifier') continue;
    const map = namesAround(file.root, operand).resolve(operand);
    const made = map && map.declaration.startIndex < loop.startIndex && madeEmpty(map, file);
    if (!map || !made) continue;
    // Two entries an iteration: the bound would be twice the count, and is rarely reached.
    if (found.has(map)) again.add(map);
    found.set(map, { loop, map, entry, key, ...made });
  }
  return [...found.values()].filter(({ map }) => !again.has(map));
}

/** `m[k]` in `m[k] = v`; not in `m[k]++`, `m[k] += v` and `m[k] = append(m[k], v)`, whose keys are meant to repeat. */
function assignedEntry(statement: Node): Node | undefined {
  if (statement.type !== 'assignment_statement') return undefined;
  const [left, right] = [statement.childForFieldName('left'), statement.childForFieldName('right')];
  const entry = left?.namedChildCount === 1 ? left.namedChild(0) : undefined;
  if (entry?.type !== 'index_expression' || !right) return undefined;
  if (!statement.children.some((child) => child.type === '=')) return undefined;
  const text = entry.text;
  for (const node of descendants(right))
    if (node.type === 'index_expression' && node.text === text) return undefined;
  return entry;
}

/** `m := make(map[K]V)` or `m := map[K]V{}`. */
function madeEmpty(map: Binding, file: GoFile): Pick<Filling, 'declaration' | 'withSize'> | undefined {
  const name = map.declaration;
  const parent = name.parent;
  const declaration = enclosingStatement(name);
  if (!parent || !declaration || map.kind !== 'variable') return undefined;
  let value: Node | undefined;
  if (parent.type === 'var_spec') {
    const values = parent.childForFieldName('value')?.namedChildren ?? [];
    if (values.length === 1 && parent.childrenForFieldName('name').length === 1) value = values[0];
  } else if (parent.parent?.type === 'short_var_declaration' && declaration.id === parent.parent.id) {
    const values = declaration.childForFieldName('right')?.namedChildren ?? [];
    if (values.length === parent.namedChildren.length)
      value = values[parent.namedChildren.findIndex((target) => target.id === name.id)];
  }
  if (!value) return undefined;
  if (value.type === 'composite_literal') {
    const type = value.childForFieldName('type');
    const body = value.childForFieldName('body');
    if (type?.type !== 'map_type' || !body || body.namedChildCount > 0 || isShadowed('make', value, file))
      return undefined;
    return {
      declaration,
      withSize: (size) => [
        { span: { start: type.startIndex, end: type.startIndex }, newText: 'make(' },
        { span: { start: type.endIndex, end: value.endIndex }, newText: `, ${size})` },
      ],
    };
  }
  if (value.type !== 'call_expression' || value.childForFieldName('function')?.text !== 'make')
    return undefined;
  const [type, size] = argumentsOf(value);
  if (type?.type !== 'map_type' || size || isShadowed('make', value, file)) return undefined;
  return {
    declaration,
    withSize: (text) => [{ span: { start: type.endIndex, end: type.endIndex }, newText: `, ${text}` }],
  };
}

/** A map that stays on the stack has room for this many entries from the start (runtime: one group, or one bucket). */
const firstGroup = 8;

function check(filling: Filling, file: GoFile): GoReport | undefined {
  const { loop, map, entry, key, declaration } = filling;
  if (enclosingLoop(file, loop) !== enclosingLoop(file, declaration)) return undefined;
  if (!isFilledHere(filling)) return undefined;
  const count = tripCount(loop, file);
  const filled = count && fills(loop, map, entry, count, file);
  if (!filled || !count.exact || (count.constant !== undefined && count.constant <= firstGroup))
    return undefined;
  const evidence: Evidence[] = [{ kind: 'measured sample', sample: rule.meta.sample }];
  if (file.facts) {
    const assigns = file.facts.emitted(entry).filter(({ callee }) => callee.startsWith('runtime.mapassign'));
    if (assigns.length === 0 || assigns.some(({ symbol }) => /-range\d+/.test(symbol))) return undefined;
    evidence.unshift({ kind: 'emitted call', callee: assigns[0]!.callee, count: assigns.length });
  }
  const size = capacityText(count, 1);
  const name = map.declaration.text;
  return {
    node: entry,
    message: `${code(name)} grows entry by entry: the loop assigns ${code(size)} times`,
    allocation: {
      kind: 'map growth',
      cost: file.facts ? 'conditional' : 'unknown',
      reason: `${code(name)} is made without a size, so it allocates and moves its entries each time it is full (from ${firstGroup} entries on)`,
      evidence,
    },
    related: [
      {
        location: { file: file.path, span: spanOf(map.declaration) },
        message: `${code(name)} is made without a size`,
      },
    ],
    heatAt: loop,
    restsOn: isDoubtful(count, loop, file) ? countable(count, loop) : undefined,
    fixes: fix(filling, count, filled.surely, isDistinct(key, loop, file), file),
  };
}

/** True when nothing but this loop fills the map before the loop is over, and no closure holds it. */
function isFilledHere({ loop, map, declaration }: Filling): boolean {
  return map.uses.every(({ node, owner }) => {
    if (isAddressTaken(node)) return false;
    if (node.startIndex > loop.endIndex) return true;
    if (owner.id !== map.owner.id) return false;
    // Assigned another map, filled before the loop, or emptied in it.
    if (isAssigned(node)) return false;
    if (node.startIndex > declaration.endIndex && node.endIndex <= loop.startIndex) return false;
    const callee = node.parent?.parent?.childForFieldName('function')?.text;
    return !(node.parent?.type === 'argument_list' && (callee === 'delete' || callee === 'clear'));
  });
}

/**
 * True when no key comes twice: the counter of the loop, the index of a slice, the key of another map, alone. Elements
 * may repeat: then a map of n entries is too large.
 */
function isDistinct(key: Node, loop: Node, file: GoFile): boolean {
  const node = unparenthesised(key);
  if (node.type !== 'identifier') return false;
  const names = namesAround(file.root, loop);
  const binding = names.resolve(node);
  if (
    !binding ||
    binding.uses.some((use) => isAssigned(use.node) && use.node.parent?.type === 'expression_list')
  )
    return false;
  const range = loop.namedChildren.find((child) => child.type === 'range_clause');
  if (range) return range.childForFieldName('left')?.namedChild(0)?.id === binding.declaration.id;
  const clause = loop.namedChildren.find((child) => child.type === 'for_clause');
  const initial = clause?.childForFieldName('initializer')?.childForFieldName('left')?.namedChild(0);
  return initial?.id === binding.declaration.id;
}

function fix(filling: Filling, count: TripCount, trusted: boolean, distinct: boolean, file: GoFile): GoFix[] {
  const { loop, map, declaration, withSize } = filling;
  if (file.generated || isShadowed('len', loop, file)) return [];
  if (!knownAtDeclaration(declaration, loop, count, file)) return [];
  if (!leadsToLoop(declaration, loop, count.constant !== undefined, file)) return [];
  const size = guarded(capacityText(count, 1), count, loop, file);
  if (size === undefined) return [];
  const conditions = [
    ...(distinct ? [] : ['most keys differ']),
    ...(trusted ? [] : [`${code(capacityText(count, 1))} is never much too large`]),
  ];
  const condition = conditions.length === 0 ? '' : ` (if ${conditions.join(', and ')})`;
  return [
    {
      title: `Make ${code(map.declaration.text)} with room for ${code(size)} entries${condition}`,
      kind: condition === '' ? 'safe' : 'suggestion',
      edits: withSize(size).map((edit) => ({ ...edit, file: file.path })),
      claim: { effect: 'runs less', within: [spanOf(map.owner)], callees: ['runtime.mapassign'] },
      obligations: countable(count, loop),
    },
  ];
}
