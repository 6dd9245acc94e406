import type { Node } from 'web-tree-sitter';
import type { Span } from '../../../../rules/model';
import type { Claim, GoFile, GoFix, GoPackage } from '../../../../rules/go/rule';
import { allocates } from '../../../../rules/go/sites/emitted-calls';
import { enclosingDeclaration, isFunction } from '../../../../rules/go/syntax/nodes';
import { callsIn, callsOnLines, type Counts, type Lines } from '../compile/call-counts';
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
  let had = 0;
  let left = 0;
  let othersStay = false;
  const whole = { before: 0, after: 0 };
  const place = { before: 0, after: 0 };
  const functions: string[] = [];
  // Without a function, the effect is seen in package initialisation.
  for (const span of claim.within.length > 0 ? claim.within : [undefined]) {
    const was = partOf(before, pkg, span);
    const is = partOf(after, pkg, span);
    if (!was || !is) return refutedBecause('the function of the claim was not found');
    had += claimed(was.emitted, claim);
    left += claimed(is.emitted, claim) + brought(was.emitted, is.emitted, claim);
    othersStay ||= keepsOthers(is.emitted, claim);
    functions.push(was.name);
    const added = newAllocation(was.emitted, is.emitted, claim);
    if (added !== undefined)
      return refutedBecause('something else would allocate', `the changed function would call ${added}`);
    whole.before += claimed(was.calls, claim);
    whole.after += claimed(is.calls, claim) + brought(was.calls, is.calls, claim);
    place.before += claimed(was.placed, claim);
    place.after += claimed(is.placed, claim) + brought(was.placed, is.placed, claim);
  }
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

interface Part {
  /** Each call as often as the listing has it. */
  readonly emitted: Counts;
  /** Each call as often as the source has it; `placed`: on the lines of the place. */
  readonly calls: Counts;
  readonly placed: Counts;
  readonly name: string;
}

/** Emitted calls of the function at the span, closures included; of its lines only when it is not a function. */
function partOf(listing: Listing, pkg: GoPackage, original: Span | undefined): Part | undefined {
  const { records, file, where, place } = listing;
  const node = original && nodeOf(file.root, where(original));
  if (original && !node) return undefined;
  const declaration = node && enclosingDeclaration(node);
  const base = symbolOf(pkg, file, declaration);
  const name = declaration?.childForFieldName('name')?.text ?? 'package initialisation';
  if (!node || isFunction(node))
    return {
      emitted: callsIn(records, base),
      calls: callsOnLines(records, base),
      placed: callsOnLines(records, base, place),
      name,
    };
  const own = linesOf(file.path, node);
  const calls = callsOnLines(records, base, [own]);
  const placed = place.flatMap((lines) => {
    const both = { ...lines, first: Math.max(lines.first, own.first), last: Math.min(lines.last, own.last) };
    return lines.file === own.file && both.first <= both.last ? [both] : [];
  });
  return { emitted: calls, calls, placed: callsOnLines(records, base, placed), name };
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

function claimed(counts: Counts, { callees }: Claim): number {
  return callees.reduce((sum, callee) => sum + (counts.get(callee) ?? 0), 0);
}

/** How many more calls there are that the claim says stand in place of others. */
function brought(before: Counts, after: Counts, { instead }: Claim): number {
  let more = 0;
  for (const callee of instead ?? [])
    more += Math.max(0, (after.get(callee) ?? 0) - (before.get(callee) ?? 0));
  return more;
}
