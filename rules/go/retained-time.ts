import type { Node } from 'web-tree-sitter';
import type { FileEdit } from '../model';
import { collections, type Collection } from './memory/retained-in';
import type { GoFile, GoFix, GoReport, GoRule, Obligation } from './rule';
import { hadSize, hasSize } from './types/size-obligations';
import { qualified, spanOf } from './syntax/nodes';
import { rewriteTimes } from './stdlib/time-uses';
import { fieldsOf, structLayout, type Layout } from './types/layout';
import { namesOf } from './syntax/signatures';
import { freshName, lineEnd } from './edit/layout';
import { importedAs } from './edit/imports';
import { packageNames } from './syntax/package-names';
import { code, codes } from '../wording';

/** `time.Time` as the only pointer of structs that a collection keeps: the garbage collector scans all of them for it. */
export const rule: GoRule = {
  meta: {
    id: 'go/retained-time',
    summary:
      'structs in a collection that the garbage collector scans for nothing but the location of a time.Time',
    fix: 'suggestion',
    recipe:
      'Store `UnixNano`, or seconds and nanoseconds, in place of the `time.Time`, if the wall clock in UTC will do',
    reports: 'allocation',
    sample: 'go/retainedtime',
  },
  check(file, report) {
    if (!file.facts || file.path.endsWith('_test.go')) return;
    for (const [name, { spec, file: home }] of packageNames(file.pkg).types) {
      const collection = home === file ? collections(file.pkg).get(name) : undefined;
      const struct = spec.childForFieldName('type');
      if (!collection || struct?.type !== 'struct_type' || spec.childForFieldName('type_parameters'))
        continue;
      const found = check(spec, struct, collection, file);
      if (found) report(found);
    }
  },
};

/** Seconds and nanoseconds: an int64 and an int32. */
const wallClock: Layout = { size: 16, align: 8, pointers: 0 };

function check(spec: Node, struct: Node, collection: Collection, file: GoFile): GoReport | undefined {
  const fields = fieldsOf(struct, file);
  if (!fields) return undefined;
  const times = fields.filter(({ node }) => isTime(node.childForFieldName('type'), file));
  const first = times[0];
  if (!first) return undefined;
  const before = structLayout(fields.flatMap(({ layouts }) => layouts));
  const after = structLayout(
    fields.flatMap((field) => (times.includes(field) ? field.layouts.map(() => wallClock) : field.layouts)),
  );
  // With another pointer beside the times, the collector scans the struct all the same.
  if (before.pointers === 0 || after.pointers > 0) return undefined;
  const name = spec.childForFieldName('name')!.text;
  const names = times.flatMap(({ node }) => namesOf(node).map(({ text }) => text));
  if (names.length === 0) return undefined;
  const each = codes(names);
  const fix = fixOf(file, spec, struct, names, before, after);
  return {
    node: first.node,
    message: `Every ${code(name)} in ${code(collection.name)} is scanned only for ${each}`,
    details: 'Stored as whole numbers the times would not be scanned.',
    allocation: {
      kind: collection.kind === 'map' ? 'map growth' : 'append growth',
      cost: 'unknown',
      reason: 'a `time.Time` has a pointer to its location, so memory that holds one is scanned',
      evidence: [{ kind: 'measured sample', sample: rule.meta.sample }],
    },
    related: [
      {
        location: { file: collection.put.file.path, span: spanOf(collection.put.node) },
        message: `${code(collection.name)} grows here`,
      },
    ],
    heatAt: collection.put.node,
    fixes: fix ? [fix] : [],
  };
}

function isTime(type: Node | null, file: GoFile): boolean {
  const named = type && qualified(type, file.imports);
  return named?.path === 'time' && named.name === 'Time';
}

function fixOf(
  file: GoFile,
  spec: Node,
  struct: Node,
  names: readonly string[],
  before: Layout,
  after: Layout,
): GoFix | undefined {
  const declaration = spec.parent;
  if (file.generated || declaration?.type !== 'type_declaration') return undefined;
  if (file.pkg.files.some((other) => [...other.imports.values()].some((path) => /^(?:unsafe|C)$/.test(path))))
    return undefined;
  const name = spec.childForFieldName('name')!.text;
  const base = name[0]!.toLowerCase() + name.slice(1);
  const type = freshName(file, [`${base}Time`, `${base}WallTime`]);
  const make = freshName(file, [`new${type[0]!.toUpperCase()}${type.slice(1)}`]);
  if (!file.pkg.files.every((other) => lacks(other, type) && lacks(other, make))) return undefined;
  const edits = rewriteTimes(file.pkg, struct, new Set(names), make);
  if (!edits) return undefined;
  const fieldEdits: FileEdit[] = [];
  for (const field of struct.namedChild(0)?.namedChildren ?? []) {
    const old = field.type === 'field_declaration' ? field.childForFieldName('type') : null;
    if (old && isTime(old, file)) fieldEdits.push({ file: file.path, span: spanOf(old), newText: type });
  }
  const time = importedAs(file, 'time');
  const eol = lineEnd(file.text);
  const helper = [
    '',
    '',
    `// ${type} is a time.Time without location and monotonic clock, and so without pointers.`,
    `// It counts from the zero time, so that its zero value is that of time.Time.`,
    `type ${type} struct {`,
    '\tsec  int64',
    '\tnsec int32',
    '}',
    '',
    `func ${make}(t ${time}.Time) ${type} {`,
    `\treturn ${type}{t.Unix() - ${time}.Time{}.Unix(), int32(t.Nanosecond())}`,
    '}',
    '',
    `func (t ${type}) time() ${time}.Time {`,
    `\treturn ${time}.Unix(t.sec+${time}.Time{}.Unix(), int64(t.nsec))`,
    '}',
  ].join(eol);
  const end = { start: declaration.endIndex, end: declaration.endIndex };
  const lineStart = file.text.slice(declaration.endIndex).split('\n', 1)[0]!;
  // A comment behind the declaration would be torn from it.
  if (lineStart.trim() !== '') return undefined;
  return {
    title: `Keep ${codes(names)} as seconds and nanoseconds: nothing of ${code(name)} is scanned, ${before.size} → ${after.size} bytes, if the wall clock will do`,
    kind: 'suggestion',
    edits: [...fieldEdits, { file: file.path, span: end, newText: helper }, ...edits],
    claim: { effect: 'runs less', within: [], callees: ['runtime.growslice', 'runtime.mapassign'] },
    obligations: obligations(file, name, struct, before, after),
  };
}

function lacks(file: GoFile, name: string): boolean {
  return !new RegExp(`(?<![\\p{L}\\p{N}_])${name}(?![\\p{L}\\p{N}_])`, 'u').test(file.text);
}

/** Both sizes, and that no two values are compared: times are equal with their locations, or without. */
function obligations(file: GoFile, name: string, struct: Node, before: Layout, after: Layout): Obligation[] {
  return [
    hadSize(file, name, struct, before.size),
    hasSize(name, after.size),
    {
      states: `${name} is never compared, converted, or written without field names`,
      at: struct.namedChild(0)!.startIndex + 1,
      code: '_ [0]func()',
      field: true,
    },
  ];
}
