import type { Node } from 'web-tree-sitter';
import { canImportAt } from './edit/imports';
import { byPlace, statementsAt } from './edit/layout';
import { PackageVariables } from './edit/package-variables';
import { isInert, waitsAt } from './flow/effects';
import { enclosingLoop } from './flow/loops';
import { isLookedInto } from './memory/map-uses';
import { poolOf } from './pools/pool-text';
import type { Decision, GoFile, GoFix, GoRule } from './rule';
import { decided } from './sites/evidence';
import { declaresAlone, startedWith } from './syntax/assignments';
import { enclosingStatement, isAssigned, isLocalName, namesAround, type Binding } from './syntax/names';
import { argumentsOf, descendants, enclosingFunction, spanOf, unparenthesised } from './syntax/nodes';
import { runsOnce } from './syntax/signatures';
import { isBuiltin, isShadowed } from './syntax/universe';
import { atLeast } from './syntax/version';
import { typeOf } from './types/types';
import { code } from '../wording';

/** A map with room for many entries that each call makes and drops. */
export const rule: GoRule = {
  meta: {
    id: 'go/per-call-map',
    summary: 'a map with room for many entries, made on every call, that never outlives it',
    fix: 'suggestion',
    recipe:
      'Keep the map where it outlives the call, in the owner or in a `sync.Pool`, and `clear` it; a few entries are found in a slice as fast',
    reports: 'allocation',
    sample: 'go/percallmap',
  },
  check(file, report) {
    if (file.path.endsWith('_test.go')) return;
    const variables = new PackageVariables(file);
    for (const decision of file.facts?.decisions ?? []) {
      const made = scratchMap(file, decision);
      if (!made) continue;
      const { call, size, callee, variable } = made;
      const fix = buildFix(file, made, variables);
      report({
        node: call,
        message: `Each call makes the map ${code(variable.name)}, which nothing keeps`,
        allocation: {
          kind: 'make',
          // Up to 8 entries are one group, which lies on the stack (internal/runtime/maps, NewMap; cmd/compile walkMakeMap).
          cost: 'conditional',
          reason: `room for ${code(size.text)} entries is made on the heap anew when they are more than 8`,
          evidence: [decided(decision), { kind: 'emitted call', callee, count: 1 }],
        },
        ...(fix && { fixes: [fix] }),
      });
    }
  },
};

interface ScratchMap {
  readonly call: Node;
  readonly type: Node;
  /** As written. */
  readonly size: Node;
  /** The emitted call that makes it. */
  readonly callee: string;
  readonly variable: Binding;
  readonly statement: Node;
}

/** `m := make(map[K]V, n)` once a call, which the compiler knows to stay in it, and for which it emits a call all the same. */
function scratchMap(file: GoFile, decision: Decision): ScratchMap | undefined {
  if (decision.outcome !== 'stack' || decision.subject !== 'expression') return undefined;
  const call = unparenthesised(decision.node);
  if (call.type !== 'call_expression' || !isBuiltin(file, call, 'make')) return undefined;
  const [type, size] = argumentsOf(call);
  if (!type || !size || typeOf(call, file)?.kind !== 'map') return undefined;
  const callee = file.facts?.emitted(call).find((one) => /^runtime\.makemap\w*$/.test(one.callee))?.callee;
  const variable = startedWith(call, namesAround(file.root, call).bindings);
  if (callee === undefined || variable?.kind !== 'variable') return undefined;
  const { owner, declaration, uses } = variable;
  if (runsOnce(owner) || enclosingLoop(file, declaration)) return undefined;
  // Another map under the name would go into the pool, or a part of the calls would need none.
  if (uses.some(({ node }) => isAssigned(node))) return undefined;
  const statement = enclosingStatement(declaration);
  return statement && { call, type, size, callee, variable, statement };
}

function buildFix(file: GoFile, made: ScratchMap, variables: PackageVariables): GoFix | undefined {
  const { type, size, callee, variable, statement } = made;
  const { name, owner } = variable;
  if (file.generated || !canImportAt(file, 'sync', owner)) return undefined;
  if (!atLeast(file.pkg.language, 1, 21) || isShadowed('clear', owner, file)) return undefined;
  if (!runsNothing(file, size) || isSeenLater(made)) return undefined;
  const isAlone = statement.type === 'short_var_declaration' && declaresAlone(statement);
  if (!isAlone || statement.parent?.type !== 'statement_list') return undefined;
  if (statement.descendantsOfType('comment').length > 0) return undefined;
  // At package level the name would be another type, or none.
  for (const part of descendants(type))
    if (part.type === 'type_identifier' && isLocalName(file, owner, part.text)) return undefined;
  const pool = poolOf(file, name, owner, [`return make(${type.text})`], variables);
  const statements = [
    `${name} := ${pool.name}.Get().(${type.text})`,
    `defer func() {\n\tclear(${name})\n\t${pool.name}.Put(${name})\n}()`,
  ];
  return {
    title: `Reuse ${code(name)} from a \`sync.Pool\` (if no call makes it far larger than the others)`,
    kind: 'suggestion',
    edits: [
      ...pool.edits,
      {
        file: file.path,
        span: spanOf(statement),
        newText: statementsAt(file, statement.startIndex, statements),
      },
    ].sort(byPlace),
    imports: ['sync'],
    claim: { effect: 'moves', within: [spanOf(owner)], callees: [callee] },
  };
}

/** Nobody notices that the expression is not evaluated any more. */
function runsNothing(file: GoFile, expression: Node): boolean {
  for (const part of descendants(expression))
    if (waitsAt(file, part) || (part.type === 'call_expression' && !isInert(file, part))) return false;
  return true;
}

/**
 * What was deferred before runs when the pool has the map again: it must not know it by another name. Looking at entries tells nobody
 * about the map.
 */
function isSeenLater({ variable, statement }: ScratchMap): boolean {
  const { owner, uses } = variable;
  const isDeferredBefore = owner
    .descendantsOfType('defer_statement')
    .some((defer) => defer.endIndex <= statement.startIndex && enclosingFunction(defer)?.id === owner.id);
  return isDeferredBefore && uses.some(({ node }) => !isLookedInto(node));
}
