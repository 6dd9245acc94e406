import type { Node } from 'web-tree-sitter';
import type { Related, Span } from '../../model';
import { normalised, ordered, type Site } from '../../sites';
import { calleeOf } from '../flow/calls';
import { allocationOf } from '../flow/library';
import type { Decision, EmittedCall, GoFile } from '../rule';
import { isFunction, spanOf } from '../syntax/nodes';
import { receiverType } from '../syntax/signatures';
import { positionRow } from './compiler-position';
import { allocates } from './emitted-calls';
import { allocatedKind, describe, expressionsOf, lineNode, placesFor } from './emitted-places';
import { expectedAt, largenessOf } from './expected';
import { causeOf, explainStep, explainWhy } from './explain';
import { sizeOf } from './size';

/**
 * Every place of the file that allocates, in source order: what the compiler emits an allocation for, and the calls into other packages,
 * whose callees may allocate for them. None without facts.
 */
export function sitesOf(file: GoFile): readonly Site[] {
  for (const _ of findSites(file));
  return known.get(file)!;
}

const known = new WeakMap<GoFile, readonly Site[]>();

/** Finds what `sitesOf` gives, one declaration in a step: a file of thousands of lines keeps who looks busy for long. */
export function* findSites(file: GoFile): Generator<void, void> {
  if (known.has(file)) return;
  const sites: Unordered[] = [];
  const calls = file.facts ? expressionsOf(file).filter(({ type }) => type === 'call_expression') : [];
  let next = 0;
  for (const node of file.facts ? file.root.namedChildren : []) {
    const first = next;
    while (next < calls.length && calls[next]!.startIndex < node.endIndex) next++;
    if (!isFunction(node) && node.type !== 'var_declaration') continue;
    const declaration = { file, node, name: isFunction(node) ? declaredName(node) : '' };
    sites.push(...ownSites(declaration), ...callSites(declaration, calls.slice(first, next)));
    yield;
  }
  sites.sort((a, b) => a.span.start - b.span.start || a.span.end - b.span.end);
  known.set(file, ordered(sites));
}

/** The name of a top-level function as the symbol table spells it behind the package: `(*Tree).Walk`, without type parameters. */
export function declaredName(fn: Node): string {
  const name = fn.childForFieldName('name')?.text ?? '';
  const type = fn.type === 'method_declaration' ? receiverType(fn) : undefined;
  if (type === undefined) return name;
  const pointer =
    fn.childForFieldName('receiver')?.firstNamedChild?.childForFieldName('type')?.type === 'pointer_type';
  return pointer ? `(*${type}).${name}` : `${type}.${name}`;
}

type Unordered = Omit<Site, 'order'>;

/** A function of the file, or a declaration of package variables. */
interface Declaration {
  readonly file: GoFile;
  readonly node: Node;
  /** See Site.function. */
  readonly name: string;
}

function ownSites(declaration: Declaration): Unordered[] {
  const { file, node: whole } = declaration;
  const groups = new Map<string, EmittedCall[]>();
  for (const call of file.facts!.emitted(whole)) {
    if (!allocates(call.callee)) continue;
    const key = `${call.line} ${describe(call.callee).kind}`;
    const others = groups.get(key);
    if (others) others.push(call);
    else groups.set(key, [call]);
  }
  // One expression may be made and then boxed: both are sites.
  const sites = new Map<string, Unordered>();
  const idOf = (node: Node, callee: string): string => `${node.id} ${describe(callee).kind}`;
  for (const calls of groups.values()) {
    const { line, callee } = calls[0]!;
    const places = placesFor(file, whole, line, callee).filter(({ node }) => !sites.has(idOf(node, callee)));
    // The listing has no columns: of those that the compiler has decided on, any may be meant.
    const decided = places.filter(({ decision }) => decision).length;
    const meant = places.slice(0, Math.max(decided, calls.length));
    const fallback = meant.length === 0 ? (lineNode(whole, line) ?? whole) : undefined;
    for (const { node, decision } of fallback ? [{ node: fallback, decision: undefined }] : meant) {
      const kind = allocatedKind(callee, decision);
      const reason = decision && causeOf(decision, decision.flow);
      const size = sizeOf(file, node, callee);
      sites.set(idOf(node, callee), {
        ...siteAt(declaration, node, line),
        kind,
        expected: expectedAt(file, node, kind),
        largeness: largenessOf(file, node),
        cost: decided > calls.length ? 'unknown' : describe(callee).cost,
        callees: [...new Set(calls.map((call) => call.callee))],
        ...(size !== undefined && { size }),
        ...(reason !== undefined && { reason }),
        flow: decision ? flowOf(decision) : [],
      });
    }
  }
  return [...sites.values()];
}

/** Calls whose callee is not of this package, or not known. */
function callSites(declaration: Declaration, calls: readonly Node[]): Unordered[] {
  return calls.flatMap((call): Unordered[] => {
    const callee = calleeOf(declaration.file, call);
    if (callee.kind !== 'foreign' && callee.kind !== 'method' && callee.kind !== 'value') return [];
    const cost = callee.kind === 'foreign' ? allocationOf(callee.name) : undefined;
    return [
      {
        ...siteAt(declaration, call, positionRow(call)),
        kind: 'call',
        expected: expectedAt(declaration.file, call, 'call'),
        largeness: largenessOf(declaration.file, call),
        cost: cost ?? 'unknown',
        callees: 'name' in callee ? [callee.name] : [],
        ...(cost !== undefined && 'name' in callee && { reason: `${callee.name} allocates what it returns` }),
        flow: [],
      },
    ];
  });
}

function siteAt(
  { file, name }: Declaration,
  node: Node,
  line: number,
): Pick<Unordered, 'unit' | 'function' | 'expression' | 'language' | 'file' | 'span' | 'line'> {
  return {
    unit: file.pkg.importPath,
    function: name,
    expression: normalised(node.text, bodiesIn(node)),
    language: 'go',
    file: file.path,
    span: spanOf(node),
    line,
  };
}

/** The outermost bodies of functions in the node, relative to its start. */
function bodiesIn(node: Node): Span[] {
  const bodies: Span[] = [];
  if (!node.text.includes('func')) return bodies;
  for (const fn of node.descendantsOfType(['func_literal', 'function_declaration', 'method_declaration'])) {
    const body = fn.childForFieldName('body');
    if (!body || body.startIndex < node.startIndex + (bodies.at(-1)?.end ?? 0)) continue;
    bodies.push({ start: body.startIndex - node.startIndex, end: body.endIndex - node.startIndex });
  }
  return bodies;
}

/** The steps that tell something, each with the place that it is about. */
export function flowOf({ flow }: Decision): Related[] {
  const telling = flow.filter(({ why }) => !explainWhy(why)?.passing);
  return (telling.length > 0 ? telling : flow).flatMap((step) =>
    step.location ? [{ location: step.location, message: explainStep(step) }] : [],
  );
}
