import type { Node } from 'web-tree-sitter';
import type { GoFile } from '../rule';
import { importedAs } from '../edit/imports';
import { emptyInterface, ownerName } from '../edit/layout';
import type { PackageVariable, PackageVariables } from '../edit/package-variables';

/**
 * The value of a package-level pool.
 * @param make the lines of New's body
 */
export function poolText(file: GoFile, make: readonly string[]): string {
  return [
    `${importedAs(file, 'sync')}.Pool{`,
    `\tNew: func() ${emptyInterface(file)} {`,
    ...make.map((line) => `\t\t${line}`),
    '\t},',
    '}',
  ].join('\n');
}

/**
 * The pool of what a function makes for itself: `linePool` for a variable `line`, `bufPool` for one whose name says nothing. When
 * another file of the package has a local of the name, the function's name stands in front, so that fixes of several
 * files do not collide: `copyAllBufPool`.
 */
export function poolOf(
  file: GoFile,
  variable: string,
  fn: Node,
  make: readonly string[],
  variables: PackageVariables,
): PackageVariable {
  const local = new RegExp(`(?<![\\w.])${variable}\\s*(:=|=\\s*(make|new|&))|\\bvar\\s+${variable}\\b`);
  const elsewhere = file.pkg.files.some((other) => other !== file && local.test(other.text));
  const word = variable.length > 2 ? variable : /\(\[\]byte|\bBuffer\b/.test(make[0]!) ? 'buf' : undefined;
  const long = `${ownerName(fn)}${word === undefined ? '' : word[0]!.toUpperCase() + word.slice(1)}Pool`;
  const names = word === undefined || elsewhere ? [long] : [`${word}Pool`, long];
  return variables.holding(poolText(file, make), names, fn);
}
