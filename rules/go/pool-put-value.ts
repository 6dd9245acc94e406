import type { Node } from 'web-tree-sitter';
import type { FileEdit } from '../model';
import { lifeOf } from './pool-flow';
import { pooledGet, pooledPut } from './pools';
import type { GoFile, GoFix, GoRule } from './rule';
import {
  descendants,
  enclosingDeclaration,
  enclosingFunction,
  spanOf,
  statementsOf,
  unparenthesised,
} from './syntax';
import {
  enclosingLoop,
  enclosingStatement,
  initializer,
  isAssigned,
  namesAround,
  occurrences,
  type Binding,
} from './uses';
import { freshName, packageNames, statementsAt } from './writing';

export const rule: GoRule = {
  meta: {
    id: 'go/pool-put-value',
    summary: 'pool.Put(slice), of a string or struct by value: each Put allocates the box for the interface',
    fix: 'safe',
    reports: 'allocation',
    sample: 'go/poolputvalue',
  },
  check(file, report) {
    if (!file.facts || !file.text.includes('Put(')) return;
    const fixes = new Map<string, GoFix | undefined>();
    for (const call of file.root.descendantsOfType('call_expression')) {
      const put = pooledPut(file, call);
      const boxed = put && boxingOf(file, call, put.value);
      if (!put || !boxed) continue;
      const name = put.pool.text;
      if (!fixes.has(name)) fixes.set(name, file.generated ? undefined : buildFix(file, put.pool));
      const fix = fixes.get(name);
      const kind = kindOf(file, put.value, boxed.callee);
      report({
        node: put.value,
        message: `${put.value.text} is put by value: each ${name}.Put allocates ${kind} for the interface that the pool stores`,
        allocation: {
          kind: 'interface conversion',
          cost: 'always',
          reason: `only pointers fit into an interface without an allocation`,
          evidence: [
            ...(boxed.decision ? [{ kind: 'compiler decision', text: boxed.decision } as const] : []),
            { kind: 'emitted call', callee: boxed.callee, count: 1 },
          ],
        },
        ...(fix && { fixes: [fix] }),
      });
    }
  },
};

/** The compiler boxes the argument: it says so, and calls convT… on this line. */
function boxingOf(
  file: GoFile,
  call: Node,
  value: Node,
): { callee: string; decision: string | undefined } | undefined {
  const decision = file.facts!.decision(value);
  if (!decision || decision.outcome !== 'heap' || decision.free || decision.subject !== 'expression')
    return undefined;
  // An allocation that the argument itself makes, such as &T{} or new(T), is no box.
  if (/^(?:unary_expression|composite_literal|func_literal)$/.test(unparenthesised(value).type))
    return undefined;
  const emitted = file.facts!.emitted(call);
  const found = emitted.find(({ callee }) => /^runtime\.convT/.test(callee));
  if (!found || !emitted.some(({ callee }) => callee === 'sync.(*Pool).Put')) return undefined;
  return { callee: found.callee, decision: `${decision.text} escapes to heap` };
}

function kindOf(file: GoFile, value: Node, callee: string): string {
  if (callee === 'runtime.convTslice') return 'a slice header';
  if (callee === 'runtime.convTstring') return 'a string header';
  const node = unparenthesised(value);
  const binding = node.type === 'identifier' ? namesAround(file.root, node).resolve(node) : undefined;
  const start = binding && initializer(binding);
  const got = start && pooledGet(file, start);
  if (got) return `a copy of the ${got.type.text}`;
  return 'a copy';
}

interface Get {
  readonly variable: Binding;
  readonly statement: Node;
  readonly expression: Node;
  readonly type: Node;
}

