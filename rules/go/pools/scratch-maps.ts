import type { Node } from 'web-tree-sitter';
import { code } from '../../wording';
import { canImportAt } from '../edit/imports';
import { byPlace, statementsAt } from '../edit/layout';
import { PackageVariables } from '../edit/package-variables';
import { calleeOf } from '../flow/calls';
import { isInert, mayPanic, waitsAt } from '../flow/effects';
import { graphAround } from '../flow/functions';
import { enclosingLoop } from '../flow/loops';
import { comesTo } from '../flow/paths';
import { isLookedInto } from '../memory/map-uses';
import type { Decision, GoFile, GoFix, GoPackage } from '../rule';
import { declaresAlone, initializer, startedWith } from '../syntax/assignments';
import {
  enclosingStatement,
  isAssigned,
  isLocalName,
  namesAround,
  occurrences,
  parenthesized,
  type Binding,
} from '../syntax/names';
import { argumentsOf, descendants, enclosingFunction, spanOf, unparenthesised } from '../syntax/nodes';
import { parameterNames, runsOnce } from '../syntax/signatures';
import { isBuiltin, isShadowed } from '../syntax/universe';
import { atLeast } from '../syntax/version';
import { typeOf } from '../types/types';
import { poolOf } from './pool-text';
import { pooledGet } from './pools';

/** A map with room for more entries than lie on the stack, made once a call, which nothing keeps. */
export interface ScratchMap {
  readonly call: Node;
  readonly type: Node;
  /** As written. */
  readonly size: Node;
  /** The emitted call that makes it. */
  readonly callee: string;
  readonly variable: Binding;
  readonly statement: Node;
  readonly decision: Decision;
}

export interface PooledMap extends ScratchMap {
  /** Takes the map from a pool, where that can be written. */
  readonly fix: GoFix | undefined;
}

/** In source order. */
export function scratchMapsIn(file: GoFile): readonly PooledMap[] {
  let found = known.get(file);
  if (!found) {
    const variables = new PackageVariables(file);
    found = (file.facts?.decisions ?? []).flatMap((decision) => {
      const made = scratchMap(file, decision);
      return made ? [{ ...made, fix: buildFix(file, made, variables) }] : [];
    });
    known.set(file, found);
  }
  return found;
}

const known = new WeakMap<GoFile, readonly PooledMap[]>();

/**
 * What fills the map fills such maps only, its own or those that calls give it: taken from a pool they have the room of the call before. The fixes
 * that do so; `pooled` where all come from pools, undefined where another map may be filled.
 */
export function poolsBehind(map: Node, file: GoFile): readonly GoFix[] | 'pooled' | undefined {
  const variable = map.type === 'identifier' ? namesAround(file.root, map).resolve(map) : undefined;
  const sources = variable && sourcesOf(variable, file);
  if (!sources || sources.includes(undefined)) return undefined;
  const fixes = [...new Set(sources)].filter((one) => typeof one === 'object');
  if (fixes.length > 0) return fixes;
  return sources.includes('pooled') ? 'pooled' : undefined;
}

/** Where maps of the variable come from: the fix of a scratch map, a pool, nowhere, or something else. */
type Source = GoFix | 'pooled' | 'nil' | undefined;

function sourcesOf(variable: Binding, file: GoFile): readonly Source[] | undefined {
  if (variable.kind === 'variable') return [sourceOf(variable, file)];
  if (variable.kind !== 'parameter' || variable.uses.some(({ node }) => isGivenAnother(node, file)))
    return undefined;
  return argumentsGiven(variable, file)?.map(({ argument, caller }) => {
    if (argument.type === 'nil') return 'nil';
    const names = namesAround(caller.root, argument);
    const binding = argument.type === 'identifier' ? names.resolve(argument) : undefined;
    return binding && sourceOf(binding, caller);
  });
}

function sourceOf(variable: Binding, file: GoFile): Source {
  const value = initializer(variable);
  if (value && pooledGet(file, unparenthesised(value))) return 'pooled';
  return scratchMapsIn(file).find((made) => made.variable.declaration.id === variable.declaration.id)?.fix;
}

/** The variable gets another map than one that is made with a size. */
function isGivenAnother(use: Node, file: GoFile): boolean {
  if (!isAssigned(use)) return false;
  const value = parenthesized(use).parent?.parent?.childForFieldName('right')?.namedChild(0);
  const made = value && unparenthesised(value);
  const isSized =
    made?.type === 'call_expression' && isBuiltin(file, made, 'make') && argumentsOf(made).length === 2;
  return !isSized;
}

/** What all calls of the function give for the parameter; undefined where it is called otherwise, or from elsewhere. */
function argumentsGiven(
  parameter: Binding,
  { pkg }: { readonly pkg: GoPackage },
): { readonly argument: Node; readonly caller: GoFile }[] | undefined {
  const { owner, declaration } = parameter;
  const name = owner.type === 'function_declaration' ? owner.childForFieldName('name') : null;
  const index = parameterNames(owner).findIndex(({ id }) => id === declaration.id);
  if (
    !name ||
    index < 0 ||
    declaration.parent?.type !== 'parameter_declaration' ||
    /^\p{Lu}/u.test(name.text)
  )
    return undefined;
  const given: { argument: Node; caller: GoFile }[] = [];
  for (const caller of pkg.files)
    for (const node of occurrences(caller.root, caller.text, name.text)) {
      if (node.id === name.id || node.type !== 'identifier' || namesAround(caller.root, node).resolve(node))
        continue;
      const call = parenthesized(node).parent;
      const callee = call?.type === 'call_expression' ? calleeOf(caller, call) : undefined;
      if (callee?.kind !== 'own' || callee.fn.id !== owner.id) return undefined;
      const argument = argumentsOf(call!)[index];
      if (!argument) return undefined;
      given.push({ argument: unparenthesised(argument), caller });
    }
  return given;
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
  return statement && { call, type, size, callee, variable, statement, decision };
}

function buildFix(file: GoFile, made: ScratchMap, variables: PackageVariables): GoFix | undefined {
  const { type, size, callee, variable, statement } = made;
  const { name, owner } = variable;
  if (file.generated || !canImportAt(file, 'sync', owner)) return undefined;
  if (!atLeast(file.pkg.language, 1, 21) || isShadowed('clear', owner, file)) return undefined;
  if (!runsNothing(file, size, statement) || isSeenLater(made)) return undefined;
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

/** Nobody notices that the statement does not evaluate the expression any more. */
function runsNothing(file: GoFile, expression: Node, statement: Node): boolean {
  for (const part of descendants(expression)) {
    if (canBeSeen(file, part)) return false;
    if (mayPanic(file, part) && !isEvaluatedNext(file, part, statement)) return false;
  }
  return true;
}

function canBeSeen(file: GoFile, node: Node): boolean {
  return waitsAt(file, node) || (node.type === 'call_expression' && !isInert(file, node));
}

/** A field that is asked for behind the statement again, before anything can be seen: where its owner is nil, that panics. */
function isEvaluatedNext(file: GoFile, part: Node, statement: Node): boolean {
  const graph = graphAround(file, statement);
  if (part.type !== 'selector_expression' || !graph) return false;
  const isSame = (node: Node): boolean => node.type === part.type && node.text === part.text;
  const isOther = (node: Node): boolean => isAssigned(node) && part.text.startsWith(node.text);
  return comesTo(graph, statement, isSame, (node) => isOther(node) || canBeSeen(file, node)) !== undefined;
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
