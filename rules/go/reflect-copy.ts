import type { Node } from 'web-tree-sitter';
import { isLookedInto } from './memory/map-uses';
import type { FileEdit } from '../model';
import { canImportAt, importedAs } from './edit/imports';
import { byPlace, freshName, indentAt, lineEnd } from './edit/layout';
import type { GoFile, GoFix, GoReport, GoRule } from './rule';
import { initializer } from './syntax/assignments';
import { isAddressTaken, isAssigned, namesAround } from './syntax/names';
import {
  argumentsOf,
  contains,
  enclosingFunction,
  spanOf,
  statementsOf,
  topLevel,
  unparenthesised,
} from './syntax/nodes';
import { importedFunction } from './syntax/universe';
import { atLeast } from './syntax/version';
import { underlying } from './types/declared-types';
import type { TypeKind } from './types/go-type';
import { checked, typeOf } from './types/types';
import { code } from '../wording';

/** Values that reflection copies to the heap only to be looked at. */
export const rule: GoRule = {
  meta: {
    id: 'go/reflect-copy',
    summary: 'a value or a list of keys that reflection copies to the heap only to be looked at',
    fix: 'suggestion',
    recipe:
      'Ask the `reflect.Value` itself: `Kind`, `Type`, `Int`, `String`, `MapRange`, and from Go 1.25 `reflect.TypeAssert` make no copy',
    reports: 'hot only',
    sample: 'go/reflectcopy',
  },
  check(file, report) {
    if (!file.facts || file.path.endsWith('_test.go')) return;
    for (const node of file.root.descendantsOfType([
      'type_assertion_expression',
      'type_switch_statement',
      'range_clause',
    ])) {
      const found =
        node.type === 'range_clause'
          ? keysListed(file, node)
          : node.type === 'type_switch_statement'
            ? switchedOn(file, node)
            : asserted(file, node);
      if (found) report(found);
    }
  },
};

/** What is left of `reflect.Value.Interface` when it is inlined (reflect/value.go). */
const interfaceCall = 'reflect.valueInterface';

const keysCall = 'reflect.Value.MapKeys';

const whenCopied =
  'Interface puts a copy of the value on the heap when it can be addressed, as fields and elements can, and is no pointer';

/** `v.Interface().(T)` */
function asserted(file: GoFile, assertion: Node): GoReport | undefined {
  const operand = assertion.childForFieldName('operand');
  const type = assertion.childForFieldName('type');
  const call = operand && interfaceOf(file, operand);
  const kind = type ? kindOf(type, file) : undefined;
  if (!call || !type || kind === undefined || isHeldAsIs(kind)) return undefined;
  if (kind === 'interface')
    return {
      ...copyReport(call, `${code(call.text)} copies an addressable value to ask for ${code(type.text)}`),
      noFix: `${code(`${valueIn(call).text}.Type().Implements`)} tells without a copy whether it holds`,
    };
  const withheld = !takesTwo(assertion)
    ? '`reflect.TypeAssert` says false where this assertion panics'
    : !atLeast(file.pkg.language, 1, 25)
      ? '`reflect.TypeAssert` came with Go 1.25, and go.mod names an older version'
      : undefined;
  const fix = withheld === undefined ? typeAssert(file, assertion, call, type) : undefined;
  return {
    ...copyReport(
      call,
      `${code(call.text)} copies an addressable value for the assertion to ${code(type.text)}`,
    ),
    ...(fix && { fixes: [fix], restsOn: 'its fix' }),
    noFix: withheld,
  };
}

function typeAssert(file: GoFile, assertion: Node, call: Node, type: Node): GoFix | undefined {
  const fn = enclosingFunction(assertion);
  if (file.generated || !fn || !canImportAt(file, 'reflect', assertion)) return undefined;
  if (assertion.descendantsOfType('comment').length > 0) return undefined;
  const newText = `${importedAs(file, 'reflect')}.TypeAssert[${type.text}](${valueIn(call).text})`;
  return {
    title: `Use ${code('reflect.TypeAssert')} (if nobody reads the texts of reflect’s panics)`,
    kind: 'suggestion',
    edits: [{ file: file.path, span: spanOf(assertion), newText }],
    imports: ['reflect'],
    claim: { effect: 'removes', within: [spanOf(fn)], callees: [interfaceCall] },
  };
}

/** `switch x := v.Interface().(type)` */
function switchedOn(file: GoFile, statement: Node): GoReport | undefined {
  const value = statement.childForFieldName('value');
  const call = value && interfaceOf(file, value);
  if (!call) return undefined;
  return {
    ...copyReport(call, `${code(call.text)} copies an addressable value for the type switch`),
    noFix: 'which of its types the value has, `Type` or `Kind` tell without a copy',
  };
}

