import type { Node } from 'web-tree-sitter';
import type { FileEdit } from '../model';
import { isBuiltin } from './syntax/universe';
import { isUniverse } from './syntax/universe';
import { embeddedPool, isSyncPool, pooledGet, promotesPool } from './pools/pools';
import type { GoFile, GoFix, GoRule } from './rule';
import {
  argumentsOf,
  contains,
  enclosingFunction,
  qualified,
  spanOf,
  statementsOf,
  unparenthesised,
} from './syntax/nodes';
import { sizedPoolText } from './pools/sized-pool-text';
import { isAssigned, namesAround, occurrences } from './syntax/names';
import { freshName, lineEnd, startsLine, statementsAt } from './edit/layout';
import { canImport } from './edit/imports';
import { importedAs } from './edit/imports';
import { packageNames } from './syntax/package-names';
import { code } from '../wording';

/**
 * `if b, _ := pool.Get().([]byte); cap(b) >= n { return b[:n] }; return make([]byte, n)`: one pool for whatever size is
 * asked for. A buffer that is too small is dropped, so that few large requests among many small ones empty the pool.
 */
export const rule: GoRule = {
  meta: {
    id: 'go/sized-pool',
    summary: 'one sync.Pool for buffers of different sizes: what is too small is dropped and made anew',
    fix: 'suggestion',
    recipe: 'Keep one pool for each power of two, and take from the one that is large enough',
    reports: 'allocation',
    sample: 'go/sizedpool',
  },
  check(file, report) {
    const misfits = misfitsIn(file);
    for (const misfit of misfits) {
      const emitted = (file.facts?.emitted(misfit.make) ?? []).filter(
        ({ callee }) => callee === 'runtime.makeslice',
      );
      if (emitted.length === 0) continue;
      const fix = buildFix(file, misfit, misfits);
      const size = misfit.size.text;
      report({
        node: misfit.make,
        message: `${code(misfit.pool.text)} serves every size: a buffer smaller than ${code(size)} is dropped`,
        allocation: {
          kind: 'make',
          cost: 'conditional',
          reason: `where the buffer from ${code(misfit.pool.text)} is smaller than ${code(size)}, a new one is allocated`,
          evidence: [{ kind: 'emitted call', callee: 'runtime.makeslice', count: emitted.length }],
        },
        related: [
          {
            location: { file: file.path, span: spanOf(misfit.get) },
            message: `this buffer goes neither to the caller nor back into the pool when it is too small`,
          },
        ],
        ...(fix && { fixes: [fix] }),
      });
    }
  },
};

/** A Get whose result is dropped when it is too small. */
interface Misfit {
  readonly pool: Node;
  /** `pool.Get().([]byte)`. */
  readonly get: Node;
  readonly make: Node;
  readonly size: Node;
  /** The statements that `text` replaces. */
  readonly first: Node;
  readonly last: Node;
  /** The statement that comes, for the new pool's expression. */
  readonly text: (pool: string) => string;
}

function misfitsIn(file: GoFile): Misfit[] {
  if (![...file.imports.values()].includes('sync')) return [];
  const found: Misfit[] = [];
  for (const get of file.root.descendantsOfType('type_assertion_expression')) {
    const pooled = pooledGet(file, get);
    if (!pooled || !isBytes(file, pooled.type)) continue;
    const misfit = directReturn(file, get, pooled.pool) ?? replaced(file, get, pooled.pool);
    if (misfit) found.push(misfit);
  }
  return found;
}

function isBytes(file: GoFile, type: Node): boolean {
  const element = type.type === 'slice_type' ? type.childForFieldName('element') : undefined;
  return element?.text === 'byte' && isUniverse(file, element);
}

/** The name that the definition gives to the buffer: `b := …` or `b, _ := …`. */
function bufferOf(definition: Node | null, get: Node): Node | undefined {
  if (definition?.type !== 'short_var_declaration') return undefined;
  const right = definition.childForFieldName('right');
  const [name, ok, ...more] = definition.childForFieldName('left')?.namedChildren ?? [];
  if (right?.namedChildCount !== 1 || right.namedChild(0)?.id !== get.id || more.length > 0) return undefined;
  return name?.type === 'identifier' && (ok === undefined || ok.text === '_') ? name : undefined;
}

