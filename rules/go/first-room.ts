import type { Node } from 'web-tree-sitter';
import type { Related } from '../model';
import { code } from '../wording';
import { canImportAt, importedAs } from './edit/imports';
import { statementsAt } from './edit/layout';
import { isInert, mayPanic, waitsAt } from './flow/effects';
import { birthsOf, makersOf } from './growth/field-births';
import type { EmittedCall, GoFile, GoFix, GoReport, GoRule } from './rule';
import { initializer } from './syntax/assignments';
import { namesAround } from './syntax/names';
import {
  argumentsOf,
  descendants,
  enclosingDeclaration,
  enclosingFunction,
  spanOf,
  unparenthesised,
} from './syntax/nodes';
import { isBuiltin, isShadowed } from './syntax/universe';
import { atLeast } from './syntax/version';
import { isBytes, isField, spelledType, typeOf } from './types/types';

/** A slice that is filled element by element from nothing, or from too little. */
export const rule: GoRule = {
  meta: {
    id: 'go/first-room',
    summary: 'a slice that grows from its first element on, one append a call',
    fix: 'suggestion',
    recipe:
      'Make room where the slice or its owner is made, for as many elements as there will be, or empty one that is kept with `[:0]`',
    reports: 'measured only',
    sample: 'go/firstroom',
  },
  check(file, report) {
    if (!file.facts || file.path.endsWith('_test.go')) return;
    for (const statement of file.root.descendantsOfType('assignment_statement')) {
      const growth = growthAt(statement, file);
      const found = growth && check(growth, file);
      if (found) report(found);
    }
  },
};

/** `x.f = append(x.f, a, b)`: the slice, and what is appended. */
interface Growth {
  readonly statement: Node;
  /** What is on the left, without parentheses. */
  readonly slice: Node;
  readonly call: Node;
  readonly elements: readonly Node[];
  readonly grows: EmittedCall;
  /** Of the append of a tail, `y.f[i:]...`: what it is cut from. */
  readonly whole: Node | undefined;
}

function growthAt(statement: Node, file: GoFile): Growth | undefined {
  const [left, right] = [statement.childForFieldName('left'), statement.childForFieldName('right')];
  if (left?.namedChildCount !== 1 || right?.namedChildCount !== 1) return undefined;
  const slice = unparenthesised(left.namedChild(0)!);
  const call = unparenthesised(right.namedChild(0)!);
  if (statement.childForFieldName('operator')?.text !== '=' || !enclosingDeclaration(statement))
    return undefined;
  if (call.type !== 'call_expression' || !isBuiltin(file, call, 'append')) return undefined;
  const [first, ...elements] = argumentsOf(call);
  if (first?.text !== slice.text || elements.length === 0 || !isPath(slice, file)) return undefined;
  const tail = elements.find(({ type }) => type === 'variadic_argument');
  const whole = tail && wholeOf(tail, slice);
  if (tail && !whole && !isBytes(typeOf(slice, file))) return undefined;
  const grows = file.facts!.emitted(call).find(({ callee }) => callee.startsWith('runtime.growslice'));
  return grows && { statement, slice, call, elements, grows, whole };
}

/** Names, fields and pointers: looking twice tells the same and runs nothing. */
function isPath(slice: Node, file: GoFile): boolean {
  switch (slice.type) {
    case 'identifier':
      return slice.text !== '_';
    case 'selector_expression':
      return isField(slice, file) && isPath(unparenthesised(slice.childForFieldName('operand')!), file);
    case 'unary_expression':
      return (
        slice.childForFieldName('operator')?.text === '*' &&
        isPath(unparenthesised(slice.childForFieldName('operand')!), file)
      );
    default:
      return false;
  }
}

/** `y.f` of `y.f[i:]...` where the slice is `x.f`: what is moved from one owner to another. */
function wholeOf(tail: Node, slice: Node): Node | undefined {
  const cut = tail.firstNamedChild && unparenthesised(tail.firstNamedChild);
  if (cut?.type !== 'slice_expression' || cut.childForFieldName('end') || !cut.childForFieldName('start'))
    return undefined;
  const whole = unparenthesised(cut.childForFieldName('operand')!);
  const field = slice.childForFieldName('field')?.text;
  const isSame = field !== undefined && whole.childForFieldName('field')?.text === field;
  return isSame && whole.text !== slice.text ? whole : undefined;
}

