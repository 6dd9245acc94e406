import type { Node } from 'web-tree-sitter';
import type { AllocationKind, FileEdit, Span } from '../model';
import { isBuiltin } from './syntax/universe';
import { intLiteral } from './types/declared-types';
import { graphOf } from './flow/functions';
import { isInvariant } from './flow/invariants';
import { isFailure } from './flow/loop-exits';
import { isEachTime, isFirstThing } from './flow/paths';
import { lifetimeOf, seesRoom, type ContractCall, type Lifetime, type Shape } from './memory/lifetime';
import { returnedVariable } from './memory/returned-variable';
import { isWrittenBeforeRead } from './memory/written-first';
import type { Assumption, Decision, GoFile, GoFix, GoRule, Probe } from './rule';
import { argumentsOf, contains, isFunction, spanOf, unparenthesised } from './syntax/nodes';
import { enclosingStatement, isAssigned, namesAround, type Binding } from './syntax/names';
import { declaresAlone, startedWith } from './syntax/assignments';
import { byPlace, indentAt, lineEnd, startsLine } from './edit/layout';
import { atLeast } from './syntax/version';
import { packageNames } from './syntax/package-names';
import { isShadowed } from './syntax/universe';
import { isBytesBuffer } from './memory/buffer-candidate';
import { decided } from './sites/evidence';
import { withoutArgument, withSmallSize } from './memory/probe';
import { code } from '../wording';

/** A scratch value that each iteration allocates and drops: one before the loop would do. */
export const rule: GoRule = {
  meta: {
    id: 'go/loop-allocation',
    summary: 'a scratch buffer, or a copy to return, allocated in each iteration and needed in one at most',
    fix: 'safe',
    recipe: 'Make the buffer once before the loop, and start each iteration with `buf[:0]` or `clear(buf)`',
    reports: 'allocation',
    sample: 'go/loopallocation',
  },
  check(file, report) {
    if (file.path.endsWith('_test.go')) return;
    const reported = new Set<Binding>();
    for (const decision of file.facts?.decisions ?? []) {
      const returned = returnedVariable(file, decision, rule.meta.sample);
      if (returned) report(returned);
      const scratch = scratchOf(file, decision);
      if (!scratch || reported.has(scratch.variable)) continue;
      const { variable, node, shape, emitted, kind } = scratch;
      const lifetime = lifetimeOf(file, variable, shape);
      if (lifetime.kept || isDeferred(variable)) continue;
      reported.add(variable);
      const fix = buildFix(file, scratch, lifetime);
      const what = shape === 'slice' ? 'slice' : shape === 'array' ? 'array' : 'buffer';
      report({
        node,
        message: `Each iteration allocates the ${what} ${code(variable.name)}, which nothing keeps`,
        allocation: {
          kind,
          cost: emitted === 'runtime.makeslice' && decision.outcome === 'stack' ? 'conditional' : 'always',
          reason: `${code(variable.name)} is declared in the loop, so each iteration has its own, and it cannot stay on the stack`,
          evidence: [decided(decision), { kind: 'emitted call', callee: emitted, count: 1 }],
        },
        restsOn: assumptionsOf(file, scratch, lifetime),
        ...(fix && { fixes: [fix] }),
      });
    }
  },
};

interface Scratch {
  readonly node: Node;
  readonly variable: Binding;
  readonly statement: Node;
  readonly decision: Decision;
  readonly shape: Exclude<Shape, 'struct pointer' | 'struct value'>;
  readonly kind: AllocationKind;
  readonly emitted: string;
  /** As written: `[]byte`, `bytes.Buffer`, `[512]byte`. */
  readonly type: string;
  /** Of a make: its size, and whether the length is 0. */
  readonly size?: Node;
  readonly empty?: boolean;
  /** The outermost loop of the function that the declaration can be moved out of. */
  readonly loop: Node | undefined;
}

