import type { Node } from 'web-tree-sitter';
import type { Evidence, Span, TextEdit } from '../model';
import { spelledType } from './types/types';
import type { GoFile, GoFix, GoReport, GoRule } from './rule';
import {
  argumentsOf,
  contains,
  enclosingDeclaration,
  enclosingFunction,
  spanOf,
  statementsOf,
  topLevel,
  unparenthesised,
} from './syntax/nodes';
import { tripCount } from './flow/trip-count';
import {
  enclosingStatement,
  isAddressTaken,
  isAssigned,
  namesAround,
  parenthesized,
  type Binding,
} from './syntax/names';
import { enclosingLoop, headOf, loopsAround } from './flow/loops';
import type { Loop } from './flow/graph';
import { initializer } from './syntax/assignments';
import { byPlace, freshName, indentAt, lineEnd, startsLine } from './edit/layout';
import { canImport } from './edit/imports';
import { importedAs } from './edit/imports';
import { isShadowed } from './syntax/universe';
import { isOrderSeen } from './flow/order';
import { builderWrite, operandsOf } from './text/builder-writes';
import { fills } from './growth/filling-loop';
import { bytesOf, growthOf, nothing, plus } from './growth/written-amount';
import { code } from '../wording';

/** A string that a loop extends: each `+=` copies all of it. */
export const rule: GoRule = {
  meta: {
    id: 'go/concat-in-loop',
    summary: 'a string that grows by += in a loop, copied as a whole each time',
    fix: 'safe',
    recipe:
      'Collect the pieces in a `strings.Builder`, or in a slice for `strings.Join`, and make the string once after the loop',
    reports: 'allocation',
    sample: 'go/concatinloop',
  },
  check(file, report) {
    const growing = growingStrings(file);
    for (const string of growing) {
      const declaration = enclosingDeclaration(string.variable.declaration)?.id;
      const alone = growing.every(
        (other) => other === string || enclosingDeclaration(other.variable.declaration)?.id !== declaration,
      );
      report(reportOf(string, alone, file));
    }
  },
};

/** `s += a + b` or `s = s + a + b`. */
interface Extension {
  readonly statement: Node;
  /** The mention of s that is assigned, and for `s = s + a` the one that is read. */
  readonly own: readonly Node[];
  /** What is added, in order: a and b. */
  readonly pieces: readonly Node[];
}

interface GrowingString {
  readonly variable: Binding;
  /** All of the function, in source order. */
  readonly extensions: readonly Extension[];
  /** The first that a loop repeats, and the innermost loop that does. */
  readonly repeated: Extension;
  readonly loop: Loop;
  /** Emitted calls at `repeated`; undefined without the compiler. */
  readonly callee: string | undefined;
}

function growingStrings(file: GoFile): GrowingString[] {
  const byVariable = new Map<Binding, Extension[]>();
  for (const statement of file.root.descendantsOfType('assignment_statement')) {
    const found = extensionOf(statement, file);
    if (!found) continue;
    const known = byVariable.get(found.variable);
    if (known) known.push(found.extension);
    else byVariable.set(found.variable, [found.extension]);
  }
  return [...byVariable].flatMap(([variable, extensions]) => {
    for (const repeated of extensions) {
      // Most sums are of numbers.
      const callee = concatenation(repeated, variable, file);
      const loop = callee !== undefined && repeatingLoop(repeated, extensions, variable, file);
      if (loop) return [{ variable, extensions, repeated, loop, callee: callee === '' ? undefined : callee }];
    }
    return [];
  });
}

function extensionOf(statement: Node, file: GoFile): { variable: Binding; extension: Extension } | undefined {
  const left = statement.childForFieldName('left');
  const right = statement.childForFieldName('right');
  const [target, value] = [left?.namedChild(0), right?.namedChild(0)];
  if (target?.type !== 'identifier' || !value || left?.namedChildCount !== 1 || right?.namedChildCount !== 1)
    return undefined;
  const names = namesAround(file.root, statement);
  const variable = names.resolve(target);
  if (!variable) return undefined;
  const operands = operandsOf(value);
  const operator = statement.childForFieldName('operator')?.text;
  if (operator === '+=') return { variable, extension: { statement, own: [target], pieces: operands } };
  const [first, ...pieces] = operands;
  if (operator !== '=' || first?.type !== 'identifier' || pieces.length === 0) return undefined;
  if (names.resolve(first) !== variable) return undefined;
  return { variable, extension: { statement, own: [target, first], pieces } };
}