function check(growth: Growth, file: GoFile): GoReport | undefined {
  const { statement, slice, call, grows, whole } = growth;
  const name = code(slice.text);
  if (isAskedFor(slice, statement, file)) return undefined;
  const births = slice.type === 'selector_expression' ? fieldBirths(slice, file) : localBirth(slice, file);
  if (births === 'enough' && !whole) return undefined;
  const { fix, noFix } = fixOf(growth, births, file);
  return {
    // The whole call may stretch over lines of what it appends, which allocate for themselves.
    node: argumentsOf(call)[0]!,
    message: whole
      ? `${name} gets room for what it takes over, and no more`
      : births === 'none' || births === 'enough' || 'empty' in births
        ? `${name} grows each time it is full, from its first element on`
        : `${name} starts with room for ${code(births.capacity.text)}, and grows each time it is full`,
    details: whole
      ? '`append` makes an array of the size that is needed now. The next element that is added to it alone makes another one, of twice the size.'
      : 'A slice without room becomes 1, 2, 4, 8, … elements long: the sixteenth element is in the fifth array, and the others are garbage.',
    allocation: {
      kind: 'append growth',
      cost: 'conditional',
      reason: `${name} has no room when the first elements are appended, so each of the first appends copies it to a larger array`,
      evidence: [
        { kind: 'emitted call', callee: grows.callee, count: 1 },
        { kind: 'measured sample', sample: rule.meta.sample },
      ],
      ...(whole && { alsoAt: laterGrowth(slice, file) }),
    },
    related: madeAt(slice, file),
    ...(fix ? { fixes: [fix] } : { noFix }),
  };
}

/** The function looks at the room in front of the append, or makes some. */
function isAskedFor(slice: Node, statement: Node, file: GoFile): boolean {
  const fn = enclosingFunction(statement);
  return (fn?.descendantsOfType('call_expression') ?? []).some(
    (call) =>
      call.endIndex <= statement.startIndex &&
      argumentsOf(call)[0]?.text === slice.text &&
      (isBuiltin(file, call, 'cap') || /\.Grow$/.test(call.childForFieldName('function')?.text ?? '')),
  );
}

/**
 * `none`: nobody makes room. `enough`: somebody does, or keeps the array. Else the constant that it starts with is too small, or a local starts
 * as `[]T{}` or `make([]T, 0)`.
 */
type Births =
  | 'none'
  | 'enough'
  | { readonly file: GoFile; readonly capacity: Node }
  | { readonly empty: Node; readonly type: Node };

function fieldBirths(slice: Node, file: GoFile): Births {
  const { made, reused } = birthsOf(file.pkg, slice.childForFieldName('field')!.text);
  const small = made.filter(({ constant }) => constant?.value !== undefined && constant.value < fewest);
  if (made.length === 0) return reused ? 'enough' : 'none';
  // A named constant may be meant for something else, too.
  return small.length === 1 && made.length === 1 && small[0]!.capacity.type === 'int_literal'
    ? small[0]!
    : 'enough';
}

/** A local, a parameter or a variable of the package; what a pointer points to, somebody else has made. */
function localBirth(slice: Node, file: GoFile): Births {
  const binding = slice.type === 'identifier' ? namesAround(file.root, slice).resolve(slice) : undefined;
  const value = binding && initializer(binding);
  if (!value || binding.kind !== 'variable') return 'none';
  const made = unparenthesised(value);
  if (made.type === 'nil') return 'none';
  if (made.type === 'composite_literal') {
    const type = made.childForFieldName('type');
    return type && made.childForFieldName('body')?.namedChildCount === 0 ? { empty: made, type } : 'enough';
  }
  if (made.type !== 'call_expression' || !isBuiltin(file, made, 'make')) return 'enough';
  const [type, length, capacity] = argumentsOf(made);
  return type && length?.text === '0' && !capacity ? { empty: made, type } : 'enough';
}

/** Where the package makes the owner. */
function madeAt(slice: Node, file: GoFile): Related[] {
  const owner = slice.childForFieldName('operand');
  if (!owner || slice.type !== 'selector_expression') return [];
  const type = typeOf(owner, file);
  const named = (type?.kind === 'pointer' ? type.element : type)?.named;
  if (!named || named.local || named.path !== file.pkg.importPath) return [];
  return makersOf(file.pkg, named, 2).map((maker) => ({
    location: { file: maker.file.path, span: spanOf(maker.node) },
    message: `a ${code(named.name)} is made here`,
  }));
}

/**
 * Where elements are added to slices of the same type one by one: `*s = append(*s, e)` in a method of the type, and `z.f = append(z.f, e)`.
 * A profile charges the second array to those lines.
 */
function laterGrowth(slice: Node, file: GoFile): { readonly span: { start: number; end: number } }[] {
  const field = slice.childForFieldName('field')!.text;
  const type = typeOf(slice, file)?.named;
  return file.root.descendantsOfType('assignment_statement').flatMap((statement) => {
    const other = growthAt(statement, file);
    if (!other || other.whole) return [];
    const isField = other.slice.childForFieldName('field')?.text === field;
    const isOfType =
      type !== undefined &&
      other.slice.type === 'unary_expression' &&
      typeOf(other.slice, file)?.named?.name === type.name;
    return isField || isOfType ? [{ span: spanOf(argumentsOf(other.call)[0]!) }] : [];
  });
}