function scratchOf(file: GoFile, decision: Decision): Scratch | undefined {
  if (decision.free) return undefined;
  const names = namesAround(file.root, decision.node);
  const variable =
    decision.subject === 'moved' ? names.resolve(decision.node) : startedWith(decision.node, names.bindings);
  if (variable?.kind !== 'variable') return undefined;
  if (decision.subject === 'moved' && variable.declaration.id !== decision.node.id) return undefined;
  const statement = enclosingStatement(variable.declaration);
  if (!statement || !declaresAlone(statement)) return undefined;
  const loops = loopsAlways(variable, file);
  if (loops.length === 0) return undefined;
  const base = { variable, statement, decision };
  const emits = (node: Node, callee: string): boolean =>
    file.facts?.emitted(node).some((call) => call.callee === callee) ?? false;
  if (decision.subject === 'moved') {
    if (decision.outcome !== 'heap' || !emits(variable.declaration, 'runtime.newobject')) return undefined;
    const spec = variable.declaration.parent;
    const type = spec?.type === 'var_spec' ? spec.childForFieldName('type') : undefined;
    if (!spec || !type || spec.childForFieldName('value')) return undefined;
    const shape = isBytesBuffer(file, type)
      ? 'buffer value'
      : type.type === 'array_type'
        ? 'array'
        : undefined;
    if (!shape) return undefined;
    const emitted = 'runtime.newobject';
    const loop = loops.at(-1);
    return { ...base, node: spec, shape, kind: 'moved variable', emitted, type: type.text, loop };
  }
  const expression = decision.node;
  if (expression.type === 'call_expression' && isBuiltin(file, expression, 'make')) {
    const [type, length, capacity] = argumentsOf(expression);
    if (type?.type !== 'slice_type' || !length || !emits(expression, 'runtime.makeslice')) {
      // A constant size is allocated as an object.
      if (type?.type !== 'slice_type' || !length || decision.outcome !== 'heap') return undefined;
      if (!emits(expression, 'runtime.newobject')) return undefined;
    }
    if (capacity && length.text !== '0') return undefined;
    const size = capacity ?? length;
    const emitted = emits(expression, 'runtime.makeslice') ? 'runtime.makeslice' : 'runtime.newobject';
    const loop = loops.filter((candidate) => isSameEachTime(file, size, candidate)).at(-1);
    const empty = capacity !== undefined;
    return {
      ...base,
      node: expression,
      shape: 'slice',
      kind: 'make',
      emitted,
      type: type.text,
      size,
      empty,
      loop,
    };
  }
  const made = bufferMade(file, expression);
  if (!made || decision.outcome !== 'heap' || !emits(expression, 'runtime.newobject')) return undefined;
  const [emitted, loop] = ['runtime.newobject', loops.at(-1)];
  return { ...base, node: expression, shape: 'buffer pointer', kind: 'new', emitted, type: made, loop };
}

/**
 * The loops of the variable's function that come to the declaration in each iteration, innermost first. In a branch that
 * is seldom taken, one value before the loop would be allocated for nothing.
 */
function loopsAlways({ declaration, owner }: Binding, file: GoFile): Node[] {
  const graph = graphOf(file, owner);
  const loops: Node[] = [];
  for (const loop of graph.loopsOf(declaration)) {
    if (!loop.statement || !isEachTime(graph, loop, loops.at(-1) ?? declaration)) break;
    loops.push(loop.statement);
  }
  return loops;
}

/** Once an iteration has begun, only a failure keeps control from the declaration: else one value is made for nothing. */
function isNeededFirst(file: GoFile, { declaration, owner }: Binding, outermost: Node): boolean {
  const graph = graphOf(file, owner);
  let inner = declaration;
  for (const loop of graph.loopsOf(declaration)) {
    if (!isFirstThing(graph, loop, inner, (edge) => isFailure(file, edge))) return false;
    if (!loop.statement || loop.statement.id === outermost.id) break;
    inner = loop.statement;
  }
  return true;
}

