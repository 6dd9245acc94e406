import type { Node } from 'web-tree-sitter';
import type { GuessedRoom, Related } from '../model';
import { code } from '../wording';
import { canImportAt, importedAs } from './edit/imports';
import { statementsAt } from './edit/layout';
import { isInert, mayPanic, waitsAt } from './flow/effects';
import { makersOf } from './growth/field-births';
import { fewest, firstGrowthsIn, type FirstGrowth } from './growth/first-growth';
import { asksForElements } from './growth/slice-uses';
import type { GoFile, GoFix, GoReport, GoRule } from './rule';
import { callWith, namesAround, occurrences } from './syntax/names';
import { argumentsOf, descendants, enclosingFunction, isFunction, spanOf } from './syntax/nodes';
import { isBuiltin, isShadowed } from './syntax/universe';
import { atLeast } from './syntax/version';
import { spelledType, typeOf } from './types/types';

const recipe =
  'Make room where the slice or its owner is made, for as many elements as there will be, or empty one that is kept with `[:0]`';

/** A slice that is filled element by element from nothing, or from too little. */
export const rule: GoRule = {
  meta: {
    id: 'go/first-room',
    summary: 'a slice that grows from its first element on, one append a call',
    fix: 'suggestion',
    recipe,
    reports: 'measured only',
    sample: 'go/firstroom',
  },
  check(file, report) {
    if (!file.facts || file.path.endsWith('_test.go')) return;
    for (const growth of firstGrowthsIn(file).values()) report(check(growth, file));
  },
};