/** `if b, _ := pool.Get().([]byte); cap(b) >= n { return b[:n] }` and then `return make([]byte, n)`. */
function directReturn(file: GoFile, get: Node, pool: Node): Misfit | undefined {
  const definition = get.parent?.parent ?? null;
  const name = bufferOf(definition, get);
  const test = definition?.parent;
  if (!name || test?.type !== 'if_statement' || test.childForFieldName('alternative')) return undefined;
  const size = comparedSize(file, test.childForFieldName('condition'), name.text, ['>=', '<=']);
  const [inside, ...more] = statementsOf(test.childForFieldName('consequence') ?? test);
  const last = test.nextNamedSibling;
  if (!size || !inside || more.length > 0 || !last) return undefined;
  const reused = returned(inside);
  const made = returned(last);
  if (reused?.text !== `${name.text}[:${size.text}]` || !made || !isMake(file, made, size)) return undefined;
  const text = (of: string): string => `return ${of}.Get(${size.text})`;
  return { pool, get, make: made, size, first: test, last, text };
}

/** `b, _ := pool.Get().([]byte)` and then `if cap(b) < n { b = make([]byte, n) }`. */
function replaced(file: GoFile, get: Node, pool: Node): Misfit | undefined {
  const definition = get.parent?.parent ?? null;
  const name = bufferOf(definition, get);
  const test = definition?.nextNamedSibling;
  if (!definition || !name || test?.type !== 'if_statement') return undefined;
  if (test.childForFieldName('initializer') || test.childForFieldName('alternative')) return undefined;
  const size = comparedSize(file, test.childForFieldName('condition'), name.text, ['<', '>']);
  const [assignment, ...more] = statementsOf(test.childForFieldName('consequence') ?? test);
  if (!size || assignment?.type !== 'assignment_statement' || more.length > 0) return undefined;
  const made = assignment.childForFieldName('right')?.namedChild(0);
  const isPlain =
    assignment.childForFieldName('left')?.text === name.text &&
    assignment.childForFieldName('operator')?.text === '=';
  if (!isPlain || !made || !isMake(file, made, size)) return undefined;
  // Behind it the length is that of the old buffer or of the new one, so it is set, or nobody can rely on it.
  const next = test.nextNamedSibling;
  const sliced = `${name.text}[:${size.text}]`;
  const isSet = next && (next.text === `${name.text} = ${sliced}` || returned(next)?.text === sliced);
  if (!isSet) return undefined;
  const start = next.type === 'return_statement' ? 'return ' : `${name.text} := `;
  const text = (of: string): string => `${start}${of}.Get(${size.text})`;
  return { pool, get, make: made, size, first: definition, last: next, text };
}

/** n in `cap(b) < n` with the operator for this order, or `n > cap(b)` with the one for the other. */
function comparedSize(
  file: GoFile,
  condition: Node | null,
  buffer: string,
  [own, turned]: readonly [string, string],
): Node | undefined {
  if (condition?.type !== 'binary_expression') return undefined;
  const operator = condition.childForFieldName('operator')?.text;
  const left = unparenthesised(condition.childForFieldName('left')!);
  const right = unparenthesised(condition.childForFieldName('right')!);
  const isCap = (node: Node): boolean =>
    node.type === 'call_expression' && isBuiltin(file, node, 'cap') && argumentsOf(node)[0]?.text === buffer;
  const size =
    operator === own && isCap(left) ? right : operator === turned && isCap(right) ? left : undefined;
  return size && varies(file, size) ? size : undefined;
}

/** A variable, or len of one: evaluating it twice gives the same, and it is no constant. */
function varies(file: GoFile, size: Node): boolean {
  const isLength = size.type === 'call_expression' && isBuiltin(file, size, 'len');
  const name = isLength ? argumentsOf(size)[0] : size;
  if (name?.type !== 'identifier') return false;
  const binding = namesAround(file.root, name).resolve(name);
  if (binding?.kind !== 'parameter' && binding?.kind !== 'variable') return false;
  // A local that is set once from a literal is a constant by another name.
  return (
    binding.kind === 'parameter' ||
    !/^\d+$/.test(binding.declaration.parent?.parent?.childForFieldName('right')?.text ?? '')
  );
}

function returned(statement: Node): Node | undefined {
  if (statement.type !== 'return_statement') return undefined;
  const list = statement.namedChild(0);
  return list?.type === 'expression_list' && list.namedChildCount === 1 ? list.namedChild(0)! : undefined;
}

/** `make([]byte, n)`. */
function isMake(file: GoFile, node: Node, size: Node): boolean {
  const [type, length, ...more] = argumentsOf(node);
  return (
    node.type === 'call_expression' &&
    isBuiltin(file, node, 'make') &&
    type !== undefined &&
    isBytes(file, type) &&
    length?.text === size.text &&
    more.length === 0
  );
}

// The fix

/** The pool's declared type or value, and its name. */
interface Declared {
  readonly name: string;
  readonly node: Node;
  /** A pool that is embedded in this struct becomes a field of this name. */
  readonly embedded?: { readonly struct: string; readonly field: string };
}