/** Few iterations are not worth a builder. */
const fewIterations = 3;

/** The innermost loop that repeats the extension and in which the string only grows. */
function repeatingLoop(
  { statement }: Extension,
  extensions: readonly Extension[],
  variable: Binding,
  file: GoFile,
): Loop | undefined {
  const own = new Set(extensions.flatMap((extension) => extension.own.map(({ id }) => id)));
  for (const loop of loopsOf(statement, variable, file)) {
    const count = loop.statement && tripCount(loop.statement, file)?.constant;
    if (count !== undefined && count <= fewIterations) continue;
    // Given another value in the same loop, it starts anew.
    const anew = variable.uses.some(
      ({ node }) => !own.has(node.id) && isAssigned(node) && loopsAround(file, node).includes(loop),
    );
    return anew ? undefined : loop;
  }
  return undefined;
}

/** The emitted call that joins the strings; '' without the compiler; undefined when it is not certain that these are strings. */
function concatenation(
  { statement, pieces }: Extension,
  variable: Binding,
  file: GoFile,
): string | undefined {
  if (!isStringVariable(variable, pieces, file)) return undefined;
  if (!file.facts) return '';
  return file.facts.emitted(statement).find(({ callee }) => /^runtime\.concatstring/.test(callee))?.callee;
}

function isStringVariable(variable: Binding, pieces: readonly Node[], file: GoFile): boolean {
  const type = spelledType(variable.declaration, file);
  if (type !== undefined) return type === 'string';
  const first = initializer(variable);
  return [...pieces, ...(first ? [first] : [])].some((piece) => isText(unparenthesised(piece)));
}

function isText(node: Node): boolean {
  return node.type === 'interpreted_string_literal' || node.type === 'raw_string_literal';
}

function reportOf(string: GrowingString, alone: boolean, file: GoFile): GoReport {
  const { variable, extensions, repeated, loop, callee } = string;
  const { name } = variable;
  const start = headOf(loop)?.startIndex ?? repeated.statement.startIndex;
  const evidence: Evidence[] = [{ kind: 'measured sample', sample: rule.meta.sample }];
  if (callee !== undefined) evidence.unshift({ kind: 'emitted call', callee, count: 1 });
  return {
    node: repeated.statement,
    message: `Each addition copies all of ${code(name)}: quadratic in its length`,
    allocation: {
      kind: 'string concatenation',
      cost: callee === undefined ? 'unknown' : 'always',
      reason: `a string cannot grow, so ${code(name)} is allocated anew with each addition`,
      evidence,
      alsoAt: extensions
        .filter((one) => one !== repeated)
        .map(({ statement }) => ({ span: spanOf(statement) })),
    },
    related: [
      {
        location: { file: file.path, span: { start, end: start + 3 } },
        message: `this loop extends ${code(name)}`,
      },
    ],
    fixes: fix(string, alone, file),
  };
}

/** How a variable comes into being, and the text of the builder's declaration in its place. */
interface Declared {
  readonly statement: Node;
  /** The statement, or the spec of a group. */
  readonly replaced: Node;
  /** What the string starts with, when that is not empty. */
  readonly start: Node | undefined;
}

