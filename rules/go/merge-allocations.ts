import type { Node } from 'web-tree-sitter';
import type { FileEdit } from '../model';
import type { Decision, GoFile, GoFix, GoRule } from './rule';
import {
  argumentsOf,
  contains,
  descendants,
  enclosingFunction,
  spanOf,
  topLevel,
  unparenthesised,
} from './syntax/nodes';
import {
  enclosingStatement,
  isAddressTaken,
  isAssigned,
  namesAround,
  occurrences,
  parenthesized,
  type Binding,
} from './syntax/names';
import { counterpart, initializer } from './syntax/assignments';
import { byPlace, freshName, indentAt, startsLine, statementsAt } from './edit/layout';
import { packageNames } from './syntax/package-names';
import { isShadowed } from './syntax/universe';
import { mayPanic } from './flow/effects';
import { graphAround } from './flow/functions';
import { isFailure } from './flow/loop-exits';
import { byTurns } from './flow/paths';
import { decided } from './sites/evidence';
import { code, codes } from '../wording';

/**
 * `&T{a: &A{…}, b: new(B)}`, or with a and b made in the statements before: objects that one function allocates and
 * nobody but the first is given. One struct that holds all of them is one allocation, and keeps every pointer.
 */
export const rule: GoRule = {
  meta: {
    id: 'go/merge-allocations',
    summary: 'several small objects allocated one by one of which one holds the others',
    fix: 'suggestion',
    recipe:
      'Declare one struct that holds all the objects as values, allocate that, and take the addresses of its fields',
    reports: 'hot only',
    sample: 'go/mergeallocations',
  },
  check(file, report) {
    if (!file.facts) return;
    for (const literal of file.root.descendantsOfType('unary_expression')) {
      const group = groupOf(file, literal);
      if (!group) continue;
      const count = group.parts.length + 1;
      const others = codes(group.parts.map(({ type }) => type));
      const fix = file.generated ? undefined : buildFix(file, group);
      report({
        node: literal,
        message: `${code(group.type)} takes ${count} allocations where one can hold all`,
        details: `${others} ${group.parts.length === 1 ? 'is' : 'are'} allocated by themselves and given to ${code(group.type)} only: one object can hold all.`,
        allocation: {
          kind: 'composite literal',
          cost: 'always',
          reason: `each of the ${count} goes to the heap by itself`,
          evidence: [group.decision, ...group.parts.map(({ decision }) => decision)].map(decided),
        },
        related: group.parts.map(({ made, field, type }) => ({
          location: { file: file.path, span: spanOf(made) },
          message: `the ${code(type)} for ${code(field)} is allocated here`,
        })),
        ...(fix && { fixes: [fix] }),
      });
    }
  },
};

/** An object that the outer one is given and nobody else. */
interface Part {
  readonly field: string;
  readonly type: string;
  /** `&A{…}`, `new(A)`. */
  readonly made: Node;
  /** `A{…}` when it is not empty. */
  readonly content: Node | undefined;
  /** The statement `a := &A{…}`; undefined when it is made in the outer literal. */
  readonly statement: Node | undefined;
  readonly decision: Decision;
}

interface Group {
  readonly type: string;
  /** `&T{…}` and `T{…}`. */
  readonly outer: Node;
  readonly literal: Node;
  readonly statement: Node;
  readonly parts: readonly Part[];
  readonly decision: Decision;
}

/** Fewer do not make up for the trade. */
const fewest = 2;

function groupOf(file: GoFile, outer: Node): Group | undefined {
  const made = madeObject(file, outer);
  const literal = made?.content;
  const statement = literal && enclosingStatement(outer);
  if (!made || !literal || !statement || !isWhole(outer, statement)) return undefined;
  const parts: Part[] = [];
  for (const element of literal.childForFieldName('body')?.namedChildren ?? []) {
    if (element.type === 'comment') continue;
    if (element.type !== 'keyed_element') return undefined;
    const field = element.firstNamedChild?.text ?? '';
    const value = element.lastNamedChild?.firstNamedChild;
    const part = value && partOf(file, field, unparenthesised(value), statement, literal);
    if (part) parts.push(part);
  }
  const names = new Set(parts.map(({ field }) => field));
  if (parts.length < fewest || names.size < parts.length) return undefined;
  if (parts.some(({ field }) => livesApart(file, field))) return undefined;
  const decision = heap(file, outer);
  // As many allocations as there are objects: one without a size needs none.
  const calls = file.facts!.emitted(outer).filter(({ callee }) => callee === 'runtime.newobject');
  if (calls.length <= parts.filter((part) => !part.statement).length) return undefined;
  return decision && { type: made.type, outer, literal, statement, parts, decision };
}

/**
 * Somewhere in the package `x.in = …`, and the object need not live as long as the one that holds it; or `y.in = x.in`,
 * `pool.Put(x.in)`, `ch <- x.in`, and it may live longer.
 */
function livesApart(file: GoFile, field: string): boolean {
  return file.pkg.files.some((other) =>
    occurrences(other.root, other.text, field).some((node) => {
      const selector = node.type === 'field_identifier' ? node.parent : null;
      if (selector?.type !== 'selector_expression') return false;
      return isAssigned(selector) || isAddressTaken(selector) || isKeptElsewhere(selector, other);
    }),
  );
}

