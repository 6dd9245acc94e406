import type { GoFile } from '../rule';
import { importedAs } from '../edit/imports';
import { emptyInterface } from '../edit/layout';

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
