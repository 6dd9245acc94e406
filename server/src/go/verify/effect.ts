import type { Node } from 'web-tree-sitter';
import type { Claim, GoPackage, GoFile } from '../../../../rules/go/rule';
import { allocates } from '../../../../rules/go/sites/emitted-calls';
import type { Build } from '../compile/builds';
import type { Span } from '../../../../rules/model';
import { enclosingDeclaration, isFunction } from '../../../../rules/go/syntax/nodes';
import type { Counts } from '../compile/call-counts';
import { callsIn } from '../compile/call-counts';
import type { ParsedFile } from '../facts/syntax-trees';
import { nodeOf } from '../facts/node-at';
import { symbolOf } from '../facts/symbol-of';

/** An allocation call that the change brings along. More growth of what grew before is not one. */
export function newAllocation(
  before: Counts,
  after: Counts,
  expected: readonly string[],
): string | undefined {
  for (const [callee, count] of after) {
    const had = before.get(callee) ?? 0;
    if (count <= had || !allocates(callee) || expected.includes(callee)) continue;
    if (callee === 'runtime.growslice' && had > 0) continue;
    return callee;
  }
  return undefined;
}

/** Append growth is left out: it runs only when the destination is full, before the fix and after. */
export function keepsOthers(counts: Counts, { callees }: Claim): boolean {
  return [...counts.keys()].some(
    (callee) => allocates(callee) && !callees.includes(callee) && !callee.startsWith('runtime.growslice'),
  );
}

export function claimed(counts: Counts, { callees }: Claim): number {
  return callees.reduce((sum, callee) => sum + (counts.get(callee) ?? 0), 0);
}

/** How many more calls there are that the claim says stand in place of others. */
export function brought(before: Counts, after: Counts, { instead }: Claim): number {
  let more = 0;
  for (const callee of instead ?? [])
    more += Math.max(0, (after.get(callee) ?? 0) - (before.get(callee) ?? 0));
  return more;
}

/** Emitted calls of the function at the span, closures included; of its lines only when it is not a function. */
export function countsWithin(
  build: Build,
  pkg: GoPackage,
  file: GoFile | ParsedFile,
  root: Node,
  span: Span | undefined,
): Counts | undefined {
  const node = span && nodeOf(root, span);
  if (span && !node) return undefined;
  const declaration = node && enclosingDeclaration(node);
  const logical = file.path.replace(/#changed$/, '');
  const base = symbolOf(pkg, { text: file.text, path: logical }, declaration);
  if (!node || isFunction(node)) return callsIn(build.records, base);
  return callsIn(build.records, base, {
    path: logical,
    first: node.startPosition.row,
    last: node.endPosition.row,
  });
}
