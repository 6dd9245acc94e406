import type { Node } from 'web-tree-sitter';
import type { AllocationCost, AllocationKind } from '../model';
import { asClause, code, longestTitle } from '../wording';
import { allocates } from './sites/emitted-calls';
import { positionRow } from './sites/compiler-position';
import { isBuiltin } from './syntax/universe';
import { checked, isField, spelledType, typeOf } from './types/types';
import { adviceFor, causeOf, explainBriefly, explainFlow, explainWhy, type Step } from './sites/explain';
import { isInlined, onHeapAt } from './sites/emitted-places';
import { decided, decidedKind } from './sites/evidence';
import type { Decision, EmittedCall, FlowStep, GoFile, GoReport, GoRule } from './rule';
import { loopsAround } from './flow/loops';
import { namesAround } from './syntax/names';
import {
  argumentsOf,
  contains,
  enclosingDeclaration,
  qualified,
  spanOf,
  unparenthesised,
} from './syntax/nodes';

/** Every value that the compiler puts on the heap, for the reader who asks why. Rules with a fix speak first. */
export const rule: GoRule = {
  meta: {
    id: 'go/escape',
    summary: 'why the compiler puts a value on the heap',
    fix: 'none',
    recipe: 'Follow the flow to the line that lets the value out, and hand on a copy of what is needed there',
    reports: 'on request',
    sample: 'go/escape',
  },
  check(file, report) {
    const said = new Set<string>();
    for (const decision of file.facts?.decisions ?? []) {
      if (decision.outcome !== 'heap' || decision.free) continue;
      const emitted = allocationOf(file, decision);
      if (!emitted) continue;
      const { node, subject, text, reason } = decision;
      const flow = decision.flow.map((step) => withCall(file, step));
      const sentences = explainFlow(flow);
      // A go or defer statement keeps its operands in a closure that stands nowhere in the source.
      const started = /^(?:go|defer)_statement$/.test(node.type);
      const outlived = reason === undefined ? outlivedBy(file, decision) : undefined;
      const why = outlived
        ? `one each iteration, kept in ${code(outlived)}`
        : reason === undefined
          ? explainBriefly(flow)
          : explainBriefly([{ expression: text, why: reason }]);
      const advice = outlived
        ? 'Declare it before the loop, if one for all iterations will do'
        : ((reason && explainWhy(reason)?.advice) ?? adviceFor(flow));
      const growth = node.type === 'call_expression' && isBuiltin(file, node, 'append');
      const goes =
        subject === 'moved'
          ? `${code(text)} moves to the heap`
          : growth
            ? `${code(node.text)} grows on the heap`
            : started
              ? `${code(node.text)} puts what it hands over on the heap`
              : `${subjectOf(file, decision)} goes to the heap`;
      const longer = why === undefined || started ? goes : `${goes}: ${why}`;
      // How the call is made does not always fit; the sentences behind say it.
      const message =
        longer.length <= longestTitle || reason !== undefined || outlived !== undefined
          ? longer
          : `${goes}: ${explainBriefly(flow.map((step) => ({ ...step, through: undefined })))}`;
      // The variable of a type switch is one in each clause, and moves in each for the same reason.
      const key = `${node.startIndex} ${message}`;
      if (said.has(key)) continue;
      said.add(key);
      const cause = outlived
        ? `it is new in each iteration of the loop, and ${code(outlived)}, which is declared outside of the loop, refers to it when the iteration is over`
        : causeOf(decision, flow);
      const inlined = isInlined(file, node);
      const kind = inlined && !decision.ofResult ? 'call' : decidedKind(decision);
      report({
        node,
        message,
        allocation: {
          kind,
          cost: costOf(kind, emitted, inlined ? 0 : onHeapAt(file, decision.line).length),
          reason: cause ?? 'the compiler gives no reason',
          evidence: [
            decided(decision),
            { kind: 'emitted call', callee: emitted[0]!.callee, count: emitted.length },
          ],
        },
        ...detailed([
          ...(growth ? [grownArray] : []),
          ...(sentences.length > 1 ? sentences : []),
          ...(advice === undefined ? [] : [`To keep it on the stack: ${asClause(advice)}.`]),
        ]),
      });
    }
    for (const growth of growing(file)) report(growth);
  },
};

const grownArray = 'A full array is copied to a larger one, whose size is known only at run time.';

/**
 * The variable of the same function, declared outside of the loop that allocates the value, in which it is kept: the depth of
 * the loop is all that sends it to the heap.
 */
function outlivedBy(file: GoFile, { node, flow }: Decision): string | undefined {
  const step = flow.findLast(({ why }) => !explainWhy(why)?.passing);
  const at = step?.location;
  const loop = loopsAround(file, node)[0]?.statement;
  if (step?.why !== 'assign' || at?.file !== file.path || !loop || !contains(spanOf(loop), at.span))
    return undefined;
  let statement: Node | null = file.root.namedDescendantForIndex(at.span.start, at.span.end);
  while (statement && statement.type !== 'assignment_statement' && statement.id !== loop.id)
    statement = statement.parent;
  const [target, ...more] = statement?.childForFieldName('left')?.namedChildren ?? [];
  if (target?.type !== 'identifier' || more.length > 0) return undefined;
  const variable = namesAround(file.root, target).resolve(target);
  const isOutside = variable && !contains(spanOf(loop), spanOf(variable.declaration));
  return isOutside && variable.kind !== 'result' ? variable.name : undefined;
}

