import type { Node } from 'web-tree-sitter';
import type { Evidence } from '../../model';
import type { GoFile } from '../rule';
import { enclosingDeclaration } from '../syntax/nodes';

export interface ConstructorProof {
  readonly evidence: Evidence;
  /** The emitted call whose disappearance proves a fix. */
  readonly claimed: string;
}

/** What the compiler says about the call: it is emitted, or its body was inlined and something of it goes to the heap. */
export function proofOf(file: GoFile, call: Node, name: string): ConstructorProof | undefined {
  const emitted = file.facts?.emitted(call) ?? [];
  if (emitted.some(({ callee }) => callee === name))
    return { evidence: { kind: 'emitted call', callee: name, count: 1 }, claimed: name };
  const declaration = enclosingDeclaration(call);
  if (!declaration || file.facts?.inlined(call) === undefined) return undefined;
  const listed = file.facts
    .emittedFor(declaration)
    .filter(({ at }) => !at || !file.pkg.files.some(({ path }) => path === at.file));
  // NewWriter is inlined to a call of NewWriterLevel.
  const inner = listed.find(({ callee }) => callee.startsWith(name));
  if (inner)
    return { evidence: { kind: 'emitted call', callee: inner.callee, count: 1 }, claimed: inner.callee };
  const heap = file.facts.decisions.find(
    ({ node, outcome, free }) => node.id === call.id && outcome === 'heap' && !free,
  );
  const wanted = heap?.text.startsWith('make(') ? 'runtime.makeslice' : 'runtime.newobject';
  return heap && listed.some(({ callee }) => callee === wanted)
    ? { evidence: { kind: 'compiler decision', text: `${heap.text} escapes to heap` }, claimed: wanted }
    : undefined;
}