/** Pointers instead of values, at New, every Get and every Put: all of them must be in this file and understood. */
function buildFix(file: GoFile, pool: Node): GoFix | undefined {
  if (pool.type !== 'identifier' || namesAround(file.root, pool).resolve(pool)) return undefined;
  const variable = packageNames(file.pkg).variables.get(pool.text);
  // Another package could get and put, too.
  if (!variable || variable.file !== file || /^\p{Lu}/u.test(pool.text)) return undefined;
  const gets: Get[] = [];
  const puts: { call: Node; value: Node }[] = [];
  for (const other of file.pkg.files) {
    for (const node of occurrences(other.root, other.text, pool.text)) {
      if (node.type !== 'identifier' || namesAround(other.root, node).resolve(node)) continue;
      if (node.parent?.id === variable.spec.id) continue;
      if (other !== file) return undefined;
      const call = node.parent?.type === 'selector_expression' ? node.parent.parent : null;
      if (call?.type !== 'call_expression') return undefined;
      const put = pooledPut(file, call);
      if (put) puts.push({ call, value: put.value });
      else {
        const get = getAt(file, call);
        if (!get) return undefined;
        gets.push(get);
      }
    }
  }
  const type = gets[0]?.type.text;
  if (type === undefined || gets.some((get) => get.type.text !== type)) return undefined;
  if (gets[0]!.type.type === 'pointer_type') return undefined;
  const made = newEdits(file, variable.spec);
  if (!made) return undefined;
  const { edits } = made;
  const pointers = new Map<Binding, string>();
  for (const { variable: held, statement, expression, type: asserted } of gets) {
    const pointer = freshName(file, [`${held.name}p`, `${held.name}Ptr`]);
    pointers.set(held, pointer);
    const got =
      expression.text.slice(0, asserted.startIndex - expression.startIndex) +
      '*' +
      expression.text.slice(asserted.startIndex - expression.startIndex);
    edits.push(
      insert(
        file,
        statement.startIndex,
        statementsAt(file, statement.startIndex, [`${pointer} := ${got}`, '']),
      ),
      replace(file, expression, `*${pointer}`),
    );
  }
  for (const { call, value } of puts) {
    const held = rootOf(file, value);
    const pointer = held && pointers.get(held);
    const get = gets.find((one) => one.variable === held);
    if (!held || pointer === undefined || !get) return undefined;
    const life = lifeOf(file, {
      binding: held,
      type: get.type,
      typeFile: file,
      got: { type: get.type, file, from: pool.text, pool, by: undefined },
    });
    if (!life || life.misuses.length > 0) return undefined;
    if (
      enclosingFunction(call)?.id === held.owner.id &&
      enclosingLoop(call)?.id !== enclosingLoop(get.statement)?.id
    )
      return undefined;
    const written = putEdits(file, call, value, held, pointer);
    if (!written) return undefined;
    edits.push(...written);
  }
  const within = [
    ...new Map(
      puts.flatMap(({ call }) => enclosingDeclaration(call) ?? []).map((fn) => [fn.id, fn]),
    ).values(),
  ];
  const callees = new Set(
    puts
      .flatMap(({ call }) => file.facts!.emitted(call))
      .map(({ callee }) => callee)
      .filter((callee) => /^runtime\.convT/.test(callee)),
  );
  return {
    title: `Keep pointers in ${pool.text}: change New, every Get and every Put`,
    kind: 'safe',
    edits: [...edits].sort((a, b) => a.span.start - b.span.start || a.span.end - b.span.end),
    claim: { effect: 'removes', within: within.map(spanOf), callees: [...callees] },
    obligations: [
      {
        states: `New gives a ${type} and not an interface that holds one`,
        at: made.statement.startIndex,
        code: `{ var _ ${type} = ${made.result.text} }`,
      },
    ],
  };
}

/** `v := pool.Get().(T)`, alone in its statement. */
function getAt(file: GoFile, call: Node): Get | undefined {
  let expression = call;
  while (expression.parent && /^(?:type_assertion|parenthesized)_expression$/.test(expression.parent.type))
    expression = expression.parent;
  const got = pooledGet(file, expression);
  const list = expression.parent;
  const statement = list?.parent;
  if (!got || statement?.type !== 'short_var_declaration' || statement.parent?.type !== 'statement_list')
    return undefined;
  const names = statement.childForFieldName('left')?.namedChildren ?? [];
  const name = names[0];
  const variable = name && names.length === 1 ? namesAround(file.root, name).resolve(name) : undefined;
  if (!variable || variable.declaration.id !== name?.id) return undefined;
  return { variable, statement, expression, type: got.type };
}

