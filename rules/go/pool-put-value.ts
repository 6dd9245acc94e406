import type { Node } from 'web-tree-sitter';
import { staticHeat } from './heat/static-heat';
import { keepPointers } from './pools/pointers';
import { pooledGet, pooledPut } from './pools/pools';
import type { GoFile, GoFix, GoRule } from './rule';
import { unparenthesised } from './syntax/nodes';
import { namesAround } from './syntax/names';
import { initializer } from './syntax/assignments';
import { code } from '../wording';

export const rule: GoRule = {
  meta: {
    id: 'go/pool-put-value',
    summary: 'pool.Put(slice), of a string or struct by value: each Put allocates the box for the interface',
    fix: 'safe',
    recipe: 'Keep pointers in the pool: New returns a pointer, and Put gets the pointer that Get gave',
    reports: 'allocation',
    sample: 'go/poolputvalue',
  },
  check(file, report) {
    if (!file.facts || !file.text.includes('Put(')) return;
    const puts = file.root.descendantsOfType('call_expression').flatMap((call) => {
      const put = pooledPut(file, call);
      const boxed = put && boxingOf(file, call, put.value);
      return put && boxed ? [{ put, boxed }] : [];
    });
    const fixes = new Map<string, { readonly fix: GoFix; readonly hottest: Node } | undefined>();
    for (const { put, boxed } of puts) {
      const name = put.pool.text;
      if (!fixes.has(name)) {
        const fix = file.generated ? undefined : keepPointers(file, put.pool);
        const places = puts
          .filter(({ put: { pool } }) => pool.text === name)
          .map(({ put: { value } }) => value);
        // One fix changes them all: each matters as much as the hottest.
        fixes.set(name, fix && { fix, hottest: hottestOf(file, places) });
      }
      const repair = fixes.get(name);
      const kind = kindOf(file, put.value, boxed.callee);
      report({
        node: put.value,
        message: `${code(put.value.text)} is put by value: each Put allocates ${kind}`,
        allocation: {
          kind: 'interface conversion',
          cost: 'always',
          reason: `only pointers fit into an interface without an allocation`,
          evidence: [
            ...(boxed.decision ? [{ kind: 'compiler decision', text: boxed.decision } as const] : []),
            { kind: 'emitted call', callee: boxed.callee, count: 1 },
          ],
        },
        ...(repair && { fixes: [repair.fix], heatAt: repair.hottest }),
      });
    }
  },
};

function hottestOf(file: GoFile, places: readonly Node[]): Node {
  return places.reduce((hottest, place) =>
    staticHeat(file, place).score > staticHeat(file, hottest).score ? place : hottest,
  );
}

/** The compiler boxes the argument: it says so, and calls convT… on this line. */
function boxingOf(
  file: GoFile,
  call: Node,
  value: Node,
): { callee: string; decision: string | undefined } | undefined {
  const decision = file.facts!.decision(value);
  if (!decision || decision.outcome !== 'heap' || decision.free || decision.subject !== 'expression')
    return undefined;
  // An allocation that the argument itself makes, such as &T{} or new(T), is no box.
  if (/^(?:unary_expression|composite_literal|func_literal)$/.test(unparenthesised(value).type))
    return undefined;
  const emitted = file.facts!.emitted(call);
  const found = emitted.find(({ callee }) => /^runtime\.convT/.test(callee));
  if (!found || !emitted.some(({ callee }) => callee === 'sync.(*Pool).Put')) return undefined;
  return { callee: found.callee, decision: `${decision.text} escapes to heap` };
}

function kindOf(file: GoFile, value: Node, callee: string): string {
  if (callee === 'runtime.convTslice') return 'a slice header';
  if (callee === 'runtime.convTstring') return 'a string header';
  const node = unparenthesised(value);
  const binding = node.type === 'identifier' ? namesAround(file.root, node).resolve(node) : undefined;
  const start = binding && initializer(binding);
  const got = start && pooledGet(file, start);
  if (got) return `a copy of the ${code(got.type.text)}`;
  return 'a copy';
}
