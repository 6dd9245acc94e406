import type { Node } from 'web-tree-sitter';
import { allocatedTypes, type AllocatedAt } from './sites/allocated-types';
import { orderIsFixed, orderMatters } from './edit/field-order';
import type { GoFile, GoFix, GoReport, GoRule, Obligation } from './rule';
import { hadSize, hasSize } from './types/size-obligations';
import { spanOf } from './syntax/nodes';
import { allocatedSize, fieldsOf, structLayout, type Field, type Layout } from './types/layout';
import { isPrinted } from './text/printed';
import { indentAt, lineEnd, startsLine } from './edit/layout';
import { packageNames } from './syntax/package-names';
import { decided, decidedKind } from './sites/evidence';
import { code } from '../wording';

/** Field order that makes an allocated struct larger than it has to be. */
export const rule: GoRule = {
  meta: {
    id: 'go/struct-padding',
    summary: 'fields in an order that puts an allocated struct into a larger size class',
    fix: 'suggestion',
    recipe: 'Order the fields by their alignment, the largest first, if nothing depends on their order',
    reports: 'allocation',
    sample: 'go/structpadding',
  },
  check(file, report) {
    if (file.generated || file.path.endsWith('_test.go')) return;
    for (const [name, { spec, file: home }] of packageNames(file.pkg).types) {
      if (home !== file) continue;
      const sites = allocatedTypes(file.pkg).get(name);
      const struct = spec.childForFieldName('type');
      if (!sites || struct?.type !== 'struct_type' || spec.childForFieldName('type_parameters')) continue;
      const found = check(spec, struct, sites, file);
      if (found) report(found);
    }
  },
};

/** Less than a tenth of the memory is not worth an order that somebody chose. */
const leastGain = 0.1;

function check(spec: Node, struct: Node, sites: readonly AllocatedAt[], file: GoFile): GoReport | undefined {
  const fields = fieldsOf(struct, file);
  if (!fields || fields.length < 3 || orderIsFixed(file, spec, struct)) return undefined;
  const blocks = blocksOf(file, struct, fields);
  const order = blocks && bestOrder(blocks);
  if (!order || orderMatters(file, spec, struct)) return undefined;
  const name = spec.childForFieldName('name')!;
  if (isPrinted(name.text, file.pkg)) return undefined;
  const before = structLayout(fields.flatMap(({ layouts }) => layouts));
  const after = structLayout(order.flat().flatMap(({ field }) => field.layouts));
  const site = sites.find(({ as }) => gains(before, after, as));
  if (!site) return undefined;
  const gain = `${before.size} → ${after.size} bytes`;
  const allocated = `${allocatedSize(before)} → ${allocatedSize(after)}`;
  const filler = before.size - fields.flatMap(({ layouts }) => layouts).reduce((n, { size }) => n + size, 0);
  return {
    node: name,
    message: `${code(name.text)} has ${before.size} bytes, ${filler} of them padding; reordered it has ${after.size}`,
    allocation: {
      kind: decidedKind(site.decision),
      // Where it is allocated is another line.
      cost: 'unknown',
      reason: `each field starts at a multiple of its alignment, so a small field in front of a large one is padded`,
      evidence: [decided(site.decision), { kind: 'measured sample', sample: rule.meta.sample }],
    },
    related: [
      {
        location: { file: site.file.path, span: spanOf(site.node) },
        message: `${code(name.text)} is allocated here`,
      },
    ],
    heatAt: site.node,
    // The sizes are the compiler's word, or nothing is said.
    restsOn: 'its fix',
    fixes: [
      {
        title: `Reorder the fields of ${code(name.text)}: ${gain}${site.as === 'one' ? ` (allocated as ${allocated})` : ' an element'}, if nothing depends on their order`,
        kind: 'suggestion',
        edits: editsOf(file, blocks, order),
        claim: { effect: 'runs less', within: [], callees: ['runtime.newobject', 'runtime.makeslice'] },
        obligations: obligations(file, name.text, struct, before, after),
      } satisfies GoFix,
    ],
  };
}

function gains(before: Layout, after: Layout, as: AllocatedAt['as']): boolean {
  const [a, b] = as === 'many' ? [before.size, after.size] : [allocatedSize(before), allocatedSize(after)];
  return a !== undefined && b !== undefined && a - b >= a * leastGain;
}

/** A field with the lines that belong to it. */
interface Unit {
  readonly field: Field;
  /** The `field_declaration`. */
  readonly node: Node;
  /** Whole lines in front that belong to the field, without indentation. */
  readonly doc: readonly string[];
  /** The comment behind it on its line. */
  readonly comment: string | undefined;
  /** From the first character of its first line's text to the last of its last line's. */
  readonly start: number;
  readonly end: number;
}

/**
 * Fields that stand together: an empty line, a comment of its own, and a mutex (whose place tells what it guards) end a
 * block, and fields stay in theirs. Undefined when a field does not have its lines for itself.
 */
