/**
 * The compiler prints all of `-m=2` before it generates code, and generating code is most of its work. It has no flag that ends
 * it there, but an error in the pass that follows does: ten functions of one more file allocate a type that must not be, which
 * the type checker lets pass and `walk` does not. At the tenth error the compiler prints what it knows and ends.
 *
 * Nobody has promised this. So it counts only when the errors of this file are there and no others, and else the package is
 * compiled as usual. test/unit/go/stop-file.test.ts holds it for each Go version that is at hand.
 */
import { atLeast } from '../../../../rules/go/syntax/version';
import type { GoVersion } from '../../../../rules/go/rule';

/** The compiler ends at so many errors (cmd/compile/internal/base, FlushErrors). */
const errors = 10;

export const stopFileName = 'alloclens_stop.go';

/** The package whose `NotInHeap` marks a type that is never allocated; undefined where none is known. */
export function markerPackage(version: GoVersion): string | undefined {
  if (atLeast(version, 1, 24)) return 'internal/runtime/sys';
  return atLeast(version, 1, 21) ? 'runtime/internal/sys' : undefined;
}

/** The file's text. Its names are nobody else's. */
export function stopFile(packageName: string, marker: string): string {
  const functions = Array.from(
    { length: errors },
    (_, i) => `func alloclensStop${i}() *alloclensStop { return new(alloclensStop) }\n`,
  );
  return `package ${packageName}\n\nimport alloclensSys "${marker}"\n\ntype alloclensStop struct{ _ alloclensSys.NotInHeap }\n\n${functions.join('')}`;
}

/** Whether the compiler ended where it should: each function of the file has its error. */
export function hasStopped(lines: ReadonlySet<number>): boolean {
  return lines.size === errors;
}
