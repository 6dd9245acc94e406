import type { Node } from 'web-tree-sitter';
import { parameterTypes } from './entry-points';

/** `func BenchmarkX(b *testing.B)`. */
export function isBenchmark(declaration: Node | undefined): boolean {
  return (
    declaration?.type === 'function_declaration' &&
    /^Benchmark(?![a-z])/.test(declaration.childForFieldName('name')?.text ?? '') &&
    parameterTypes(declaration)[0] === '*testing.B'
  );
}

/** The body of the loop around the node whose condition the benchmark counts: `i < b.N`, `range b.N`, `b.Loop()`, `pb.Next()`. */
export function timedBody(node: Node): Node | undefined {
  for (let at = node.parent; at; at = at.parent) {
    if (at.type !== 'for_statement') continue;
    const body = at.childForFieldName('body');
    const clause = at.namedChildren.find((child) => !child.equals(body ?? at));
    if (body && clause && /\.N\b|\.(?:Loop|Next)\(\)/.test(clause.text)) return body;
  }
  return undefined;
}