/** The value goes into a field, an element, a variable of the package, a channel or a pool. */
function isKeptElsewhere(value: Node, file: GoFile): boolean {
  const outer = parenthesized(value);
  switch (outer.parent?.type) {
    case 'literal_element':
    case 'send_statement':
      return true;
    case 'argument_list': {
      const callee = outer.parent.parent?.childForFieldName('function');
      return /^(?:append|Put|Store|Swap)$/.test((callee?.childForFieldName('field') ?? callee)?.text ?? '');
    }
    case 'expression_list': {
      const target = counterpart(outer);
      return target !== undefined && target.text !== '_' && !namesAround(file.root, target).resolve(target);
    }
    default:
      return false;
  }
}

/** `return &T{…}` (with more that calls nothing), `t := &T{…}`: nothing of the statement runs before. */
function isWhole(outer: Node, statement: Node): boolean {
  const list = parenthesized(outer).parent;
  if (list?.type !== 'expression_list' || statement.parent?.type !== 'statement_list') return false;
  if (statement.type === 'return_statement')
    return list.namedChildren.every((value) => contains(spanOf(value), spanOf(outer)) || !runs(value));
  return statement.type === 'short_var_declaration' && list.namedChildCount === 1;
}

function partOf(file: GoFile, field: string, value: Node, statement: Node, literal: Node): Part | undefined {
  if (value.type !== 'identifier') {
    const made = madeObject(file, value);
    const decision = made && heap(file, value);
    return (
      made &&
      decision && {
        field,
        type: made.type,
        made: value,
        content: filled(made.content),
        statement: undefined,
        decision,
      }
    );
  }
  const variable = namesAround(file.root, value).resolve(value);
  const start = variable?.kind === 'variable' ? initializer(variable) : undefined;
  const made = start && madeObject(file, start);
  const declared = made && enclosingStatement(start);
  if (!variable || !made || declared?.type !== 'short_var_declaration') return undefined;
  if (declared.childForFieldName('right')?.namedChildCount !== 1) return undefined;
  if (!comeTogether(file, declared, statement)) return undefined;
  if (!isOnlyFilled(variable, value, literal)) return undefined;
  const decision = heap(file, start);
  return (
    decision && {
      field,
      type: made.type,
      made: start,
      content: filled(made.content),
      statement: declared,
      decision,
    }
  );
}

/** `&T{…}` or `new(T)` of a struct that this package declares, without type parameters. */
function madeObject(
  file: GoFile,
  expression: Node,
): { readonly type: string; readonly content: Node | undefined } | undefined {
  let type: Node | null | undefined;
  let content: Node | undefined;
  if (expression.type === 'unary_expression' && expression.childForFieldName('operator')?.text === '&') {
    const operand = expression.childForFieldName('operand');
    content = operand?.type === 'composite_literal' ? operand : undefined;
    type = content?.childForFieldName('type');
  } else if (
    expression.type === 'call_expression' &&
    expression.childForFieldName('function')?.text === 'new'
  ) {
    type = isShadowed('new', expression, file) ? undefined : argumentsOf(expression)[0];
  }
  if (type?.type !== 'type_identifier' && type?.type !== 'identifier') return undefined;
  const declared = packageNames(file.pkg).types.get(type.text);
  const isStruct =
    declared?.spec.type === 'type_spec' &&
    declared.spec.childForFieldName('type')?.type === 'struct_type' &&
    !declared.spec.childForFieldName('type_parameters') &&
    // Nothing is allocated for a struct without fields.
    declared.spec.descendantsOfType('field_declaration').length > 0;
  return isStruct ? { type: type.text, content } : undefined;
}

/** The literal when it says more than the zero value. */
function filled(content: Node | undefined): Node | undefined {
  return (content?.childForFieldName('body')?.namedChildCount ?? 0) > 0 ? content : undefined;
}

function heap(file: GoFile, expression: Node): Decision | undefined {
  const decision = file.facts?.decision(expression);
  if (decision?.outcome !== 'heap' || decision.free || decision.reason !== undefined) return undefined;
  const emitted = file.facts!.emitted(expression);
  return emitted.some(({ callee }) => callee === 'runtime.newobject') ? decision : undefined;
}

/** Fields are read and written; as a value the variable stands in the literal only. */
function isOnlyFilled(variable: Binding, value: Node, literal: Node): boolean {
  return variable.uses.every(({ node, owner }) => {
    if (owner.id !== variable.owner.id || isAssigned(node)) return false;
    if (contains(spanOf(literal), spanOf(node))) return node.id === value.id || isKey(node);
    const selector = node.parent?.type === 'selector_expression' ? node.parent : undefined;
    const outer = selector && parenthesized(selector).parent;
    return (
      selector !== undefined &&
      !(outer?.type === 'call_expression' && outer.childForFieldName('function')?.id === selector.id) &&
      !(outer?.type === 'unary_expression' && outer.childForFieldName('operator')?.text === '&')
    );
  });
}