/** `new(bytes.Buffer)` and `&bytes.Buffer{}`. */
function bufferMade(file: GoFile, expression: Node): string | undefined {
  if (expression.type === 'call_expression' && isBuiltin(file, expression, 'new')) {
    const type = argumentsOf(expression)[0];
    return type && isBytesBuffer(file, type) ? type.text : undefined;
  }
  if (expression.type !== 'unary_expression') return undefined;
  const literal = expression.childForFieldName('operand');
  const type = literal?.type === 'composite_literal' ? literal.childForFieldName('type') : undefined;
  if (!type || !isBytesBuffer(file, type)) return undefined;
  return literal?.childForFieldName('body')?.namedChildCount === 0 ? type.text : undefined;
}

/** The same in each iteration, and no panic when the loop does not run: constants, and `len` of what the loop leaves alone. */
function isSameEachTime(file: GoFile, size: Node, loop: Node): boolean {
  const node = unparenthesised(size);
  if (node.type === 'int_literal') return intLiteral(node.text) !== undefined;
  if (node.type === 'binary_expression') {
    const operator = node.childForFieldName('operator')?.text ?? '';
    if (!/^(?:[+*]|<<)$/.test(operator)) return false;
    return [node.childForFieldName('left'), node.childForFieldName('right')].every(
      (side) => side && isSameEachTime(file, side, loop),
    );
  }
  if (node.type === 'identifier') {
    const binding = namesAround(file.root, node).resolve(node);
    if (binding) return binding.kind === 'constant' && !contains(spanOf(loop), spanOf(binding.declaration));
    return packageNames(file.pkg).constants.has(node.text);
  }
  if (node.type !== 'call_expression' || !isBuiltin(file, node, 'len')) return false;
  const [counted] = argumentsOf(node);
  return counted?.type === 'identifier' && isInvariant({ from: [node] }, loop, file);
}

/** A deferred call runs after the loop, when the next iterations have overwritten the memory. */
function isDeferred(variable: Binding): boolean {
  return variable.uses.some(({ node }) => {
    for (let at = node.parent; at && !isFunction(at); at = at.parent) {
      if (at.type === 'defer_statement' || at.type === 'go_statement') return true;
    }
    return false;
  });
}

function buildFix(file: GoFile, scratch: Scratch, lifetime: Lifetime): GoFix | undefined {
  const { variable, statement, loop, emitted } = scratch;
  const body = loop?.childForFieldName('body');
  if (file.generated || !loop || !body || statement.descendantsOfType('comment').length > 0) return undefined;
  const outer = loop.parent?.type === 'labeled_statement' ? loop.parent : loop;
  const block = outer.parent;
  if (block?.type !== 'statement_list' || !startsLine(file.text, outer.startIndex)) return undefined;
  if (!startsLine(file.text, statement.startIndex) || isNameTaken(file, scratch, outer, block))
    return undefined;
  const reset = resetOf(file, scratch, lifetime);
  if (reset === undefined) return undefined;
  const eol = lineEnd(file.text);
  const line = file.text.lastIndexOf('\n', outer.startIndex - 1) + 1;
  const edits: FileEdit[] = [
    {
      file: file.path,
      span: { start: line, end: line },
      // A label stands further to the left than its loop.
      newText: `${indentAt(file.text, loop.startIndex)}${statement.text}${eol}`,
    },
    {
      file: file.path,
      span: reset === '' ? wholeLine(file.text, statement) : spanOf(statement),
      newText: reset,
    },
  ];
  const conditions = [
    ...(seesRoom(lifetime, scratch.shape)
      ? [`it does not matter how much room ${variable.name} starts with`]
      : []),
    ...(isNeededFirst(file, variable, loop)
      ? []
      : [`the loop is seldom left before it needs ${variable.name}`]),
  ];
  const condition = conditions.length === 0 ? '' : ` (if ${conditions.join(', and ')})`;
  return {
    title: `Declare ${code(variable.name)} before the loop${condition}`,
    kind: condition === '' ? 'safe' : 'suggestion',
    edits,
    claim: { effect: 'moves', within: [spanOf(body)], callees: [emitted] },
  };
}

