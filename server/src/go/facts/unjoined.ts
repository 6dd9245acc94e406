import type { Note } from '../../../../rules/model';
import type { GoFile, GoPackage } from '../../../../rules/go/rule';
import { allocates } from '../../../../rules/go/sites/emitted-calls';
import type { PackageRecords } from '../compile/records';
import { FileFacts } from './file-facts';
import { symbolOf } from './symbol-of';

/** Lines that a note names; the others are counted. */
const namedLines = 5;

/**
 * What the compiler said about the file and what found no place in its syntax, and that it said nothing of its package: rules do
 * not see it, and without a note silence would mean that nothing allocates. A file without facts has a note of its own.
 */
export function unjoinedNotes({ path, facts, root, pkg }: GoFile, records: PackageRecords): Note[] {
  if (facts === undefined) return [];
  if (!records.hasPackage(pkg.importPath)) {
    const message = `Allocations may be missing: the compiler listed nothing of the package ${pkg.importPath}, although it compiled it.`;
    return hasCode(root) ? [{ file: path, message }] : [];
  }
  const { found, others } = symbolsIn(pkg, records);
  const missing = records.calls(others, path).filter((call) => allocates(call.callee));
  const joined = new Set(missing.length > 0 ? records.calls(found, path).map(placeOf) : []);
  const calls = missing.filter((call) => !joined.has(placeOf(call)));
  const unplaced = facts instanceof FileFacts ? facts.unplaced : [];
  return [
    ...noteOf(
      path,
      calls.map(({ line }) => line + 1),
      'of a function that could not be found in the source',
    ),
    ...noteOf(path, unplaced, 'so far to the right that the compiler does not tell the column'),
  ];
}

interface Symbols {
  /** Of declarations of the package. */
  readonly found: readonly string[];
  /** Those of the package that are none's. */
  readonly others: readonly string[];
}

const symbols = new WeakMap<GoPackage, Symbols>();

function symbolsIn(pkg: GoPackage, records: PackageRecords): Symbols {
  const known = symbols.get(pkg);
  if (known) return known;
  const found = new Set<string>();
  for (const file of pkg.files) {
    if (file.facts === undefined) continue;
    for (const declaration of [undefined, ...file.root.namedChildren.filter(isFunction)])
      for (const symbol of records.family(symbolOf(pkg, file, declaration))) found.add(symbol);
  }
  const others = records.symbolsOf(pkg.importPath).filter((symbol) => !found.has(symbol));
  const both = { found: [...found], others };
  symbols.set(pkg, both);
  return both;
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

function placeOf({ line, callee }: { readonly line: number; readonly callee: string }): string {
  return `${line}\0${callee}`;
}

function isFunction({ type }: GoFile['root']): boolean {
  return type === 'function_declaration' || type === 'method_declaration';
}

/** A function with a body that is compiled by itself: a generic one is when it is used. */
function hasCode(root: GoFile['root']): boolean {
  return root.namedChildren.some(
    (node) =>
      isFunction(node) &&
      node.childForFieldName('body') !== null &&
      node.childForFieldName('type_parameters') === null &&
      !node.childForFieldName('receiver')?.text.includes('['),
  );
}