/** Appends whose array may stay on the stack at first: no decision says that growing allocates. */
function* growing(file: GoFile): Iterable<GoReport> {
  if (!file.facts) return;
  for (const node of file.root.descendantsOfType('call_expression')) {
    if (!isBuiltin(file, node, 'append') || file.facts.decision(node)?.outcome === 'heap') continue;
    const row = positionRow(node);
    const grows = file.facts
      .emitted(node)
      .filter(({ line, callee }) => line === row && callee.startsWith('runtime.growslice'));
    if (grows.length === 0) continue;
    const slice = argumentsOf(node)[0]?.text ?? '';
    yield {
      node,
      message: `${code(node.text)} grows on the heap when ${code(slice)} is full`,
      details: `To allocate once or not at all: give ${code(slice, 60)} its capacity before it is filled.`,
      allocation: {
        kind: 'append growth',
        cost: 'conditional',
        reason: 'a full array is copied to a larger one, whose size is known only at run time',
        evidence: [{ kind: 'emitted call', callee: grows[0]!.callee, count: grows.length }],
      },
    };
  }
}

/** Says of a `call parameter` step that it is no call of a function by its name, when the listing shows that. */
function withCall(file: GoFile, step: FlowStep): Step {
  const at = step.location;
  if (step.why !== 'call parameter' || !file.facts || at?.file !== file.path) return step;
  let call: Node | null = file.root.namedDescendantForIndex(at.span.start, at.span.end);
  while (call && call.type !== 'call_expression' && call.type !== 'source_file') call = call.parent;
  const callee = call?.childForFieldName('function');
  if (!call || callee?.type !== 'selector_expression' || qualified(callee, file.imports)) return step;
  const method = callee.childForFieldName('field')?.text ?? '';
  const operand = callee.childForFieldName('operand');
  // Inlining leaves another call at the place; generic code calls through a dictionary.
  const spelt = step.printed.replace(/\s/g, '').startsWith(`${callee.text.replace(/\s/g, '')}(`);
  if (!operand || !spelt || file.facts.inlined(call) !== undefined) return step;
  if (file.facts.emitted(call).some((emitted) => emitted.callee.endsWith(`.${method}`))) return step;
  if (enclosingDeclaration(call)?.childForFieldName('type_parameters')) return step;
  const way = checked(call, file)?.callee?.way;
  if (way === 'static') return step;
  if (way === 'value' || (isField(callee, file) && typeOf(callee, file)?.kind === 'function'))
    return { ...step, through: 'a function value' };
  const type = spelledType(unparenthesised(operand), file);
  const of = typeOf(operand, file);
  const known = way === 'dynamic' || of?.kind === 'interface' || (type !== undefined && wellKnown.test(type));
  const name = type ?? of?.text;
  return {
    ...step,
    through: known && name !== undefined ? `the interface ${name}` : 'an interface or a function value',
  };
}

/** Interfaces of the standard library under their usual package names. */
const wellKnown =
  /^(?:error|io\.(?:(?:Read|Write|Seek|Clos)\w*|ByteReader|ByteWriter|StringWriter|RuneReader)|hash\.Hash(?:32|64)?|net\.(?:Conn|PacketConn|Listener)|http\.(?:ResponseWriter|RoundTripper|Handler)|context\.Context)$/;

/** The allocation calls that can be the decision's: on the line of its position, or in what was inlined there. */
function allocationOf(
  file: GoFile,
  { node, line }: Decision,
): readonly Pick<EmittedCall, 'callee'>[] | undefined {
  const declaration = enclosingDeclaration(node);
  const here = (file.facts?.emitted(declaration ?? node, line) ?? []).filter(({ callee }) =>
    allocates(callee),
  );
  if (here.length > 0) return here;
  if (!declaration || !isInlined(file, node)) return undefined;
  const [first, last] = [declaration.startPosition.row, declaration.endPosition.row];
  const elsewhere = file
    .facts!.emittedFor(declaration)
    .filter(
      ({ at, callee }) =>
        allocates(callee) && !(at?.file === file.path && first <= at.line && at.line <= last),
    );
  return elsewhere.length > 0 ? elsewhere.slice(0, 1) : undefined;
}

/**
 * With more decisions on the line than calls, nobody knows which of them allocate; unless the compiler has put several
 * into one call of mallocgc.
 */
function costOf(
  kind: AllocationKind,
  emitted: readonly Pick<EmittedCall, 'callee'>[],
  claims: number,
): AllocationCost {
  if (kind === 'append growth' || !emitted.some(isCertain)) return 'conditional';
  const joined = emitted.some(({ callee }) => callee === 'runtime.mallocgc');
  return claims > emitted.length && !joined ? 'unknown' : 'always';
}

/** The size or the value decides about the others at run time; that an empty text or slice is boxed for nothing decides little. */
function isCertain({ callee }: Pick<EmittedCall, 'callee'>): boolean {
  return /^runtime\.(?:newobject|mallocgc|makeslice\w*|makemap\w*|makechan\w*|convT|convTnoptr|convTstring|convTslice)$/.test(
    callee,
  );
}

function detailed(sentences: readonly string[]): Pick<GoReport, 'details'> {
  return sentences.length > 0 ? { details: sentences.join(' ') } : {};
}

/** The value in the source's words: what an inlined call has made stands nowhere in them. */
function subjectOf(file: GoFile, { node, text, ofResult }: Decision): string {
  if (text.startsWith('... ')) return 'The variadic slice';
  if (ofResult) return `A result of ${code(node.text)}`;
  return isInlined(file, node) ? `What ${code(node.text)} makes` : code(node.text);
}
