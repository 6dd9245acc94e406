import type { Node } from 'web-tree-sitter';
import type { Span } from '../../model';
import type { GoFile } from '../rule';
import { topLevel } from '../syntax/nodes';
import { packageNames } from '../syntax/package-names';
import { atLeast } from '../syntax/version';

/** Small pure helpers for rules that write Go: layout taken from the text around, names that collide with nothing. */

/** The file's line end: CRLF when its first line ends so. */
export function lineEnd(text: string): '\r\n' | '\n' {
  const first = text.indexOf('\n');
  return first > 0 && text[first - 1] === '\r' ? '\r\n' : '\n';
}

/** The white space at the start of the line that `offset` is in. */
export function indentAt(text: string, offset: number): string {
  const start = text.lastIndexOf('\n', offset - 1) + 1;
  return /^[ \t]*/.exec(text.slice(start, offset))?.[0] ?? '';
}

/** True when only white space stands before `offset` in its line. */
export function startsLine(text: string, offset: number): boolean {
  const start = text.lastIndexOf('\n', offset - 1) + 1;
  return text.slice(start, offset).trim() === '';
}

/** What stands between two items of a list: a line each where this one begins its line, else `, `. */
export function betweenItems(text: string, item: Node): string {
  const at = item.startIndex;
  return startsLine(text, at) ? `,${lineEnd(text)}${indentAt(text, at)}` : ', ';
}

/** Statements joined so that they stand where one stood: a line each when the old one began its line, else `; `. */
export function statementsAt(file: GoFile, offset: number, statements: readonly string[]): string {
  const eol = lineEnd(file.text);
  const indent = indentAt(file.text, offset);
  if (!startsLine(file.text, offset)) {
    return statements
      .join('; ')
      .replaceAll(/([^{])\n(?!\t*\})\t*/g, '$1; ')
      .replaceAll(/\n\t*/g, ' ');
  }
  return statements.map((statement) => statement.replaceAll('\n', eol + indent)).join(eol + indent);
}

const predeclared: ReadonlySet<string> = new Set(
  (
    'any bool byte comparable complex64 complex128 error float32 float64 int int8 int16 int32 int64 rune string uint ' +
    'uint8 uint16 uint32 uint64 uintptr true false iota nil append cap clear close complex copy delete imag len make ' +
    'max min new panic print println real recover break case chan const continue default defer else fallthrough for ' +
    'func go goto if import interface map package range return select struct switch type var'
  ).split(' '),
);

export interface NameScope {
  /** The declaration around a new local name: what other functions call theirs does not matter. Else the whole file. */
  readonly within?: Node;
  /** Names that other fixes of the same text bring. */
  readonly taken?: ReadonlySet<string>;
  /** Identifiers that the fix takes away. */
  readonly gone?: readonly Node[];
}

/**
 * Of the candidates, the first that is no keyword or predeclared name, is declared nowhere at the package's top level, and
 * is no identifier in its scope. Falls back to numbered names.
 */
export function freshName(file: GoFile, candidates: readonly string[], scope: NameScope = {}): string {
  const { declared } = packageNames(file.pkg);
  const free = (name: string): boolean =>
    !predeclared.has(name) && !declared.has(name) && !scope.taken?.has(name) && !isUsed(name, scope, file);
  for (const name of candidates) if (free(name)) return name;
  const last = candidates[candidates.length - 1] ?? 'x';
  for (let i = 2; ; i++) if (free(`${last}${i}`)) return `${last}${i}`;
}

/** The name is written as an identifier in the scope; fields and methods live in scopes of their own. */
function isUsed(name: string, { within, gone = [] }: NameScope, { text, root }: GoFile): boolean {
  const { startIndex, endIndex } = within ?? root;
  for (let at = text.indexOf(name, startIndex); at >= 0 && at < endIndex; at = text.indexOf(name, at + 1)) {
    const node = root.namedDescendantForIndex(at, at + name.length);
    if (node?.text !== name || !/^(?:type_|package_)?identifier$|^label_name$/.test(node.type)) continue;
    if (!gone.some(({ id }) => id === node.id)) return true;
  }
  return false;
}

/** The empty interface as the file can write it at package level: `any` from Go 1.18 on. */
export function emptyInterface(file: GoFile): string {
  const { declared } = packageNames(file.pkg);
  return atLeast(file.pkg.language, 1, 18) && !declared.has('any') ? 'any' : 'interface{}';
}

/** Where a new top-level declaration goes before `declaration`: in front of its doc comment and directives. */
export function startWithDoc(text: string, declaration: Node): number {
  let first = declaration;
  for (
    let previous = first.previousNamedSibling;
    previous?.type === 'comment' && previous.endPosition.row === first.startPosition.row - 1;
    previous = previous.previousNamedSibling
  ) {
    // A comment behind the code of its line belongs to that code.
    if (!startsLine(text, previous.startIndex)) break;
    first = previous;
  }
  return first.startIndex;
}

/** The text on one line, for messages: at most 40 characters, the rest as `…`. */
export function short(text: string): string {
  const line = text.replace(/\s+/g, ' ');
  return line.length > 40 ? `${line.slice(0, 37)}…` : line;
}

/** `copyAll`, for a method `typeMethod`, starting with a lower-case letter. */
export function ownerName(fn: Node): string {
  const top = topLevel(fn);
  const name = top.childForFieldName('name')?.text ?? 'shared';
  const receiver = top.childForFieldName('receiver')?.descendantsOfType('type_identifier')[0]?.text;
  const full = receiver ? receiver + name[0]!.toUpperCase() + name.slice(1) : name;
  // An initialism stays together: HTTPServe becomes httpServe.
  const head = /^\p{Lu}+(?=\p{Lu}\p{Ll}|$|[\d_])|^\p{Lu}/u.exec(full)?.[0] ?? '';
  return head.toLowerCase() + full.slice(head.length);
}

/** The order of a fix's edits in a file: an insertion stands before what is replaced at its place. For `sort`. */
export function byPlace(a: { readonly span: Span }, b: { readonly span: Span }): number {
  return a.span.start - b.span.start || a.span.end - b.span.end;
}