function blocksOf(file: GoFile, struct: Node, fields: readonly Field[]): Unit[][] | undefined {
  const { text } = file;
  const comments = (struct.namedChild(0)?.namedChildren ?? []).filter(({ type }) => type === 'comment');
  const blocks: Unit[][] = [];
  let row = -1;
  for (const field of fields) {
    const { node } = field;
    if (node.startPosition.row !== node.endPosition.row || !startsLine(text, node.startIndex))
      return undefined;
    const behind = comments.filter(({ startPosition }) => startPosition.row === node.startPosition.row);
    const comment = behind[0];
    if (behind.length > 1 || (comment && !/^\/\/|^\/\*.*\*\/$/.test(comment.text))) return undefined;
    const rest = text.slice(comment?.endIndex ?? node.endIndex).split('\n', 1)[0]!;
    if (rest.trim() !== '' || (comment && comment.startIndex < node.endIndex)) return undefined;
    const doc: Node[] = [];
    for (let at = comments.length - 1; at >= 0; at--) {
      const above = comments[at]!;
      if (above.startIndex > node.startIndex) continue;
      if (above.endPosition.row !== (doc[0] ?? node).startPosition.row - 1) break;
      if (!startsLine(text, above.startIndex)) break;
      // Whose comment is it, when it is followed by several fields?
      if (!above.text.startsWith('//')) return undefined;
      doc.unshift(above);
    }
    const first = doc[0] ?? node;
    const unit: Unit = {
      field,
      node,
      doc: doc.map((line) => line.text.trimEnd()),
      comment: comment?.text.trimEnd(),
      start: first.startIndex,
      end: comment?.endIndex ?? node.endIndex,
    };
    if (text.slice(unit.start, unit.end).includes('\r\n') && !text.includes('\r\n')) return undefined;
    const mutex = /(?:^|\.)(?:RW)?Mutex$/.test(node.childForFieldName('type')?.text ?? '');
    if (mutex) blocks.push([unit], []);
    else if (blocks.length === 0 || first.startPosition.row !== row + 1) blocks.push([unit]);
    else blocks.at(-1)!.push(unit);
    row = node.endPosition.row;
  }
  // A comment above several fields without comments of their own is about all of them.
  const shared = (block: Unit[]): boolean =>
    block.some((unit, i) => unit.doc.length > 0 && block[i + 1]?.doc.length === 0);
  return blocks.some(shared) ? undefined : blocks.filter((block) => block.length > 0);
}

/** Sorting changes more than any move. */
const sortedWay = Number.MAX_SAFE_INTEGER;

/** More fields than this in a struct: pairs of moves are not tried. */
const fewFields = 16;

/**
 * The order with the smallest size: one field moved, else two, else each block sorted by alignment; of several, the one
 * with fewer pointer bytes and the shorter way. Undefined when the order is as good as any.
 */
function bestOrder(blocks: readonly Unit[][]): Unit[][] | undefined {
  const size = (order: readonly Unit[][]): Layout =>
    structLayout(order.flat().flatMap(({ field }) => field.layouts));
  const before = size(blocks);
  let best: { order: Unit[][]; layout: Layout; way: number } | undefined;
  const consider = (order: Unit[][], way: number): void => {
    const layout = size(order);
    if (layout.size >= before.size) return;
    const worse =
      best &&
      (layout.size - best.layout.size ||
        way - best.way ||
        Math.max(layout.pointers, before.pointers) - Math.max(best.layout.pointers, before.pointers));
    if (worse === undefined || worse < 0) best = { order, layout, way };
  };
  const sorted = blocks.map((block) => [...block].sort((a, b) => alignOf(b) - alignOf(a)));
  // A mutex stays where it is, so that the sorted order is not always the smallest.
  consider(sorted, sortedWay);
  const one = [...moves(blocks)];
  for (const { order, way } of one) consider(order, way);
  const least = blocks.flat().reduce((n, { field }) => field.layouts.reduce((m, f) => m + f.size, n), 0);
  const good = best && best.way < sortedWay && best.layout.size < least + before.align;
  if (best && !good && blocks.flat().length <= fewFields) {
    const far = 1000;
    for (const first of one)
      for (const second of moves(first.order)) consider(second.order, far + first.way + second.way);
  }
  return best?.order;
}

function alignOf({ field }: Unit): number {
  return field.layouts[0]!.align;
}

/** Every order with one field moved within its block, and how many fields it passes. */
function* moves(blocks: readonly Unit[][]): Generator<{ order: Unit[][]; way: number }> {
  for (const [b, block] of blocks.entries()) {
    for (let from = 0; from < block.length; from++) {
      for (let to = 0; to < block.length; to++) {
        if (from === to || to === from - 1) continue;
        const moved = block.toSpliced(from, 1).toSpliced(to, 0, block[from]!);
        yield { order: blocks.map((other, i) => (i === b ? moved : other)), way: Math.abs(to - from) };
      }
    }
  }
}

/** Each changed block is written anew, comments and tags with their fields; the columns are gofmt's. */
function editsOf(file: GoFile, blocks: readonly Unit[][], order: readonly Unit[][]): GoFix['edits'] {
  return blocks.flatMap((block, i) => {
    const changed = order[i]!;
    if (block.every((unit, at) => unit === changed[at])) return [];
    const start = block[0]!.start;
    const lines = changed.flatMap(({ doc, node, comment }) => [
      ...doc,
      comment === undefined ? node.text : `${node.text} ${comment}`,
    ]);
    const newText = lines.join(lineEnd(file.text) + indentAt(file.text, start));
    return [{ file: file.path, span: { start, end: block.at(-1)!.end }, newText }];
  });
}

/** What the compiler has to confirm: both sizes, and that nothing is written or converted by the order of the fields. */
function obligations(file: GoFile, name: string, struct: Node, before: Layout, after: Layout): Obligation[] {
  return [
    hadSize(file, name, struct, before.size),
    hasSize(name, after.size),
    {
      states: `${name} is never written without field names or converted`,
      at: struct.namedChild(0)!.startIndex + 1,
      code: '_ struct{}',
      field: true,
    },
  ];
}