/** That nothing keeps the value: what the contracts assume, and the compiler's word where it has not given it. */
function assumptionsOf(file: GoFile, scratch: Scratch, { contracts }: Lifetime): Assumption[] {
  const proven = scratch.decision.outcome === 'stack';
  return [
    ...contracts.flatMap(({ contract }) => contract.obligation ?? []),
    ...(proven ? [] : [probe(file, scratch, contracts)]),
  ];
}

/** What stands in the place of the declaration: '' for nothing; undefined when the value cannot be made new again. */
function resetOf(file: GoFile, scratch: Scratch, lifetime: Lifetime): string | undefined {
  const { variable, shape, type, empty } = scratch;
  const { name } = variable;
  const assigned = variable.uses.some(({ node }) => isAssigned(node));
  if (shape === 'buffer value' || shape === 'buffer pointer') return assigned ? undefined : `${name}.Reset()`;
  const clean = isWrittenBeforeRead(file, variable, empty === true);
  if (shape === 'array') return assigned ? undefined : clean ? '' : `${name} = ${type}{}`;
  if (empty)
    return !clean || lifetime.advances || lifetime.capacityObserved ? undefined : `${name} = ${name}[:0]`;
  if (assigned || lifetime.grows || lifetime.advances || lifetime.capacityObserved) return undefined;
  if (clean) return '';
  const free = !isShadowed('clear', variable.declaration, file);
  return free && atLeast(file.pkg.language, 1, 21) ? `clear(${name})` : undefined;
}

/** Between the new declaration and the end of its block the name means something else somewhere. */
function isNameTaken(file: GoFile, { variable, type }: Scratch, outer: Node, block: Node): boolean {
  const names = namesAround(file.root, variable.declaration);
  const own = new Set([variable.declaration.id, ...variable.uses.map(({ node }) => node.id)]);
  for (const node of block.descendantsOfType(['identifier', 'type_identifier', 'package_identifier'])) {
    if (node.text !== variable.name || own.has(node.id)) continue;
    // An earlier variable of the block, or a use of an outer one behind the new declaration.
    const binding = names.resolve(node);
    if (node.startIndex >= outer.startIndex) return true;
    if (binding?.declaration.id === node.id && node.parent?.parent?.parent?.id === block.id) return true;
  }
  // The type must mean the same before the loop.
  return [...type.matchAll(/[\p{L}_][\p{L}\p{Nd}_]*/gu)].some(([word]) =>
    names.bindings.some((binding) => binding.name === word),
  );
}

/** The statement with its line, when nothing else stands in it. */
function wholeLine(text: string, statement: Node): Span {
  const end = text.indexOf('\n', statement.endIndex);
  const rest = end < 0 ? '' : text.slice(statement.endIndex, end);
  // A comment behind it stays.
  if (end < 0 || rest.trim() !== '')
    return {
      start: statement.startIndex,
      end: statement.endIndex + (rest.length - rest.trimStart().length),
    };
  const start = text.lastIndexOf('\n', statement.startIndex - 1) + 1;
  return { start, end: end + 1 };
}

/** With a small size, and the contracts' calls given nil: does the value stay on the stack? */
function probe(file: GoFile, scratch: Scratch, contracts: readonly ContractCall[]): Probe {
  const { variable, shape, size, node, type } = scratch;
  const edits: FileEdit[] = [];
  if (size) edits.push(...withSmallSize(file, size));
  const element = shape === 'array' ? type.replace(/^\[[^\]]*\]/, '') : undefined;
  for (const { argument, shape: form } of contracts) {
    const passed =
      form === 'stream'
        ? `*${type}`
        : element === undefined
          ? shape === 'slice'
            ? type
            : '[]byte'
          : `[]${element}`;
    edits.push(...withoutArgument(file, argument, passed));
  }
  edits.sort(byPlace);
  const moved = scratch.decision.subject === 'moved';
  return {
    states: `nothing but the contracts' calls keeps ${variable.name}`,
    edits,
    file: file.path,
    stays: moved ? spanOf(variable.declaration) : spanOf(node),
  };
}