/** `in:` in `T{in: in}` names the field. */
function isKey(node: Node): boolean {
  const element = node.parent?.type === 'literal_element' ? node.parent : node;
  return element.parent?.type === 'keyed_element' && element.parent.firstNamedChild?.id === element.id;
}

/** In one block, and neither without the other unless something fails in between. */
function comeTogether(file: GoFile, first: Node, last: Node): boolean {
  const graph = graphAround(file, first);
  return (
    first.parent?.id === last.parent?.id &&
    graph !== undefined &&
    byTurns(graph, first, last, (edge) => isFailure(file, edge))
  );
}

/** The expression calls something, or waits: its place among others can be seen. */
function runs(expression: Node): boolean {
  return [...descendants(expression)].some((node) => {
    if (node.type === 'call_expression')
      return !/^(?:new|make|len|cap)$/.test(node.childForFieldName('function')?.text ?? '');
    return node.type === 'unary_expression' && node.childForFieldName('operator')?.text === '<-';
  });
}

/** At two places of the expression, so that their order decides which panic comes. */
function mayFailTwice(file: GoFile, expression: Node): boolean {
  return [...descendants(expression)].filter((node) => mayPanic(file, node)).length > 1;
}

/** Words of the package after which a pointer into the middle of an object is not as good as one to its start. */
const needsOwnObject =
  /\b(?:SetFinalizer|AddCleanup|weak\.Make)\b|\batomic\.(?:Add|And|CompareAndSwap|Load|Or|Store|Swap)(?:Int|Uint)64\b/;

function buildFix(file: GoFile, group: Group): GoFix | undefined {
  const { outer, literal, statement, parts, type } = group;
  if (file.pkg.files.some(({ text }) => needsOwnObject.test(text))) return undefined;
  const inside = parts.filter((part) => !part.statement);
  // What is made in the literal is filled before it: nobody must see the order, nor which of two failures is the first.
  if (inside.some(({ content }) => content) && (runs(literal) || mayFailTwice(file, literal)))
    return undefined;
  const fn = enclosingFunction(outer);
  const all = [...parts.flatMap((part) => part.statement ?? []), statement];
  const first = all.reduce((a, b) => (a.startIndex < b.startIndex ? a : b));
  // Moved lines are indented anew: not the lines of a string.
  const isRaw = [...descendants(literal)].some(({ type: kind }) => kind === 'raw_string_literal');
  if (!fn || isRaw || all.some(({ startIndex }) => !startsLine(file.text, startIndex))) return undefined;
  if (shadowsTypes(file, group, first)) return undefined;

  const holder = freshName(file, ['merged', 'together'], { within: topLevel(outer) });
  const whole = ['whole', 'outer', 'holder'].find((name) => !parts.some(({ field }) => field === name))!;
  const fields = [{ field: whole, type }, ...parts];
  const lines = fields.map(({ field, type }) => `\t${field} ${type}`);
  const declaration = `${holder} := new(struct {\n${lines.join('\n')}\n})`;
  const edits: FileEdit[] = [];
  const before = new Map<number, string[]>([[first.startIndex, [declaration]]]);
  const put = (at: Node, line: string): void => {
    before.set(at.startIndex, [...(before.get(at.startIndex) ?? []), line]);
  };
  const replace = (node: Node, newText: string): void => {
    edits.push({ file: file.path, span: spanOf(node), newText });
  };
  for (const { field, content, made, statement: own } of parts) {
    if (content) put(own ?? statement, `${holder}.${field} = ${outdented(file, content)}`);
    if (own) replace(made, `&${holder}.${field}`);
  }
  const text = inside
    .toReversed()
    .reduce(
      (text, { made, field }) =>
        text.slice(0, made.startIndex - literal.startIndex) +
        `&${holder}.${field}` +
        text.slice(made.endIndex - literal.startIndex),
      literal.text,
    );
  put(statement, `${holder}.${whole} = ${outdented(file, literal, text)}`);
  replace(outer, `&${holder}.${whole}`);
  for (const [at, statements] of before)
    edits.push({
      file: file.path,
      span: { start: at, end: at },
      newText: statementsAt(file, at, [...statements, '']),
    });
  return {
    title: `Allocate ${codes([type, ...parts.map((part) => part.type)])} as one object (if they die together: each keeps all of them)`,
    kind: 'suggestion',
    edits: edits.sort(byPlace),
    claim: { effect: 'removes', within: [spanOf(fn)], callees: ['runtime.newobject'] },
  };
}

/** A local of the function is called like one of the types. */
function shadowsTypes(file: GoFile, { type, parts }: Group, at: Node): boolean {
  const types = new Set([type, ...parts.map((part) => part.type)]);
  return namesAround(file.root, at).bindings.some(({ name }) => types.has(name));
}

/** The text with its later lines relative to the indentation of its first. */
function outdented(file: GoFile, node: Node, text = node.text): string {
  const indent = indentAt(file.text, node.startIndex);
  return text.replaceAll('\r\n', '\n').replaceAll(`\n${indent}`, '\n');
}
