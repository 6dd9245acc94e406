import type { Node } from 'web-tree-sitter';
import { code } from '../wording';
import { firstGrowthsIn } from './growth/first-growth';
import { isCounted, joinedFix, joinedPartsOf, makesRoom } from './growth/joined-parts';
import { poolsBehind } from './pools/scratch-maps';
import type { EmittedCall, GoFile, GoReport, GoRule } from './rule';
import { isAssigned } from './syntax/names';
import { argumentsOf, enclosingDeclaration } from './syntax/nodes';
import { isBuiltin } from './syntax/universe';
import { typeOf } from './types/types';

/** Slices and maps that grow where they are filled; only where a slice is joined from parts an edit knows how large it becomes. */
export const rule: GoRule = {
  meta: {
    id: 'go/growing',
    summary: 'a slice or map that is copied to a larger one as it is filled',
    fix: 'suggestion',
    recipe:
      'Make the slice with room for as many elements as there will be, or keep it and empty it with `[:0]`',
    reports: 'measured only',
    sample: 'go/growing',
  },
  check(file, report) {
    if (!file.facts || file.path.endsWith('_test.go')) return;
    for (const call of file.root.descendantsOfType('call_expression')) {
      const found = copied(call, file);
      if (found) report(found);
    }
    for (const entry of file.root.descendantsOfType('index_expression')) {
      const found = filled(entry, file);
      if (found) report(found);
    }
  },
};

/** An append that go/first-room does not speak of: for a new variable, of an element of a map, of what has some room. */
function copied(call: Node, file: GoFile): GoReport | undefined {
  if (!enclosingDeclaration(call) || !isBuiltin(file, call, 'append')) return undefined;
  const [slice, ...elements] = argumentsOf(call);
  const grows = file.facts!.emitted(call).find(({ callee }) => callee.startsWith('runtime.growslice'));
  if (!slice || elements.length === 0 || !grows) return undefined;
  if (isCounted(slice, file) || makesRoom(elements, file)) return undefined;
  const statement = call.parent?.parent;
  if (statement && firstGrowthsIn(file).has(statement.id)) return undefined;
  const target = statement?.childForFieldName('left');
  const parts = joinedPartsOf(call, file);
  const fix = parts && joinedFix(parts, file);
  const isJoined = parts ?? (elements.at(-1)!.type === 'variadic_argument' && target?.text !== slice.text);
  return {
    node: slice,
    message: `${code(slice.text)} is copied to a larger array when it is full`,
    allocation: growth(
      'append growth',
      `${code(slice.text)} has less room than what is appended needs`,
      grows,
    ),
    ...(typeof fix === 'object'
      ? { fixes: [fix] }
      : { noFix: fix ?? 'how many elements there will be is not plain here' }),
    ...(isJoined && {
      recipe:
        'Make one slice with room for all the parts, as `slices.Concat` does (Go 1.22), or keep one and empty it with `[:0]`',
    }),
  };
}

/** `m[k] = v` */
function filled(entry: Node, file: GoFile): GoReport | undefined {
  const map = entry.childForFieldName('operand');
  if (!map || !enclosingDeclaration(entry) || !isAssigned(entry) || typeOf(map, file)?.kind !== 'map')
    return undefined;
  const assigns = file.facts!.emitted(entry).find(({ callee }) => callee.startsWith('runtime.mapassign'));
  if (!assigns) return undefined;
  const fixes = poolsBehind(map, file);
  if (fixes === 'pooled') return undefined;
  return {
    node: map,
    message: `${code(map.text)} makes room for more entries each time it is full`,
    allocation: growth(
      'map growth',
      `${code(map.text)} has less room than the entries that it gets`,
      assigns,
    ),
    ...(fixes ? { fixes } : { noFix: 'how many entries there will be is not plain here' }),
    recipe:
      'Make the map with the number of entries that it will have, or keep it and empty it with `clear`; a few are found in a slice as fast',
  };
}

const growth = (
  kind: 'append growth' | 'map growth',
  reason: string,
  { callee }: EmittedCall,
): GoReport['allocation'] => ({
  kind,
  cost: 'conditional',
  reason,
  evidence: [
    { kind: 'emitted call', callee, count: 1 },
    { kind: 'measured sample', sample: rule.meta.sample },
  ],
});