/** `v` of `v` and `v[a:b]`. */
function rootOf(file: GoFile, value: Node): Binding | undefined {
  let node = unparenthesised(value);
  if (node.type === 'slice_expression') node = unparenthesised(node.childForFieldName('operand') ?? node);
  return node.type === 'identifier' ? namesAround(file.root, node).resolve(node) : undefined;
}

/** `return x` in New becomes a variable and its address. Without New, Get must not give nil to an assertion: no fix. */
function newEdits(
  file: GoFile,
  spec: Node,
): { edits: FileEdit[]; result: Node; statement: Node } | undefined {
  const value = spec.childForFieldName('value');
  if (!value) return undefined;
  const literals = [...descendants(value)].filter((node) => node.type === 'func_literal');
  const fn = literals[0];
  const body = fn?.childForFieldName('body');
  if (literals.length !== 1 || !fn || !body) return undefined;
  const edits: FileEdit[] = [];
  const returns = body.descendantsOfType('return_statement');
  if (returns.length !== 1 || statementsOf(body).at(-1)?.id !== returns[0]!.id) return undefined;
  const statement = returns[0]!;
  const result = statement.firstNamedChild?.namedChildren[0];
  if (!result || /\bnil\b/.test(result.text)) return undefined;
  // A function value of another type than the asserted one would change what the pool holds.
  const node = unparenthesised(result);
  if (!/^(?:call_expression|composite_literal|identifier|type_conversion_expression)$/.test(node.type))
    return undefined;
  if (node.type === 'identifier') {
    if (!namesAround(file.root, node).resolve(node)) return undefined;
    edits.push(replace(file, result, `&${node.text}`));
    return { edits, result, statement };
  }
  const name = freshName(file, ['v', 'value', 'pooled']);
  edits.push(
    insert(
      file,
      statement.startIndex,
      statementsAt(file, statement.startIndex, [`${name} := ${result.text}`, '']),
    ),
    replace(file, result, `&${name}`),
  );
  return { edits, result, statement };
}

/** The Put writes the value back and puts the pointer. */
function putEdits(
  file: GoFile,
  call: Node,
  value: Node,
  held: Binding,
  pointer: string,
): FileEdit[] | undefined {
  const parent = call.parent;
  if (parent?.type === 'defer_statement') {
    if (enclosingFunction(call)?.id !== held.owner.id) return undefined;
    // The argument of a deferred call is evaluated here.
    const same =
      value.text === held.name &&
      !held.uses.some(
        ({ node, owner }) =>
          isAssigned(node) && (node.startIndex < call.startIndex || owner.id !== held.owner.id),
      );
    const edits = [replace(file, value, pointer)];
    if (!same)
      edits.unshift(
        insert(
          file,
          parent.startIndex,
          statementsAt(file, parent.startIndex, [`*${pointer} = ${value.text}`, '']),
        ),
      );
    return edits;
  }
  const statement = enclosingStatement(call);
  if (!statement || statement.text !== call.text) return undefined;
  const owner = enclosingFunction(call);
  if (owner?.id !== held.owner.id && owner?.parent?.parent?.type !== 'defer_statement') return undefined;
  return [
    insert(
      file,
      statement.startIndex,
      statementsAt(file, statement.startIndex, [`*${pointer} = ${value.text}`, '']),
    ),
    replace(file, value, pointer),
  ];
}

function insert(file: GoFile, at: number, newText: string): FileEdit {
  return { file: file.path, span: { start: at, end: at }, newText };
}

function replace(file: GoFile, node: Node, newText: string): FileEdit {
  return { file: file.path, span: spanOf(node), newText };
}