function buildFix(file: GoFile, misfit: Misfit, all: readonly Misfit[]): GoFix | undefined {
  if (file.generated || !canImport(file, 'math/bits') || namesBits(file)) return undefined;
  const declared = declarationOf(file, misfit.pool);
  if (!declared) return undefined;
  const gets = all.filter(({ pool }) => isOf(file, declared, pool));
  const renamed = usesOf(file, declared, gets);
  if (!renamed) return undefined;
  // On one line with other code, a comment would swallow what follows.
  if (gets.some(({ first }) => !startsLine(file.text, first.startIndex))) return undefined;
  const type = freshName(file, ['sizedPool']);
  const eol = lineEnd(file.text);
  const isValue = declared.node.type === 'composite_literal';
  const edits: FileEdit[] = [
    {
      file: file.path,
      span: spanOf(declared.node),
      newText: isValue ? `${type}{}` : declared.embedded ? `${declared.embedded.field} ${type}` : type,
    },
    ...renamed,
    ...gets.map((get) => replacement(file, get, expressionOf(declared, get.pool))),
    {
      file: file.path,
      span: { start: file.text.length, end: file.text.length },
      newText:
        (file.text.endsWith('\n') ? '' : eol) +
        eol +
        sizedPoolText(type, importedAs(file, 'sync'), importedAs(file, 'math/bits')).replaceAll('\n', eol),
    },
  ];
  edits.sort((a, b) => a.span.start - b.span.start);
  const functions = new Map(
    gets.flatMap(({ get }) => enclosingFunction(get) ?? []).map((fn) => [fn.id, fn] as const),
  );
  return {
    title: `Use a pool for each size class (if nobody relies on the capacity of the buffers of ${code(declared.embedded?.struct ?? declared.name)}, and those over 16 MiB need not be kept)`,
    kind: 'suggestion',
    edits,
    imports: ['sync', 'math/bits'],
    claim: {
      effect: 'removes',
      within: [...functions.values()].map(spanOf),
      callees: ['runtime.makeslice'],
    },
  };
}

/** Something else in the file is called bits. */
function namesBits(file: GoFile): boolean {
  const local = importedAs(file, 'math/bits');
  return occurrences(file.root, file.text, local).some(
    (node) => node.type === 'identifier' && namesAround(file.root, node).resolve(node) !== undefined,
  );
}

function isOf(file: GoFile, { name, embedded }: Declared, pool: Node): boolean {
  return embedded && nameOf(pool) !== name
    ? promotesPool(file, pool, 'Get') === embedded.struct
    : nameOf(pool) === name;
}

/** `s.Pool`, or `s` that embeds it, as `s.pool`. */
function expressionOf({ name, embedded }: Declared, pool: Node): string {
  if (!embedded) return pool.text;
  const node = unparenthesised(pool);
  const owner = nameOf(pool) === name ? node.childForFieldName('operand')!.text : pool.text;
  return `${owner}.${embedded.field}`;
}

function nameOf(pool: Node): string {
  const node = unparenthesised(pool);
  return (node.type === 'selector_expression' ? node.childForFieldName('field')?.text : node.text) ?? '';
}

/**
 * `var p sync.Pool`, `var p = sync.Pool{…}` at package level, a field `p sync.Pool`, or one embedded in a struct;
 * unexported, in this file.
 */
function declarationOf(file: GoFile, pool: Node): Declared | undefined {
  const embedded = embeddedIn(file, pool);
  if (embedded) return embedded;
  const name = nameOf(pool);
  if (!/^[\p{Ll}_]/u.test(name)) return undefined;
  const node = unparenthesised(pool);
  const isPool = (type: Node | null | undefined): type is Node => {
    const found = type && qualified(type, file.imports);
    return found?.path === 'sync' && found.name === 'Pool';
  };
  if (node.type === 'identifier') {
    if (namesAround(file.root, node).resolve(node)) return undefined;
    const variable = packageNames(file.pkg).variables.get(name);
    if (!variable || variable.file !== file || variable.spec.childrenForFieldName('name').length !== 1)
      return undefined;
    const type = variable.spec.childForFieldName('type');
    const values = variable.spec.childForFieldName('value')?.namedChildren ?? [];
    if (type) return isPool(type) && values.length === 0 ? { name, node: type } : undefined;
    const value = values[0];
    if (value?.type !== 'composite_literal' || !isPool(value.childForFieldName('type'))) return undefined;
    return makesOnly(file, value) ? { name, node: value } : undefined;
  }
  const fields = [...packageNames(file.pkg).types.values()].flatMap(({ spec, file: declaring }) =>
    spec
      .descendantsOfType('field_declaration')
      .filter((field) => field.childrenForFieldName('name').some((child) => child?.text === name))
      .map((field) => ({ field, declaring })),
  );
  const [only, ...more] = fields;
  const type = only?.field.childForFieldName('type');
  return only && more.length === 0 && only.declaring === file && isPool(type)
    ? { name, node: type }
    : undefined;
}