function copyReport(call: Node, message: string): GoReport {
  return {
    node: call,
    message,
    allocation: {
      kind: 'call',
      cost: 'conditional',
      reason: whenCopied,
      evidence: [
        { kind: 'emitted call', callee: interfaceCall, count: 1 },
        { kind: 'measured sample', sample: rule.meta.sample },
      ],
    },
  };
}

/** `for _, key := range v.MapKeys()` */
function keysListed(file: GoFile, clause: Node): GoReport | undefined {
  const right = clause.childForFieldName('right');
  const call = right && unparenthesised(right);
  if (!call || methodOfValue(file, call) !== 'MapKeys') return undefined;
  if (!file.facts?.emitted(call).some(({ callee }) => callee === keysCall)) return undefined;
  const fix = mapRange(file, clause, call);
  return {
    node: call,
    message: `${code(call.text)} makes a slice of all keys for the loop`,
    allocation: {
      kind: 'call',
      cost: 'always',
      reason: 'a `reflect.Value` of 24 bytes is kept for each key until the loop has gone through them',
      evidence: [
        { kind: 'emitted call', callee: keysCall, count: 1 },
        { kind: 'measured sample', sample: rule.meta.sample },
      ],
    },
    ...(fix && { fixes: [fix] }),
  };
}

function mapRange(file: GoFile, clause: Node, call: Node): GoFix | undefined {
  const loop = clause.parent;
  const body = loop?.childForFieldName('body');
  const [blank, key, ...rest] = clause.childForFieldName('left')?.namedChildren ?? [];
  const [first] = body ? statementsOf(body) : [];
  const fn = loop && enclosingFunction(loop);
  if (file.generated || !loop || !body || !key || !first || !fn || rest.length > 0) return undefined;
  const binding = namesAround(file.root, key).resolve(key);
  // With `=` the variable is another's; a body on the loop's line has no line for the key.
  if (blank?.text !== '_' || binding?.declaration.id !== key.id) return undefined;
  // Before Go 1.22 all iterations share the variable.
  const isShared = binding.uses.some(({ node, owner }) => owner.id !== fn.id || isAddressTaken(node));
  if (isShared && !atLeast(file.pkg.language, 1, 22)) return undefined;
  if (body.startPosition.row === first.startPosition.row) return undefined;
  if (clause.descendantsOfType('comment').length > 0) return undefined;
  const map = valueIn(call);
  const iterator = freshName(file, ['iter', `${key.text}s`], { within: topLevel(fn) });
  const { path, text } = file;
  const edits: FileEdit[] = [
    {
      file: path,
      span: spanOf(clause),
      newText: `${iterator} := ${map.text}.MapRange(); ${iterator}.Next(); `,
    },
    {
      file: path,
      span: { start: first.startIndex, end: first.startIndex },
      newText: `${key.text} := ${iterator}.Key()${lineEnd(text)}${indentAt(text, first.startIndex)}`,
    },
  ];
  // The iterator stands at the value, too, while the loop gives neither name another value.
  const variable = map.type === 'identifier' ? namesAround(file.root, map).resolve(map) : undefined;
  const isSame =
    variable !== undefined &&
    binding.uses.every(({ node }) => !isAssigned(node)) &&
    variable.uses.every(
      ({ node, owner }) =>
        !isAddressTaken(node) &&
        !(isAssigned(node) && (owner.id !== fn.id || contains(spanOf(loop), spanOf(node)))),
    );
  for (const { node, owner } of binding.uses) {
    const lookup = node.parent?.parent;
    // A function literal may run when the iterator is somewhere else.
    if (!isSame || owner.id !== fn.id || lookup?.type !== 'call_expression') continue;
    if (lookup.childForFieldName('function')?.text === `${map.text}.MapIndex`)
      edits.push({ file: path, span: spanOf(lookup), newText: `${iterator}.Value()` });
  }
  // Where the key is only looked up, nobody asks for it.
  if (edits.length - 2 === binding.uses.length) edits.splice(1, 1);
  return {
    title: `Use ${code('MapRange')} (if ${code(map.text)} is a map, which the loop does not change)`,
    kind: 'suggestion',
    edits: edits.sort(byPlace),
    claim: { effect: 'removes', within: [spanOf(fn)], callees: [keysCall] },
  };
}

/** The call, if the expression is `v.Interface()` of a reflect.Value that the compiler emits. */
function interfaceOf(file: GoFile, expression: Node): Node | undefined {
  const call = unparenthesised(expression);
  if (methodOfValue(file, call) !== 'Interface' || !file.facts?.inlined(call)) return undefined;
  if (isUnaddressed(file, valueIn(call))) return undefined;
  const inFunction = file.facts.emittedFor(topLevel(call));
  return inFunction.some(({ callee }) => callee === interfaceCall) ? call : undefined;
}

