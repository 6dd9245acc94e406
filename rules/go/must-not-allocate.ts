import type { Node } from 'web-tree-sitter';
import type { AllocationCost, AllocationKind, Evidence, Related } from '../model';
import { allocates } from './sites/emitted-calls';
import { causeOf } from './sites/explain';
import { allocatedKind, describe, lineNode, placesFor } from './sites/emitted-places';
import type { Decision, GoFile, GoReport, GoRule, PlacedCall } from './rule';
import { isFunction, spanOf } from './syntax/nodes';
import { checkedCeiling } from './sites/ceilings';
import { ceilingIn, type Ceiling } from './syntax/directives';
import { packageNames } from './syntax/package-names';
import { decided } from './sites/evidence';
import { code } from '../wording';

/** The functions that `//alloclens:noalloc` and `//alloclens:max` mark are held against what the compiler emits for them. */
export const rule: GoRule = {
  meta: {
    id: 'go/must-not-allocate',
    summary: 'more allocations in a function than its `//alloclens:noalloc` or `//alloclens:max` allows',
    fix: 'none',
    recipe:
      'Follow the flow to what allocates and let the caller provide the memory, or change the directive',
    reports: 'contract',
    sample: 'go/mustnotallocate',
  },
  check(file, report, unchecked) {
    const marked = new Set<number>();
    for (const fn of file.root.namedChildren) {
      if (fn.type !== 'function_declaration' && fn.type !== 'method_declaration') continue;
      const checked = checkedCeiling(file, fn);
      if (!checked) continue;
      const { ceiling, emitted, problem } = checked;
      marked.add(ceiling.comment.id);
      const name = fn.childForFieldName('name');
      if (!name) continue;
      if (problem !== undefined) {
        unchecked(`${name.text} is marked ${ceiling.text} but was not checked: ${problem}.`);
        continue;
      }
      const found = allocationsOf(file, fn, name);
      if (ceiling.allocations > 0) {
        const broken = brokenCeiling(file, name, ceiling, emitted, found);
        if (broken) report(broken);
        continue;
      }
      for (const { node, what, why, kind, cost, evidence, related } of found) {
        const message = `${code(name.text)} is marked noalloc, but ${what}`;
        const reason = why ?? `${code(name.text)} is marked \`//alloclens:noalloc\``;
        report({ node, message, allocation: { kind, cost, reason, evidence }, related });
      }
    }
    for (const comment of file.root.descendantsOfType('comment')) {
      const ceiling = ceilingIn(comment);
      if (!ceiling || marked.has(comment.id)) continue;
      const line = comment.startPosition.row + 1;
      unchecked(
        `The ${ceiling.text} in line ${line} marks nothing: it must stand directly above a function, one for each.`,
      );
    }
  },
};

/** One finding for the function: which of its allocations are those too many, nobody can say. */
function brokenCeiling(
  file: GoFile,
  name: Node,
  { text, allocations: allowed }: Ceiling,
  number: number,
  found: readonly Found[],
): GoReport | undefined {
  if (number <= allowed || !found[0]) return undefined;
  return {
    node: name,
    message: `${code(name.text)} has ${number} allocation calls, but its ceiling is ${allowed}`,
    allocation: {
      kind: found[0].kind,
      cost: found.some(({ cost }) => cost === 'always') ? 'always' : 'conditional',
      reason: `${code(name.text)} is marked ${code(text)}, and the compiler calls the allocator in ${number} places of it`,
      evidence: found.flatMap(({ evidence }) => evidence),
    },
    related: found.map(({ node, what }) => ({
      location: { file: file.path, span: spanOf(node) },
      message: `here ${what}`,
    })),
  };
}

interface Found {
  readonly node: Node;
  /** A clause: "a slice is made". */
  readonly what: string;
  readonly why?: string | undefined;
  readonly kind: AllocationKind;
  readonly cost: AllocationCost;
  readonly evidence: readonly Evidence[];
  readonly related: readonly Related[];
}