function declared(variable: Binding): Declared | undefined {
  const name = variable.declaration;
  const statement = enclosingStatement(name);
  const parent = name.parent;
  if (variable.kind !== 'variable' || !parent || !statement) return undefined;
  let replaced = statement;
  if (parent.type === 'var_spec') {
    if (parent.childrenForFieldName('name').length !== 1 || statement.type !== 'var_declaration')
      return undefined;
    if (parent.parent?.type === 'var_spec_list') replaced = parent;
  } else if (parent.parent?.id !== statement.id || statement.type !== 'short_var_declaration')
    return undefined;
  else if (parent.namedChildCount !== 1) return undefined;
  if (replaced.descendantsOfType('comment').length > 0) return undefined;
  const start = initializer(variable);
  if (!start && parent.type !== 'var_spec') return undefined;
  const empty = start && isText(start) && start.text.length === 2;
  // In a group there is no room for a statement.
  if (start && !empty && replaced !== statement) return undefined;
  return { statement, replaced, start: empty ? undefined : start };
}

function fix(string: GrowingString, alone: boolean, file: GoFile): GoFix[] {
  const { variable, extensions } = string;
  const made = declared(variable);
  if (
    file.generated ||
    !made ||
    extensions.some(({ statement }) => isRepeatedByGoto(statement, variable, file))
  )
    return [];
  const at = variable.declaration;
  // Written one by one, later pieces meet a longer text: those of `s += x + s`.
  if (extensions.some(({ pieces }) => isOrderSeen(pieces, variable, file))) return [];
  if (made.start && isOrderSeen(operandsOf(made.start), undefined, file)) return [];
  if (!canImport(file, 'strings') || isShadowed('len', at, file) || isShadowed('string', at, file)) return [];
  if (extensions.some(({ statement }) => enclosingFunction(statement)?.id !== variable.owner.id)) return [];
  const strings = importedAs(file, 'strings');
  const names = namesAround(file.root, variable.declaration);
  if (names.bindings.some(({ name }) => name === strings)) return [];
  // Two of a name in one function: the builders would be, too.
  if (names.bindings.some((other) => other !== variable && other.name === variable.name)) return [];
  const builder = freshName(file, builderNames(variable.name, alone), { within: topLevel(at) });
  const last = endOfLoops(string, made.statement, file);
  const own = new Set(extensions.flatMap((extension) => extension.own.map(({ id }) => id)));
  const reads = variable.uses.filter(({ node }) => !own.has(node.id));
  const later = (node: Node): boolean => last !== undefined && node.startIndex > last.endIndex;
  const after = reads.filter(({ node }) => later(node));
  // Behind the loops the string comes back where it is changed in another way, or read more than once.
  const keepsName =
    after.some(({ node, owner }) => !isPlainRead(node, owner, variable)) ||
    (after.length > 1 && !extensions.some(({ statement }) => later(statement)));
  const edits: TextEdit[] = [];
  let asWriter = false;
  for (const extension of extensions) {
    if (keepsName && later(extension.statement)) continue;
    const written = writes(extension, builder, file);
    if (!written) return [];
    edits.push(...written.edits);
    asWriter ||= written.asWriter;
  }
  for (const { node, owner } of reads) {
    if (keepsName && later(node)) continue;
    const edit = owner.id === variable.owner.id ? translated(node, builder) : undefined;
    if (!edit) return [];
    edits.push(edit);
  }
  if (keepsName && last)
    edits.push(valueAfter(last, made.statement, `${variable.name} := ${builder}.String()`, file));
  const declaration = declarationEdits(string, made, builder, strings, file);
  if (!declaration) return [];
  edits.push(...declaration.edits);
  asWriter ||= declaration.asWriter;
  const title = `Build ${code(variable.name)} in a \`strings.Builder\``;
  return [
    {
      title,
      kind: 'safe',
      edits: edits.sort(byPlace).map((edit) => ({ ...edit, file: file.path })),
      imports: ['strings'],
      claim: {
        effect: 'removes',
        within: [spanOf(variable.owner)],
        callees: [2, 3, 4, 5, 's'].map((n) => `runtime.concatstring${n}`),
        grows: [
          'runtime.growslice',
          'runtime.makeslice',
          'runtime.mallocgc',
          // Handed to fmt, the builder is one object on the heap, in place of a string for each text.
          ...(asWriter ? ['runtime.newobject'] : []),
        ],
      },
    },
  ];
}

