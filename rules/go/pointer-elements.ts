import type { Node } from 'web-tree-sitter';
import { allocatedTypes } from './sites/allocated-types';
import { pointerType, rewriteElements, type Collection, type PointerType } from './memory/element-uses';
import type { GoFile, GoReport, GoRule } from './rule';
import { hasSize } from './types/size-obligations';
import { enclosingDeclaration, enclosingFunction, spanOf } from './syntax/nodes';
import { layoutOf } from './types/layout';
import { isOnlyField } from './syntax/fields';
import { namesOf } from './syntax/signatures';
import { namesAround } from './syntax/names';
import { packageNames } from './syntax/package-names';
import { decided } from './sites/evidence';
import { code } from '../wording';

/** Pointers to small structs in a slice, map or channel of the package, where values would do. */
export const rule: GoRule = {
  meta: {
    id: 'go/pointer-elements',
    summary: 'a slice, map or channel of pointers to small structs that are only read',
    fix: 'suggestion',
    recipe:
      'Keep the structs themselves in the slice, map or channel, and hand out `&s[i]` where a pointer is needed',
    reports: 'allocation',
    sample: 'go/pointerelements',
  },
  check(file, report) {
    if (!file.facts || file.generated || file.path.endsWith('_test.go')) return;
    for (const [collection, type, name] of declarations(file)) {
      const found = check(collection, type, name, file);
      if (found) report(found);
    }
  },
};

/**
 * Bytes up to which values are suggested: a judgement. It follows one run of processor time on a busy machine (elements of
 * 16 to 64 bytes, 20 to 50,000 of them; not kept as a benchmark), in which slices that grew lost from 24 or 32 bytes on,
 * maps were mixed from 24 on, and a buffered channel for 20 elements lost from 24 on, for its larger buffer.
 */
function largest({ kind }: PointerType, grows: boolean): number {
  if (kind === 'map') return 32;
  return kind === 'slice' && grows ? 16 : largestOfAll;
}

const largestOfAll = 64;

/** The private collections of pointers that the file declares, with the node of the name. */
function* declarations(file: GoFile): Iterable<[Collection, PointerType, Node]> {
  const allocated = allocatedTypes(file.pkg);
  const wanted = (type: PointerType | undefined): type is PointerType =>
    type !== undefined && allocated.has(type.name) && isSmall(type.name, file);
  for (const node of file.root.descendantsOfType([
    'field_declaration',
    'var_spec',
    'short_var_declaration',
  ])) {
    if (node.type === 'field_declaration') {
      const [name, other] = namesOf(node);
      const type = pointerType(node.childForFieldName('type'));
      if (!name || other || !wanted(type) || node.childForFieldName('tag')) continue;
      if (/^(?:\p{Lu}|_$)/u.test(name.text) || !isOnlyField(file.pkg, name.text)) continue;
      yield [{ kind: 'field', name: name.text, declaration: name }, type, name];
      continue;
    }
    const spec = node.type === 'var_spec';
    const names = spec
      ? node.childrenForFieldName('name')
      : (node.childForFieldName('left')?.namedChildren ?? []);
    const name = names.length === 1 ? names[0] : undefined;
    if (name?.type !== 'identifier' || name.text === '_') continue;
    const value = node.childForFieldName(spec ? 'value' : 'right')?.namedChild(0);
    const type = pointerType((spec ? node.childForFieldName('type') : null) ?? madeType(value));
    if (!wanted(type)) continue;
    const local = enclosingFunction(name) !== undefined;
    const binding = local ? namesAround(file.root, name).resolve(name) : undefined;
    if (binding?.declaration.id === name.id) yield [{ kind: 'local', binding }, type, name];
    else if (!local && spec && !/^\p{Lu}/u.test(name.text))
      yield [{ kind: 'variable', name: name.text, declaration: name }, type, name];
  }
}

function madeType(value: Node | null | undefined): Node | null | undefined {
  if (value?.type === 'composite_literal') return value.childForFieldName('type');
  if (value?.type !== 'call_expression' || value.childForFieldName('function')?.text !== 'make')
    return undefined;
  return value.childForFieldName('arguments')?.namedChild(0);
}

function isSmall(name: string, file: GoFile): boolean {
  const named = packageNames(file.pkg).types.get(name);
  const struct = named?.spec.childForFieldName('type');
  if (!named || struct?.type !== 'struct_type' || !mayBeCopied(struct, named.file, 0)) return false;
  const layout = layoutOf(struct, named.file);
  return layout !== undefined && layout.size > 0 && layout.size <= largestOfAll;
}

/** No locks, atomics or builders, which must stay where they are, in the struct or in structs that are part of it. */
function mayBeCopied(struct: Node, file: GoFile, depth: number): boolean {
  if (depth > 4 || /\b(?:sync|atomic|Builder|Buffer)\b|no_?copy|do_?not_?copy/i.test(struct.text))
    return false;
  return struct.descendantsOfType('type_identifier').every((type) => {
    const named = packageNames(file.pkg).types.get(type.text);
    const inner = named?.spec.childForFieldName('type');
    if (!named || inner?.type !== 'struct_type' || type.parent?.type === 'pointer_type') return true;
    return mayBeCopied(inner, named.file, depth + 1);
  });
}

function check(collection: Collection, type: PointerType, name: Node, file: GoFile): GoReport | undefined {
  const rewriting = rewriteElements(collection, type, file);
  const put = rewriting?.puts[0];
  if (!rewriting || !put || rewriting.puts.some((other) => other.file !== file)) return undefined;
  const target = packageNames(file.pkg).types.get(type.name)!;
  const size = layoutOf(target.spec.childForFieldName('type')!, target.file)!.size;
  if (size > largest(type, rewriting.grows)) return undefined;
  const within = [
    ...new Map(
      rewriting.puts.flatMap(({ node }) => {
        const fn = enclosingDeclaration(node);
        return fn ? [[fn.id, spanOf(fn)]] : [];
      }),
    ).values(),
  ];
  if (within.length === 0) return undefined;
  const missing = rewriting.maybeMissing ? ', if reading a missing one need not panic' : '';
  return {
    node: put.node,
    message: `Each ${code(type.name)} in ${code(name.text)} is allocated by itself for ${size} bytes`,
    details: 'Nothing needs it to be a pointer.',
    allocation: {
      kind: put.node.type === 'call_expression' ? 'new' : 'composite literal',
      cost: 'always',
      reason: `what ${code(name.text)} points to may outlive the function, so it cannot be on the stack`,
      evidence: [decided(put.decision), { kind: 'measured sample', sample: rule.meta.sample }],
    },
    related: [
      { location: { file: file.path, span: spanOf(name) }, message: `${code(name.text)} is declared here` },
    ],
    // That nothing needs the pointer is the compiler's word, too.
    restsOn: 'its fix',
    fixes: [
      {
        title: `Keep the ${size} bytes of each ${code(type.name)} in ${code(name.text)} instead of a pointer${missing}`,
        kind: 'suggestion',
        edits: [...rewriting.edits].sort(
          (a, b) =>
            Number(b.file === file.path) - Number(a.file === file.path) || a.span.start - b.span.start,
        ),
        claim: { effect: 'removes', within, callees: ['runtime.newobject'] },
        obligations: [hasSize(type.name, size)],
      },
    ],
  };
}