/** One for each line and kind of call: the listing has no columns. */
function allocationsOf(file: GoFile, fn: Node, name: Node): Found[] {
  const groups = new Map<string, PlacedCall[]>();
  for (const call of file.facts?.emittedFor(fn) ?? []) {
    if (!allocates(call.callee)) continue;
    const key = `${call.at?.file ?? ''}\0${call.at?.line ?? 0}\0${call.callee}`;
    groups.set(key, [...(groups.get(key) ?? []), call]);
  }
  const leaks = leakingParameters(file, fn);
  const found: Found[] = [];
  const taken = new Set<number>();
  for (const calls of groups.values()) {
    const first = calls[0]!;
    const callee = first.callee;
    const { kind, cost, what } = describe(callee);
    const evidence: Evidence[] = [{ kind: 'emitted call', callee, count: calls.length }];
    const own =
      first.at?.file === file.path &&
      fn.startPosition.row <= first.at.line &&
      first.at.line <= fn.endPosition.row;
    if (own) {
      const nodes = placesFor(file, fn, first.at!.line, callee).filter(({ node }) => !taken.has(node.id));
      const { node, decision } = nodes[0] ?? {
        node: lineNode(fn, first.at!.line) ?? name,
        decision: undefined,
      };
      taken.add(node.id);
      if (decision) evidence.push(decided(decision));
      const subject = decision?.subject === 'moved' ? `${code(decision.text)} moves to the heap` : what;
      const times = calls.length > 1 ? ` (${calls.length} times)` : '';
      found.push({
        node,
        kind: allocatedKind(callee, decision),
        cost,
        evidence,
        what: `${subject}${times}`,
        why: decision && causeOf(decision, decision.flow),
        related: [...(decision ? keepersOf(file, decision) : []), ...leaks],
      });
      continue;
    }
    const inlined = inlinedAt(file, fn, first.at);
    const node = inlined?.call ?? name;
    const origin = inlined ? `code of ${code(inlined.callee)}` : 'inlined code';
    found.push({
      node,
      kind,
      cost,
      evidence,
      what: `in ${origin} ${what}`,
      related: [...placeOf(file, first.at, what), ...leaks],
    });
  }
  return found;
}

/** The call of `fn` into which the code at the place was inlined: the only one that can be meant. */
function inlinedAt(file: GoFile, fn: Node, at: PlacedCall['at']): { call: Node; callee: string } | undefined {
  const calls: { call: Node; callee: string }[] = [];
  for (const call of fn.descendantsOfType('call_expression')) {
    const callee = file.facts?.inlined(call);
    if (callee !== undefined) calls.push({ call, callee });
  }
  const home = at && functionAt(file, at);
  const homeName = home?.childForFieldName('name')?.text;
  const foreign = (callee: string): boolean => {
    const operand = /^([\w-]+)\./.exec(callee)?.[1];
    return operand !== undefined && !packageNames(file.pkg).types.has(operand);
  };
  const meant = calls.filter(({ callee }) =>
    homeName === undefined
      ? foreign(callee)
      : callee
          .replace(/\[[^]*/, '')
          .split('.')
          .at(-1) === homeName,
  );
  if (meant.length === 1) return meant[0];
  return calls.length === 1 ? calls[0] : undefined;
}

function functionAt(file: GoFile, at: NonNullable<PlacedCall['at']>): Node | undefined {
  const home = file.pkg.files.find(({ path }) => path === at.file);
  return home?.root.namedChildren.find(
    (node) => isFunction(node) && node.startPosition.row <= at.line && at.line <= node.endPosition.row,
  );
}

function placeOf(file: GoFile, at: PlacedCall['at'], what: string): Related[] {
  const home = at && functionAt(file, at);
  const node = home && (lineNode(home, at.line) ?? home.childForFieldName('name'));
  return node ? [{ location: { file: at.file, span: spanOf(node) }, message: `here ${what}` }] : [];
}

/** Parameters of functions of the package through which the value leaves: "p of keep leaks". */
function keepersOf(file: GoFile, { flow }: Decision): Related[] {
  const related: Related[] = [];
  for (const { expression, why } of flow) {
    if (why !== 'call parameter') continue;
    const name = /^([\p{L}_][\p{L}\p{Nd}_]*)\(/u.exec(expression)?.[1];
    const callee = name === undefined ? undefined : packageNames(file.pkg).functions.get(name);
    if (!callee) continue;
    for (const parameter of namesOf(callee.node.childForFieldName('parameters'))) {
      if (callee.file.facts?.parameter(parameter)?.kind !== 'leaks') continue;
      related.push({
        location: { file: callee.file.path, span: spanOf(parameter) },
        message: `${code(parameter.text)} of ${code(name!)} leaks, so what is passed for it goes to the heap`,
      });
    }
  }
  return related;
}

/** Parameters of the function itself that leak: its callers may have to allocate for them. */
function leakingParameters(file: GoFile, fn: Node): Related[] {
  return [
    ...namesOf(fn.childForFieldName('receiver')),
    ...namesOf(fn.childForFieldName('parameters')),
  ].flatMap((parameter) => {
    if (file.facts?.parameter(parameter)?.kind !== 'leaks') return [];
    return [
      {
        location: { file: file.path, span: spanOf(parameter) },
        message: `${code(parameter.text)} leaks: callers may have to put what they pass on the heap`,
      },
    ];
  });
}

function namesOf(list: Node | null): Node[] {
  return (list?.namedChildren ?? []).flatMap((parameter) =>
    parameter.namedChildren.filter((child) => child.type === 'identifier'),
  );
}
