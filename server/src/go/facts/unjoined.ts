import type { Note } from '../../../../rules/model';
import type { GoFile, GoPackage } from '../../../../rules/go/rule';
import { allocates } from '../../../../rules/go/sites/emitted-calls';
import type { PackageRecords } from '../compile/records';
import { FileFacts } from './file-facts';
import { symbolOf } from './symbol-of';

/** Lines that a note names; the others are counted. */
const namedLines = 5;

/**
 * What the compiler said about the package and what found no place in its syntax, and that it said nothing: rules do not
 * see it, and without a note silence would mean that nothing allocates. Files without facts have notes of their own.
 */
export function unjoinedNotes(pkg: GoPackage, records: PackageRecords): Note[] {
  const files = pkg.files.filter(({ facts }) => facts !== undefined);
  if (!records.hasPackage(pkg.importPath)) {
    const message = `Allocations may be missing: the compiler listed nothing of the package ${pkg.importPath}, although it compiled it.`;
    return files.filter(hasCode).map(({ path: file }) => ({ file, message }));
  }
  const joined = new Set<string>();
  for (const file of files) {
    for (const declaration of [undefined, ...file.root.namedChildren.filter(isFunction)]) {
      const family = records.family(symbolOf(pkg, file, declaration));
      for (const { path } of files)
        for (const call of records.calls(family, path)) joined.add(placeOf(path, call));
    }
  }
  const symbols = records.symbolsOf(pkg.importPath);
  return files.flatMap(({ path, facts }) => {
    const calls = records
      .calls(symbols, path)
      .filter((call) => allocates(call.callee) && !joined.has(placeOf(path, call)));
    const unplaced = facts instanceof FileFacts ? facts.unplaced : [];
    return [
      ...noteOf(
        path,
        calls.map(({ line }) => line + 1),
        'of a function that could not be found in the source',
      ),
      ...noteOf(path, unplaced, 'so far to the right that the compiler does not tell the column'),
    ];
  });
}

function noteOf(file: string, lines: readonly number[], why: string): Note[] {
  if (lines.length === 0) return [];
  const distinct = [...new Set(lines)].sort((a, b) => a - b);
  const named = distinct.slice(0, namedLines).join(', ');
  const more = distinct.length > namedLines ? ` and ${distinct.length - namedLines} more` : '';
  return [
    {
      file,
      message: `Allocations may be missing in ${distinct.length === 1 ? 'line' : 'lines'} ${named}${more}: they are ${why}.`,
    },
  ];
}

function placeOf(path: string, { line, callee }: { readonly line: number; readonly callee: string }): string {
  return `${path}\0${line}\0${callee}`;
}

function isFunction({ type }: GoFile['root']): boolean {
  return type === 'function_declaration' || type === 'method_declaration';
}

/** A function with a body that is compiled by itself: a generic one is when it is used. */
function hasCode({ root }: GoFile): boolean {
  return root.namedChildren.some(
    (node) =>
      isFunction(node) &&
      node.childForFieldName('body') !== null &&
      node.childForFieldName('type_parameters') === null &&
      !node.childForFieldName('receiver')?.text.includes('['),
  );
}