/** The loops that extend the variable again and again, innermost first. */
function loopsOf(statement: Node, variable: Binding, file: GoFile): Loop[] {
  const outside = loopsAround(file, variable.declaration);
  return loopsAround(file, statement).filter((loop) => !outside.includes(loop));
}

/** What stands behind the statement may then run before it. */
function isRepeatedByGoto(statement: Node, variable: Binding, file: GoFile): boolean {
  return loopsOf(statement, variable, file).some((loop) => !loop.statement);
}

/** `sb` of the only string, `lineBuilder` and `sb2` of line and s2 where there are several. */
function builderNames(name: string, alone: boolean): string[] {
  const numbered = /(?<!\d)\d+$/.exec(name)?.[0];
  const own = numbered !== undefined ? `sb${numbered}` : name.length > 2 ? `${name}Builder` : `${name}b`;
  return [...(alone ? ['sb', 'b', 'builder'] : []), own, `${name}Builder`];
}

/** The statement, in the list of the declaration, behind which no loop extends the string. */
function endOfLoops(
  { extensions, variable }: GrowingString,
  { parent }: Node,
  file: GoFile,
): Node | undefined {
  let last: Node | undefined;
  for (const { statement } of extensions) {
    if (loopsOf(statement, variable, file).length === 0) continue;
    let at: Node | null = statement;
    while (at && at.parent?.id !== parent?.id) at = at.parent;
    if (!at) return undefined;
    if (!last || at.startIndex > last.startIndex) last = at;
  }
  return last;
}

/** `return s`, `f(s)`, `x + s`: a value that `String()` gives as well. */
function isPlainRead(node: Node, owner: Node, variable: Binding): boolean {
  return owner.id === variable.owner.id && !isAssigned(node) && !isAddressTaken(node) && !isKey(node);
}

/** `s` in `T{s: 1}` may be a field. */
function isKey(node: Node): boolean {
  const element = node.parent?.type === 'literal_element' ? node.parent : node;
  return element.parent?.type === 'keyed_element' && element.parent.namedChild(0)?.id === element.id;
}

/** A use of the string as the same use of the builder; undefined when there is none. */
function translated(node: Node, builder: string): TextEdit | undefined {
  if (isAddressTaken(node) || isKey(node)) return undefined;
  const outer = parenthesized(node);
  const parent = outer.parent;
  if (isAssigned(node)) {
    // s = "" empties the builder.
    const statement = parent?.parent;
    if (statement?.type !== 'assignment_statement' || statement.childForFieldName('operator')?.text !== '=')
      return undefined;
    const values = statement.childForFieldName('right')?.namedChildren ?? [];
    if (parent?.namedChildCount !== 1 || values.length !== 1 || statement.parent?.type !== 'statement_list')
      return undefined;
    return isText(values[0]!) && values[0]!.text.length === 2
      ? { span: spanOf(statement), newText: `${builder}.Reset()` }
      : undefined;
  }
  if (parent?.type === 'argument_list') {
    const call = parent.parent;
    if (call?.childForFieldName('function')?.text === 'len' && argumentsOf(call).length === 1)
      return { span: spanOf(call), newText: `${builder}.Len()` };
  }
  if (parent?.type === 'binary_expression') {
    const operator = parent.childForFieldName('operator')?.text;
    const [left, right] = [parent.childForFieldName('left'), parent.childForFieldName('right')];
    const other = left?.id === outer.id ? right : left;
    const comments = parent.descendantsOfType('comment').length > 0;
    if (
      (operator === '==' || operator === '!=') &&
      !comments &&
      other &&
      isText(other) &&
      other.text.length === 2
    )
      return { span: spanOf(parent), newText: `${builder}.Len() ${operator === '==' ? '==' : '>'} 0` };
  }
  return { span: spanOf(node), newText: `${builder}.String()` };
}

/** A concatenation as one write after the other; what its operands are made of keeps its place for other edits. */
interface Writes {
  readonly edits: readonly TextEdit[];
  readonly asWriter: boolean;
}

