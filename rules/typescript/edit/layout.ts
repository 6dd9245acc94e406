import type { TSESLint, TSESTree } from '@typescript-eslint/utils';
import type { Span } from '../../model';

/** Text of fixes: in the file's own indentation and line ends, with names that mean nothing else yet. */

/** `\r\n` where the file uses it. */
export function newlineOf(text: string): string {
  return text.includes('\r\n') ? '\r\n' : '\n';
}

/** White space at the start of the line that contains the offset. */
export function indentAt(text: string, offset: number): string {
  const start = text.lastIndexOf('\n', offset - 1) + 1;
  return /^[ \t]*/.exec(text.slice(start, offset))![0];
}

/** One level of the file's indentation: the first indented line's, two spaces when there is none. */
export function indentUnit(text: string): string {
  return /^(\t| {2,8})(?=[^\s*])/m.exec(text)?.[1] ?? '  ';
}

/** True when the span contains a comment that is in none of the nodes whose text is kept: a fix must not lose it. */
export function losesComment(
  sourceCode: TSESLint.SourceCode,
  { start, end }: Span,
  kept: readonly TSESTree.Node[] = [],
): boolean {
  return sourceCode
    .getAllComments()
    .some(
      ({ range }) =>
        range[0] < end &&
        start < range[1] &&
        !kept.some((node) => node.range[0] <= range[0] && range[1] <= node.range[1]),
    );
}

/** True when the node, its parentheses not counted, is written over several lines. */
export function isMultiline(node: TSESTree.Node): boolean {
  return node.loc.start.line !== node.loc.end.line;
}

/**
 * A name that is not declared, referred to or captured anywhere in the file: `base`, else `base2`, `base3`, …
 * The whole file and not a scope: an added name must not shadow, and other fixes may add theirs.
 */
export function freshName(sourceCode: TSESLint.SourceCode, base: string): string {
  const used = usedNames(sourceCode);
  let name = base;
  for (let n = 2; used.has(name); n++) name = `${base}${n}`;
  return name;
}

const names = new WeakMap<TSESLint.SourceCode, ReadonlySet<string>>();

function usedNames(sourceCode: TSESLint.SourceCode): ReadonlySet<string> {
  let used = names.get(sourceCode);
  if (!used) {
    const found = new Set<string>();
    for (const scope of sourceCode.scopeManager?.scopes ?? []) {
      for (const variable of scope.variables) found.add(variable.name);
      for (const { identifier } of scope.references) found.add(String(identifier.name));
    }
    names.set(sourceCode, (used = found));
  }
  return used;
}
