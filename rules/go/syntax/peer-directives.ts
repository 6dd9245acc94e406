import type { Node } from 'web-tree-sitter';
import type { RuleId } from '../../model';

/**
 * Comments by which other linters are told to be silent. Whoever answered `prealloc` at a place has answered `go/preallocate-slice`.
 *
 * `//nolint` is golangci-lint's (golangci-lint.run, "False positives"; pkg/result/processors/nolint_filter.go), which reads it with
 * blanks, too. `//lint:ignore SA6002 reason` and `//lint:file-ignore` are staticcheck's own (staticcheck.dev, "Ignoring problems").
 */

/** What staticcheck's checks say of allocations (staticcheck.dev/docs/checks), and our rules that say it, too. */
const checks: Readonly<Record<string, readonly RuleId[]>> = {
  SA6000: ['go/hoist-constant'],
  SA6001: ['go/needless-conversion'],
  SA6002: ['go/pool-put-value'],
  SA6003: ['go/needless-conversion'],
  SA6005: ['go/needless-conversion'],
  SA6006: ['go/needless-conversion', 'go/write-format'],
  QF1012: ['go/write-format'],
};

/** golangci-lint's names of linters, and our rules that say the same. */
const linters: Readonly<Record<string, readonly RuleId[]>> = {
  staticcheck: Object.values(checks).flat(),
  // github.com/alexkohler/prealloc: slices.
  prealloc: ['go/preallocate-slice'],
  // github.com/catenacyber/perfsprint: integer-format, string-format, hex-format, bool-format, error-format, strconcat; concat-loop.
  perfsprint: ['go/format-simple', 'go/concat-in-loop'],
  // go-critic.com, tag "performance": stringXbytes, indexAlloc, preferDecodeRune, equalFold; preferFprint, preferStringWriter.
  gocritic: ['go/needless-conversion', 'go/write-format'],
  // github.com/butuzov/mirror: calls with string(b) or []byte(s) that have a twin.
  mirror: ['go/needless-conversion', 'go/write-format'],
  // Its pass fieldalignment; `maligned` was the linter before it.
  govet: ['go/struct-padding'],
  maligned: ['go/struct-padding'],
};

/** Rules that a comment silences on some lines, 0-based, both included. `all`: whatever is said there. */
export interface Silenced {
  readonly rules: readonly RuleId[] | 'all';
  readonly first: number;
  readonly last: number;
}

/** The names of rules that the tables know. */
export const answeredRules: ReadonlySet<RuleId> = new Set([...Object.values(linters).flat()]);

/** What comments for other linters say of the file. */
export function silencedByPeers(root: Node, comments: readonly Node[]): Silenced[] {
  return comments.flatMap((comment) => {
    const found = rulesOf(comment.text);
    if (!found) return [];
    const { rules, inFile } = found;
    const end = root.endPosition.row;
    return [
      { rules, first: inFile ? 0 : comment.startPosition.row, last: inFile ? end : lastLine(root, comment) },
    ];
  });
}

function rulesOf(text: string): { rules: Silenced['rules']; inFile: boolean } | undefined {
  const words = text.slice(2).trim();
  const nolint = /^nolint(?=[\s:]|$)/.test(words);
  if (nolint) {
    // Behind another pair of slashes stands the reason.
    const [listed] = words.slice('nolint'.length).split('//');
    const names = listed!.startsWith(':') ? listed!.slice(1).split(',') : undefined;
    const known = names?.map((name) => name.trim().toLowerCase());
    if (!known || known.includes('all')) return { rules: 'all', inFile: false };
    const rules = known.flatMap((name) => linters[name] ?? []);
    return rules.length > 0 ? { rules, inFile: false } : undefined;
  }
  const [directive, listed, ...reason] = text.split(/\s+/);
  if (!/^\/\/lint:(?:file-)?ignore$/.test(directive!) || listed === undefined || reason.join('') === '')
    return undefined;
  const patterns = listed.split(',');
  const rules = Object.entries(checks).flatMap(([check, known]) =>
    patterns.some((pattern) => matches(pattern, check)) ? known : [],
  );
  return rules.length > 0 ? { rules, inFile: directive!.includes('file-') } : undefined;
}

/** `SA6002`, `SA60*`. */
function matches(pattern: string, check: string): boolean {
  return pattern.endsWith('*') ? check.startsWith(pattern.slice(0, -1)) : pattern === check;
}

/**
 * The last line of what begins in the line below the comment, in the same column, as golangci-lint has it: a statement, a function, with the
 * package clause the file. The comment's own where nothing does.
 */
function lastLine(root: Node, comment: Node): number {
  const { row, column } = comment.startPosition;
  const next = comment.nextNamedSibling;
  const below = next?.type === 'statement_list' ? next.firstNamedChild : next;
  if (below?.startPosition.row !== row + 1 || below.startPosition.column !== column) return row;
  return below.type === 'package_clause' ? root.endPosition.row : below.endPosition.row;
}