/** The span becomes writes of the operands that lie in it. */
function writesOf(
  operands: readonly Node[],
  span: Span,
  lead: string,
  builder: string,
  file: GoFile,
): Writes {
  const { text } = file;
  const between = startsLine(text, span.start) ? lineEnd(text) + indentAt(text, span.start) : '; ';
  const edits: TextEdit[] = [];
  let { start } = span;
  let tail = '';
  let asWriter = false;
  for (const operand of operands) {
    const write = builderWrite(operand, builder, file);
    edits.push({
      span: { start, end: write.kept.start },
      newText: `${tail === '' ? lead : tail + between}${write.before}`,
    });
    start = write.kept.end;
    tail = write.after;
    asWriter ||= write.asWriter;
  }
  edits.push({ span: { start, end: span.end }, newText: tail });
  return { edits, asWriter };
}

/** `s += a + b`. */
function writes({ statement, pieces }: Extension, builder: string, file: GoFile): Writes | undefined {
  if (statement.parent?.type !== 'statement_list' || statement.descendantsOfType('comment').length > 0)
    return undefined;
  return writesOf(pieces, spanOf(statement), '', builder, file);
}

function valueAfter(last: Node, declared: Node, declaration: string, { text }: GoFile): TextEdit {
  const newline = text.indexOf('\n', last.endIndex);
  const rest = text.slice(last.endIndex, newline < 0 ? text.length : newline);
  // A comment behind the loop stays there.
  const at = /^\s*(?:\/\/.*)?\r?$/.test(rest) ? last.endIndex + rest.trimEnd().length : last.endIndex;
  const separator =
    at === last.endIndex && rest.trim() !== '' ? '; ' : lineEnd(text) + indentAt(text, declared.startIndex);
  return { span: { start: at, end: at }, newText: separator + declaration };
}

function declarationEdits(
  string: GrowingString,
  made: Declared,
  builder: string,
  strings: string,
  file: GoFile,
): Writes | undefined {
  const { statement, replaced, start } = made;
  const plain = (newText: string): Writes => ({
    edits: [{ span: spanOf(replaced), newText }],
    asWriter: false,
  });
  const { text } = file;
  const type = `${builder} ${strings}.Builder`;
  if (replaced !== statement) return plain(type);
  const between = startsLine(text, statement.startIndex)
    ? lineEnd(text) + indentAt(text, statement.startIndex)
    : '; ';
  const grow = start ? undefined : growth(string, statement, file);
  const more = grow === undefined ? '' : `${between}${builder}.Grow(${grow})`;
  if (!start) return plain(`var ${type}${more}`);
  return writesOf(operandsOf(start), spanOf(statement), `var ${type}${more}${between}`, builder, file);
}

/** Short texts grow in a few steps anyway. */
const fewBytes = 64;

/** What one loop adds, when that is all and its amount is known. */
function growth(
  { loop: { statement: loop }, extensions, variable }: GrowingString,
  declaration: Node,
  file: GoFile,
): string | undefined {
  const body = loop?.childForFieldName('body');
  if (!loop || !body) return undefined;
  const within = extensions.filter(({ statement }) => contains(spanOf(loop), spanOf(statement)));
  if (within.length < extensions.length) return undefined;
  const direct = statementsOf(body);
  let each = nothing;
  for (const { statement, pieces } of within) {
    if (!direct.some(({ id }) => id === statement.id)) return undefined;
    for (const piece of pieces) {
      const bytes = bytesOf(piece, file);
      if (!bytes) return undefined;
      each = plus(each, bytes);
    }
  }
  if (enclosingLoop(file, loop) !== enclosingLoop(file, declaration)) return undefined;
  const found = growthOf(loop, each, file, { declaration });
  if (!found?.count.bounded || found.count.unproven !== undefined) return undefined;
  if (!fills(loop, variable, within.at(-1)!.statement, found.count, file)) return undefined;
  return found.constant !== undefined && found.constant <= fewBytes ? undefined : found.text;
}