/** `type T struct{ sync.Pool }`: of an unexported T, the only one in the package that embeds a pool, nothing else called so. */
function embeddedIn(file: GoFile, pool: Node): Declared | undefined {
  const all = [...packageNames(file.pkg).types].flatMap(([struct, { spec, file: declaring }]) => {
    const node = embeddedPool(declaring, spec);
    return node ? [{ struct, node, declaring, spec }] : [];
  });
  const [only, ...more] = all;
  if (!only || more.length > 0 || only.declaring !== file || !/^[\p{Ll}_]/u.test(only.struct))
    return undefined;
  // A pointer to a pool is set somewhere.
  if (only.node.previousSibling?.type === '*') return undefined;
  const node = unparenthesised(pool);
  const direct = node.type === 'selector_expression' && nameOf(pool) === 'Pool';
  if (!direct && promotesPool(file, pool, 'Get') !== only.struct) return undefined;
  const members = only.spec
    .descendantsOfType('field_identifier')
    .concat(packageNames(file.pkg).methods.flatMap((method) => method.node.childForFieldName('name') ?? []))
    .map(({ text }) => text);
  const field = ['pool', 'buffers', 'sized'].find((name) => !members.includes(name));
  return field === undefined
    ? undefined
    : { name: 'Pool', node: only.node, embedded: { struct: only.struct, field } };
}

/** `sync.Pool{}`, or with a New that does nothing but make a slice: no counter and no comment would be lost. */
function makesOnly(file: GoFile, literal: Node): boolean {
  if (literal.descendantsOfType('comment').length > 0) return false;
  const elements = literal.childForFieldName('body')?.namedChildren ?? [];
  return elements.every((element) => {
    const made = element.descendantsOfType('func_literal')[0];
    const body = made?.childForFieldName('body');
    const [only, ...more] = body ? statementsOf(body) : [];
    const value = only && returned(only);
    return more.length === 0 && value?.type === 'call_expression' && isBuiltin(file, value, 'make');
  });
}

/**
 * The edits of the Puts; undefined unless every mention of the pool in the package is its declaration, one of the Gets,
 * or a Put in this file.
 */
function usesOf(file: GoFile, declared: Declared, gets: readonly Misfit[]): FileEdit[] | undefined {
  const { name, embedded } = declared;
  const edits: FileEdit[] = [];
  for (const other of file.pkg.files) {
    for (const node of occurrences(other.root, other.text, name)) {
      if (/^(?:field_declaration|var_spec|qualified_type)$/.test(node.parent?.type ?? '')) continue;
      const operand = node.type === 'field_identifier' ? node.parent : node;
      if (!operand || (embedded && node.type !== 'field_identifier')) return undefined;
      if (node.type !== 'field_identifier' && namesAround(other.root, node).resolve(node)) continue;
      if (other !== file || isAssigned(operand) || !isSyncPool(file, operand)) return undefined;
      const method = operand.parent?.type === 'selector_expression' ? operand.parent : undefined;
      const called =
        method?.parent?.type === 'call_expression' ? method.childForFieldName('field')?.text : '';
      if (gets.some(({ pool }) => pool.id === operand.id)) continue;
      if (called !== 'Put') return undefined;
      if (embedded) edits.push({ file: file.path, span: spanOf(node), newText: embedded.field });
    }
    if (!embedded) continue;
    for (const call of other.root.descendantsOfType('call_expression')) {
      const method = call.childForFieldName('function');
      const operand = method?.type === 'selector_expression' ? method.childForFieldName('operand') : null;
      const called = method?.childForFieldName('field')?.text ?? '';
      if (!operand || !/^(?:Get|Put)$/.test(called)) continue;
      if (promotesPool(other, operand, called) !== embedded.struct) continue;
      if (other !== file) return undefined;
      if (gets.some(({ pool }) => pool.id === operand.id)) continue;
      if (called !== 'Put') return undefined;
      const at = operand.endIndex;
      edits.push({ file: file.path, span: { start: at, end: at }, newText: `.${embedded.field}` });
    }
  }
  return edits;
}

/** The comments of the statements that go stay in front of the one that comes. */
function replacement(file: GoFile, { first, last, text }: Misfit, pool: string): FileEdit {
  const span = { start: first.startIndex, end: last.endIndex };
  const comments = (first.parent ?? first)
    .descendantsOfType('comment')
    .filter((comment) => contains(span, spanOf(comment)))
    .map((comment) => comment.text);
  return { file: file.path, span, newText: statementsAt(file, span.start, [...comments, text(pool)]) };
}