/** Elements that a slice starts with, by the bytes of one: 64 bytes to half a kilobyte. */
const fewest = 8;

function roomFor(slice: Node, file: GoFile): number {
  const bytes = typeOf(slice, file)?.element?.layout?.size;
  return bytes !== undefined && bytes > 64 ? fewest / 2 : bytes === 1 ? 8 * fewest : fewest;
}

function fixOf(
  growth: Growth,
  births: Births,
  file: GoFile,
): { readonly fix?: GoFix; readonly noFix?: string } {
  const { statement, slice, elements, whole } = growth;
  const fn = enclosingFunction(statement);
  if (file.generated || !fn) return {};
  const claim = { effect: 'runs less', within: [spanOf(fn)], callees: ['runtime.growslice'] } as const;
  if (typeof births === 'object' && 'empty' in births && !whole) {
    const { empty, type } = births;
    if (isShadowed('make', empty, file)) return {};
    const room = roomFor(slice, file);
    return {
      fix: {
        title: startTitle(slice, room),
        kind: 'suggestion',
        edits: [{ file: file.path, span: spanOf(empty), newText: `make(${type.text}, 0, ${room})` }],
        claim,
      },
    };
  }
  if (typeof births === 'object' && 'capacity' in births && !whole) {
    const { file: home, capacity } = births;
    if (home.generated) return {};
    return {
      fix: {
        title: startTitle(slice, fewest),
        kind: 'suggestion',
        edits: [{ file: home.path, span: spanOf(capacity), newText: String(fewest) }],
      },
    };
  }
  const made = madeWith(slice, file);
  if (!made) return { noFix: 'its type cannot be named here, and `slices.Grow` needs Go 1.21' };
  if (statement.parent?.type !== 'statement_list')
    return { noFix: 'the append is part of another statement' };
  if (!elements.every((element) => runsNothing(file, element, slice)))
    return { noFix: 'what is appended runs code, or fails, before the slice has it' };
  const room = whole ? `cap(${whole.text})` : String(roomFor(slice, file));
  const guard = `if cap(${slice.text}) == 0 {\n\t${slice.text} = ${made.text(room)}\n}`;
  const at = statement.startIndex;
  return {
    fix: {
      title: whole
        ? `Make as much room as ${code(whole.text)} has (if it becomes as long)`
        : startTitle(slice, Number(room)),
      kind: 'suggestion',
      edits: [
        { file: file.path, span: { start: at, end: at }, newText: statementsAt(file, at, [guard, '']) },
      ],
      imports: made.imports,
      claim,
    },
  };
}

const startTitle = (slice: Node, room: number): string =>
  `Start ${code(slice.text)} with room for ${room} elements (if it gets as many as a rule)`;

/** How an empty slice of the same type with room is written. */
function madeWith(
  slice: Node,
  file: GoFile,
): { readonly text: (room: string) => string; readonly imports: readonly string[] } | undefined {
  const type = spelledType(slice, file);
  if (type !== undefined && !isShadowed('make', slice, file))
    return { text: (room) => `make(${type}, 0, ${room})`, imports: [] };
  if (!atLeast(file.pkg.language, 1, 21) || !canImportAt(file, 'slices', slice)) return undefined;
  return {
    text: (room) => `${importedAs(file, 'slices')}.Grow(${slice.text}, ${room})`,
    imports: ['slices'],
  };
}

/**
 * Nobody sees in what order it is evaluated: it calls nothing that does something, waits for nothing, and cannot panic. That a tail is cut
 * off too far behind, or of nothing, is left to who agrees to the fix: its owner is lost then.
 */
function runsNothing(file: GoFile, expression: Node, slice: Node): boolean {
  for (const part of descendants(expression)) {
    if (part.type === 'func_literal') return false;
    if (waitsAt(file, part) || (part.type === 'call_expression' && !isInert(file, part))) return false;
    if (expression.type !== 'variadic_argument' && mayPanic(file, part) && !isFieldOfOwner(part, slice))
      return false;
  }
  return true;
}

/** `x.g` beside `x.f`: where x is nil, the slice is not there either. */
function isFieldOfOwner(part: Node, slice: Node): boolean {
  const operand = part.childForFieldName('operand');
  return (
    part.type === 'selector_expression' &&
    slice.type === 'selector_expression' &&
    operand?.text === slice.childForFieldName('operand')?.text
  );
}