function check(growth: FirstGrowth, file: GoFile): GoReport {
  const { slice, call, grows, whole, births } = growth;
  const name = code(slice.text);
  const { fix, noFix } = fixOf(growth, file);
  return {
    // The whole call may stretch over lines of what it appends, which allocate for themselves.
    node: argumentsOf(call)[0]!,
    message: whole
      ? `${name} gets room for what it takes over, and no more`
      : typeof births === 'string' || 'empty' in births
        ? `${name} grows each time it is full, and nothing makes room for it here`
        : `${name} starts with room for ${code(births.capacity.text)}, and grows each time it is full`,
    details: whole
      ? '`append` makes an array of the size that is needed now. The next element that is added to it alone makes another one, of twice the size.'
      : 'A slice without room becomes 1, 2, 4, 8, … elements long: the sixteenth element is in the fifth array, and the others are garbage.',
    allocation: {
      kind: 'append growth',
      cost: 'conditional',
      reason: `${name} is copied to a larger array each time it is full, most often while it has few elements`,
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
  return [...firstGrowthsIn(file).values()].flatMap((other) => {
    if (other.whole) return [];
    const isField = other.slice.childForFieldName('field')?.text === field;
    const isOfType =
      type !== undefined &&
      other.slice.type === 'unary_expression' &&
      typeOf(other.slice, file)?.named?.name === type.name;
    return isField || isOfType ? [{ span: spanOf(argumentsOf(other.call)[0]!) }] : [];
  });
}

/** By the bytes of an element: 64 bytes to half a kilobyte. */
function roomFor(elementSize: number | undefined): number {
  return elementSize !== undefined && elementSize > 64
    ? fewest / 2
    : elementSize === 1
      ? bytesForOne * fewest
      : fewest;
}

/** How long the arrays are that slices grow through: what a profile may say of them. The largest that a fix makes is a page or two. */
function roomsOf(elementSize: number): number[] {
  const unit = elementSize === 1 ? bytesForOne : 1;
  return [2, 4, 8, 16, 32, 64].map((many) => many * unit).filter((many) => many * elementSize <= mostBytes);
}

/** `append` gives the first byte eight. */
const bytesForOne = 8;
const mostBytes = 8 << 10;

/** `make(T, len(x.f), cap(x.f))`, of a field of that name: what has more room has more in each copy. */
function roomIsCopied(whole: Node, file: GoFile): Node | undefined {
  const field = whole.childForFieldName('field')!.text;
  for (const one of file.pkg.files)
    for (const name of one.path.endsWith('_test.go') ? [] : occurrences(one.root, one.text, field)) {
      const asks = name.parent?.type === 'selector_expression' ? callWith(name.parent) : undefined;
      const makes = asks && isBuiltin(one, asks, 'cap') ? callWith(asks) : undefined;
      if (makes && isBuiltin(one, makes, 'make')) return makes;
    }
  return undefined;
}

function fixOf(growth: FirstGrowth, file: GoFile): { readonly fix?: GoFix; readonly noFix?: string } {
  const way = wayToMakeRoom(growth, file);
  if (!way || 'noFix' in way) return way ?? {};
  const { slice, whole } = growth;
  const kind = 'suggestion';
  const { write, ...rest } = way;
  if (whole) {
    const title = `Make as much room as ${code(whole.text)} has (if it becomes as long)`;
    return { fix: { title, kind, ...rest, ...write(`cap(${whole.text})`), room: { recipe } } };
  }
  const elementSize = typeOf(slice, file)?.element?.layout?.size;
  const { made } = way;
  const seen = {
    ...(elementSize !== undefined && { elementSize }),
    ...(made && { made }),
    ...begunOnStack(growth, file),
    recipe,
  };
  const fixWith = (elements: number, when: string): GoFix => ({
    title: `Start ${code(slice.text)} with room for ${elements} elements ${when}`,
    kind,
    ...rest,
    ...write(String(elements)),
    room: { elements, ...seen },
  });
  const guessed = fixWith(made ? fewest : roomFor(elementSize), '(if it gets as many as a rule)');
  const others = (elementSize === undefined ? [] : roomsOf(elementSize))
    .filter((many) => many > (made?.elements ?? 0))
    .map((many) => fixWith(many, '(in the profile most get as many)'));
  return { fix: { ...guessed, room: { ...guessed.room!, others } } };
}

/** What all fixes for a slice have in common, whatever the room. */
interface Way extends Pick<GoFix, 'claim'> {
  readonly made?: GuessedRoom['made'];
  /** @param room an expression */
  readonly write: (room: string) => Pick<GoFix, 'edits' | 'imports'>;
}

function wayToMakeRoom(
  { statement, slice, elements, whole, births }: FirstGrowth,
  file: GoFile,
): Way | { readonly noFix: string } | undefined {
  const fn = enclosingFunction(statement);
  if (file.generated || !fn) return undefined;
  const claim = { effect: 'runs less', within: [spanOf(fn)], callees: ['runtime.growslice'] } as const;
  if (typeof births === 'object' && 'empty' in births && !whole) {
    const { empty, type } = births;
    if (isShadowed('make', empty, file)) return undefined;
    const span = spanOf(empty);
    return {
      claim,
      write: (room) => ({ edits: [{ file: file.path, span, newText: `make(${type.text}, 0, ${room})` }] }),
    };
  }
  if (typeof births === 'object' && 'capacity' in births && !whole) {
    const { file: home, capacity } = births;
    if (home.generated) return undefined;
    const place = { file: home.path, span: spanOf(capacity) };
    return {
      made: { ...place, elements: Number(capacity.text) },
      write: (room) => ({ edits: [{ ...place, newText: room }] }),
    };
  }
  const made = madeWith(slice, file);
  if (!made) return { noFix: 'its type cannot be named here, and `slices.Grow` needs Go 1.21' };
  if (statement.parent?.type !== 'statement_list')
    return { noFix: 'the append is part of another statement' };
  if (isShadowed('cap', slice, file) || isShadowed('len', slice, file))
    return { noFix: '`cap` or `len` means something else here' };
  if (!elements.every((element) => runsNothing(file, element, slice)))
    return { noFix: 'what is appended runs code, or fails, before the slice has it' };
  const copied = whole && roomIsCopied(whole, file);
  if (copied)
    return { noFix: `${code(copied.text)} copies the room with the elements, so copies get larger` };
  const none = `cap(${slice.text}) == 0${ifThereAreSome(elements.at(-1)!)}`;
  const at = statement.startIndex;
  const write = (room: string): Pick<GoFix, 'edits' | 'imports'> => {
    const guard = `if ${none} {\n\t${slice.text} = ${made.text(room)}\n}`;
    const newText = statementsAt(file, at, [guard, '']);
    return { edits: [{ file: file.path, span: { start: at, end: at }, newText }], imports: made.imports };
  };
  return { claim, write };
}

/**
 * Go 1.26 grows a local slice in 32 bytes of the stack first, where it leaves the function in one place, and moves it to the heap there: short
 * ones are allocated at that place. Where it does not leave, no profile sees them, and they cost nothing.
 */
function begunOnStack({ slice, grows }: FirstGrowth, file: GoFile): Pick<GuessedRoom, 'onStack'> {
  const variable = slice.type === 'identifier' ? namesAround(file.root, slice).resolve(slice) : undefined;
  if (!variable || !isFunction(variable.owner)) return {};
  const moves = file
    .facts!.emitted(variable.owner)
    .filter(({ callee }) => callee.startsWith('runtime.moveSlice'));
  if (moves.length === 0 && !grows.callee.startsWith('runtime.growsliceBuf')) return {};
  const lines = new Set(moves.map(({ line }) => line));
  const leaves = [
    ...variable.uses.map(({ node }) => node),
    ...(variable.kind === 'result' ? variable.owner.descendantsOfType('return_statement') : []),
  ];
  const onStack = leaves
    .filter((node) => lines.delete(node.startPosition.row))
    .map((node) => ({ file: file.path, span: spanOf(node) }));
  return { onStack };
}

/** `tail...` may have no elements, and what is nil stays nil then. */
const ifThereAreSome = (last: Node): string =>
  last.type === 'variadic_argument' ? ` && len(${last.firstNamedChild!.text}) > 0` : '';

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
 * off too far behind shows in front of the slice's room, where its length is asked for.
 */
function runsNothing(file: GoFile, expression: Node, slice: Node): boolean {
  for (const part of descendants(expression)) {
    if (part.type === 'func_literal' || (part.text === slice.text && !asksForElements(part, file)))
      return false;
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
