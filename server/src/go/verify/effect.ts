import type { Node } from 'web-tree-sitter';
import type { Span } from '../../../../rules/model';
import type { Claim, GoFile, GoFix, GoPackage } from '../../../../rules/go/rule';
import { allocates } from '../../../../rules/go/sites/emitted-calls';
import { enclosingDeclaration, isFunction } from '../../../../rules/go/syntax/nodes';
import { callsOf, callsOnLines, inlines, type Counts, type Lines, type Part } from '../compile/call-counts';
import type { PackageRecords } from '../compile/records';
import { nodeOf } from '../facts/node-at';
import { symbolOf } from '../facts/symbol-of';
import { refutedBecause, type Figures, type Verdict } from './verdict';

/** The listing before the change or after it. */
export interface Listing {
  readonly records: PackageRecords;
  /** The file that the claim's spans are about. */
  readonly file: Pick<GoFile, 'path' | 'text' | 'root'>;
  /** Where a span of the original text lies. */
  readonly where: (original: Span) => Span;
  /** The lines of the finding and of the changes. */
  readonly place: readonly Lines[];
}

/** Whether the compiler emits what the fix claims. */
export function judge(fix: GoFix, pkg: GoPackage, before: Listing, after: Listing): Verdict {
  const { claim, obligations = [], probes = [] } = fix;
  if (!claim) return { verdict: 'checked' };
  // What is emitted stays: only the assumptions can be seen.
  if (claim.effect === 'runs less')
    return { verdict: obligations.length + probes.length > 0 ? 'verified' : 'checked' };
  let othersStay = false;
  const whole = { before: 0, after: 0 };
  const place = { before: 0, after: 0 };
  const functions: string[] = [];
  // Without a function, the effect is seen in package initialisation.
  for (const span of claim.within.length > 0 ? claim.within : [undefined]) {
    const was = emittedIn(before, pkg, claim, span);
    const is = emittedIn(after, pkg, claim, span, was?.atCalls);
    if (!was || !is) return refutedBecause('the function of the claim was not found');
    othersStay ||= keepsOthers(is.calls, claim);
    functions.push(was.name);
    const added = newAllocation(was.calls, is.calls, claim);
    if (added !== undefined)
      return refutedBecause('something else would allocate', `the changed function would call ${added}`);
    whole.before += was.claimed;
    whole.after += is.claimed + brought(was.calls, is.calls, claim);
    place.before += was.claimedThere;
    place.after += is.claimedThere + brought(was.placed, is.placed, claim);
  }
  const { before: had, after: left } = whole;
  if (left >= had) {
    const names = claim.callees.join(', ');
    if (had === 0)
      return refutedBecause('this allocates nothing', `the compiler emits no call of ${names} here`);
    return refutedBecause(
      `${left === 1 ? 'an allocation' : `${left} allocations`} would be left`,
      `the compiler still emits ${left} of ${had} calls of ${names}`,
    );
  }
  if (claim.grows || claim.uncounted) return { verdict: 'verified' };
  return { verdict: 'verified', figures: figuresOf(place, whole, othersStay, functions) };
}

interface Pair {
  readonly before: number;
  readonly after: number;
}

/** The figures of the place, when all that changes in the functions changes there. */
function figuresOf(place: Pair, whole: Pair, othersStay: boolean, functions: readonly string[]): Figures {
  if (place.before - place.after !== whole.before - whole.after)
    return { ...whole, of: { functions: [...new Set(functions)] } };
  const all = place.before === whole.before && !othersStay && functions.length === 1;
  return { ...place, of: all ? 'call' : 'place' };
}

interface Emitted {
  /** Each call as often as the source has it. */
  readonly calls: Counts;
  /** Those on the lines of the place. */
  readonly placed: Counts;
  /** Calls that the claim is about, and those of them on the lines of the place. */
  readonly claimed: number;
  readonly claimedThere: number;
  /** Claimed functions are inlined: they are counted where they are called. */
  readonly atCalls: boolean;
  readonly name: string;
}

/**
 * What the function at the span calls, closures included; on its lines only when it is not a function.
 * @param inlined whether claimed functions were inlined before the change, which counts them afterwards, too
 */
function emittedIn(
  { records, file, where, place }: Listing,
  pkg: GoPackage,
  { callees, copies }: Claim,
  original: Span | undefined,
  inlined?: boolean,
): Emitted | undefined {
  const nodeAt = (span: Span | undefined): Node | undefined => span && nodeOf(file.root, where(span));
  const node = nodeAt(original);
  if (original && !node) return undefined;
  const declaration = node && enclosingDeclaration(node);
  const own = node && linesOf(file.path, node);
  const body = nodeAt(copies);
  const all: Part = {
    base: symbolOf(pkg, file, declaration),
    among: own && !isFunction(node) ? [own] : undefined,
    copied: body && linesOf(file.path, body),
  };
  const there = all.among ? place.flatMap((lines) => overlap(lines, own!) ?? []) : place;
  const placed: Part = { ...all, among: there };
  const atCalls = inlined ?? (own !== undefined && inlines(callees, records, own));
  return {
    calls: callsOnLines(records, all),
    placed: callsOnLines(records, placed),
    claimed: callsOf(callees, records, all, atCalls ? own : undefined),
    claimedThere: callsOf(callees, records, placed, atCalls ? own : undefined),
    atCalls,
    name: declaration?.childForFieldName('name')?.text ?? 'package initialisation',
  };
}

function overlap(one: Lines, other: Lines): Lines | undefined {
  const first = Math.max(one.first, other.first);
  const last = Math.min(one.last, other.last);
  return one.file === other.file && first <= last ? { ...one, first, last } : undefined;
}

function linesOf(file: string, node: Node): Lines {
  return { file, first: node.startPosition.row, last: node.endPosition.row };
}

/** An allocation call that the change brings along. More growth of what grew before is not one. */
function newAllocation(before: Counts, after: Counts, claim: Claim): string | undefined {
  const expected = [...(claim.instead ?? []), ...(claim.inlines ?? []), ...(claim.grows ?? [])];
  for (const [callee, count] of after) {
    const had = before.get(callee) ?? 0;
    if (count <= had || !allocates(callee) || expected.includes(callee)) continue;
    if (callee === 'runtime.growslice' && had > 0) continue;
    return callee;
  }
  return undefined;
}

/** Append growth is left out: it runs only when the destination is full, before the fix and after. */
function keepsOthers(counts: Counts, { callees }: Claim): boolean {
  return [...counts.keys()].some(
    (callee) => allocates(callee) && !callees.includes(callee) && !callee.startsWith('runtime.growslice'),
  );
}

/** How many more calls there are that the claim says stand in place of others. */
function brought(before: Counts, after: Counts, { instead }: Claim): number {
  let more = 0;
  for (const callee of instead ?? [])
    more += Math.max(0, (after.get(callee) ?? 0) - (before.get(callee) ?? 0));
  return more;
}