/**
 * What it is was made for the reflect.Value, so that nothing has to be copied: reflect.ValueOf, what comes out of a map, results of a call
 * (reflect/value.go: neither has flagAddr).
 */
function isUnaddressed(file: GoFile, value: Node): boolean {
  const node = unparenthesised(value);
  if (node.type === 'index_expression') return isListOfResults(file, node.childForFieldName('operand')!);
  if (node.type === 'identifier') {
    const binding = namesAround(file.root, node).resolve(node);
    if (!binding || binding.uses.some((use) => isAssigned(use.node))) return false;
    const start = initializer(binding);
    const clause = binding.declaration.parent?.parent;
    if (!start && clause?.type === 'range_clause') {
      const ranged = clause.childForFieldName('right')!;
      return isListOfResults(file, ranged) || isMapOfUnaddressed(file, ranged);
    }
    return start !== undefined && isUnaddressed(file, start);
  }
  const callee = node.type === 'call_expression' ? node.childForFieldName('function') : undefined;
  if (!callee) return false;
  if (importedFunction(file, callee) === 'reflect.ValueOf') return true;
  return (
    callee.type === 'selector_expression' &&
    /^(?:MapIndex|Key|Value)$/.test(callee.childForFieldName('field')?.text ?? '')
  );
}

/** A map of the function whose keys all are such values: of a range over it the value is none. */
function isMapOfUnaddressed(file: GoFile, ranged: Node): boolean {
  const map = unparenthesised(ranged);
  const binding = map.type === 'identifier' ? namesAround(file.root, map).resolve(map) : undefined;
  const start = binding && initializer(binding);
  if (!start || argumentsOf(start).length === 0 || !/^make\(map\[/.test(start.text)) return false;
  const keys = binding.uses.flatMap(({ node }) => {
    const element = node.parent;
    return element?.type === 'index_expression' && isAssigned(element)
      ? [element.childForFieldName('index')!]
      : [];
  });
  // A map that is handed on may get other keys there.
  const isHandedOn = binding.uses.some(({ node }) => isAssigned(node) || !isLookedInto(node));
  return keys.length > 0 && !isHandedOn && keys.every((key) => isUnaddressed(file, key));
}

/** `v.Call(args)`, `v.MapKeys()`, a parameter: slices of such values. */
function isListOfResults(file: GoFile, list: Node): boolean {
  const node = unparenthesised(list);
  const binding = node.type === 'identifier' ? namesAround(file.root, node).resolve(node) : undefined;
  if (binding) {
    const start = initializer(binding);
    // Who is handed such a list has results or arguments of a call.
    if (binding.declaration.parent?.type === 'parameter_declaration') return true;
    return (
      start !== undefined && !binding.uses.some((use) => isAssigned(use.node)) && isListOfResults(file, start)
    );
  }
  const field = node.type === 'call_expression' ? node.childForFieldName('function') : undefined;
  return /^(?:Call|CallSlice|MapKeys)$/.test(field?.childForFieldName('field')?.text ?? '');
}

/** The name of the method that is called without arguments on a reflect.Value. */
function methodOfValue(file: GoFile, call: Node): string | undefined {
  if (call.type !== 'call_expression' || argumentsOf(call).length > 0) return undefined;
  const callee = call.childForFieldName('function');
  if (callee?.type !== 'selector_expression') return undefined;
  const named = typeOf(valueIn(call), file)?.named;
  if (named?.path !== 'reflect' || named.name !== 'Value') return undefined;
  return callee.childForFieldName('field')?.text;
}

function valueIn(call: Node): Node {
  return call.childForFieldName('function')!.childForFieldName('operand')!;
}

function kindOf(type: Node, file: GoFile): TypeKind | undefined {
  const spelled = underlying(type, file, 0);
  if (spelled?.kind === 'basic') return /^(?:error|any)$/.test(spelled.name) ? 'interface' : 'basic';
  return checked(type, file)?.type.kind ?? spelled?.kind;
}

/** An interface holds it without a copy, or nobody knows what it is. */
function isHeldAsIs(kind: TypeKind): boolean {
  return /^(?:pointer|map|channel|function|parameter)$/.test(kind);
}

/** `x, ok := …`: the assertion says whether it holds. */
function takesTwo(assertion: Node): boolean {
  const list = assertion.parent;
  const owner = list?.type === 'expression_list' ? list.parent : list;
  if (!owner) return false;
  if (owner.type === 'var_spec') return owner.childrenForFieldName('name').length === 2;
  return (
    /^(?:short_var_declaration|assignment_statement)$/.test(owner.type) &&
    list?.namedChildCount === 1 &&
    owner.childForFieldName('left')?.namedChildCount === 2
  );
}
