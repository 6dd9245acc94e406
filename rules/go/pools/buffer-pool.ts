import type { Node } from 'web-tree-sitter';
import { fieldOf, stackBytes, subject, type Candidate } from '../memory/buffer-candidate';
import type { FileEdit } from '../../model';
import { contractOf } from '../memory/contracts';
import { isBuiltin } from '../syntax/universe';
import { keepsItsArgument, seesRoom, type ContractCall, type Lifetime } from '../memory/lifetime';
import { isBoundedByCount, isWrittenBeforeRead } from '../memory/written-first';
import type { Assumption, Claim, GoFile, GoFix, Probe } from '../rule';
import { argumentsOf, spanOf, topLevel, unparenthesised } from '../syntax/nodes';
import {
  enclosingStatement,
  isAddressTaken,
  namesAround,
  parenthesized,
  isAssigned,
  type Binding,
} from '../syntax/names';
import { declaresAlone } from '../syntax/assignments';
import { byPlace, freshName, indentAt, startsLine, statementsAt } from '../edit/layout';
import { canImportAt } from '../edit/imports';
import type { PackageVariable, PackageVariables } from '../edit/package-variables';
import { poolOf } from './pool-text';
import { atLeast } from '../syntax/version';
import { packageNames } from '../syntax/package-names';
import { isShadowed } from '../syntax/universe';
import { withoutArgument, withSmallSize } from '../memory/probe';
import { code } from '../../wording';

/** What may go back into a pool: the limit that package fmt uses for its own buffers (golang/go#23199). */
export const keptAtMost = 64 << 10;

/** The fix: a package-level pool, Get, reset, and a deferred Put of the same pointer. */
export function buildFix(
  file: GoFile,
  candidate: Candidate,
  lifetime: Lifetime,
  variables: PackageVariables,
): GoFix | undefined {
  const { variable, fn } = candidate;
  if (file.generated || !canImportAt(file, 'sync', fn)) return undefined;
  const statement = enclosingStatement(variable.declaration);
  if (!statement || !declaresAlone(statement) || (hasComment(statement) && candidate.field === undefined))
    return undefined;
  const plan =
    candidate.field !== undefined
      ? planField(file, candidate, candidate.field, statement, lifetime, variables)
      : candidate.shape === 'slice'
        ? planSlice(file, candidate, lifetime, variables)
        : candidate.shape === 'array'
          ? planArray(file, candidate, variables)
          : candidate.shape === 'struct pointer' || candidate.shape === 'struct value'
            ? planStruct(file, candidate, variables)
            : planBuffer(file, candidate, variables);
  if (!plan) return undefined;
  const edits: FileEdit[] = [
    ...plan.pool.edits,
    {
      file: file.path,
      span: spanOf(statement),
      newText: statementsAt(file, statement.startIndex, plan.statements),
    },
    ...plan.rewrites,
  ];
  edits.sort(byPlace);
  const condition =
    candidate.cost === 'conditional' && candidate.slice
      ? // Where the slice stays on the stack as it is, a pool is no gain but a loss.
        ` (if ${code(candidate.slice.size.text)} is more than ${Math.floor(stackBytes / candidate.slice.bytes)} as a rule: up to there it stays on the stack)`
      : seesRoom(lifetime, candidate.shape)
        ? ` (if it does not matter how much room ${code(variable.name)} starts with)`
        : '';
  return {
    title: `Reuse ${code(subject(candidate))} from a \`sync.Pool\`${condition}`,
    kind: condition === '' ? 'safe' : 'suggestion',
    edits,
    imports: ['sync'],
    claim: plan.claim,
  };
}

/** That nothing keeps the value: what the contracts assume, and the compiler's word where it has not given it. */
export function assumptionsOf(file: GoFile, candidate: Candidate, { contracts }: Lifetime): Assumption[] {
  return [
    ...contracts.flatMap(({ contract }) => contract.obligation ?? []),
    ...(candidate.proven ? [] : [probe(file, candidate, contracts)]),
  ];
}

interface Plan {
  readonly pool: PackageVariable;
  readonly statements: readonly string[];
  readonly rewrites: readonly FileEdit[];
  readonly claim: Claim;
}

function planSlice(
  file: GoFile,
  candidate: Candidate,
  lifetime: Lifetime,
  variables: PackageVariables,
): Plan | undefined {
  const { variable, fn, slice } = candidate;
  if (!slice) return undefined;
  const { size, constant, empty } = slice;
  const type = slice.type;
  const name = variable.name;
  const pointer = freshName(file, [`${name}p`, `${name}Ptr`], { within: topLevel(fn) });
  const clean = isWrittenBeforeRead(file, variable, empty);
  if (!clean && (!atLeast(file.pkg.language, 1, 21) || isShadowed('clear', fn, file))) return undefined;
  // A grown buffer comes back with more capacity than make gave: nothing may see that.
  if (empty && (!clean || lifetime.capacityObserved)) return undefined;
  const plan = (make: readonly string[]): { pool: PackageVariable; statements: string[]; put: string } => {
    const pool = poolOf(file, name, fn, make, variables);
    const statements = [`${pointer} := ${pool.name}.Get().(*${type.text})`];
    return { pool, statements, put: `${pool.name}.Put(${pointer})` };
  };
  if (constant) {
    // A local constant does not reach the pool: its value does.
    const amount = constant.global ? size.text : constant.value;
    if (amount === undefined) return undefined;
    const make = `b := make(${type.text}, ${empty ? '0, ' : ''}${amount})`;
    const { pool, statements, put } = plan([make, 'return &b']);
    if (empty && lifetime.grows && !lifetime.advances) {
      statements.push(`${name} := (*${pointer})[:0]`);
      const limit =
        constant.value !== undefined && constant.value * slice.bytes <= keptAtMost
          ? limitText(slice.bytes)
          : size.text;
      statements.push(
        `defer func() {\n\tif cap(${name}) <= ${limit} {\n\t\t*${pointer} = ${name}\n\t\t${put}\n\t}\n}()`,
      );
    } else {
      statements.push(`defer ${put}`);
      if (empty) statements.push(`${name} := (*${pointer})[:0]`);
      else {
        statements.push(`${name} := *${pointer}`);
        if (!clean) statements.push(`clear(${name})`);
      }
    }
    const claim = { effect: 'moves', within: [spanOf(fn)], callees: ['runtime.makeslice'] } as const;
    return { pool, statements, rewrites: [], claim };
  }

  if (!isIntSized(file, size)) return undefined;
  // Not nil, so that a length of 0 gives an empty slice, as make does.
  const { pool, statements, put } = plan([`b := make(${type.text}, 0, 512)`, 'return &b']);
  // Evaluated once, as before; a plain name or len may be repeated.
  const bound = isPlain(file, size)
    ? size.text
    : freshName(file, [`${name}Size`, `${name}Length`], { within: topLevel(fn) });
  if (bound !== size.text) statements.push(`${bound} := ${spaced(size)}`);
  statements.push(
    `if cap(*${pointer}) < ${bound} {\n\t*${pointer} = make(${type.text}, ${empty ? '0, ' : ''}${bound})\n}`,
  );
  if (empty) statements.push(`${name} := (*${pointer})[:0]`);
  else {
    // With a capacity of exactly the length, append copies and slicing past the end panics, as on what make gave.
    const exact = lifetime.capacityObserved || lifetime.grows || mayObserveCapacity(file, variable);
    statements.push(`${name} := (*${pointer})[:${bound}${exact ? `:${bound}` : ''}]`);
    if (!clean) statements.push(`clear(${name})`);
  }
  const back = empty && lifetime.grows && !lifetime.advances && lifetime.kept === undefined;
  const measured = back ? name : `*${pointer}`;
  statements.push(
    `defer func() {\n\tif cap(${measured}) <= ${limitText(slice.bytes)} {\n${back ? `\t\t*${pointer} = ${name}\n` : ''}\t\t${put}\n\t}\n}()`,
  );
  return {
    pool,
    statements,
    rewrites: [],
    claim: { effect: 'runs less', within: [spanOf(fn)], callees: ['runtime.makeslice'] },
  };
}

/** The struct stays where it is, and gets its buffer from the pool. */
function planField(
  file: GoFile,
  candidate: Candidate,
  field: string,
  statement: Node,
  lifetime: Lifetime,
  variables: PackageVariables,
): Plan | undefined {
  const { variable, fn, slice, node } = candidate;
  const amount = slice?.constant?.global ? slice.size.text : slice?.constant?.value;
  if (!slice || amount === undefined) return undefined;
  const name = field.charAt(0).toLowerCase() + field.slice(1);
  const pointer = freshName(file, [`${name}p`, `${name}Ptr`], { within: topLevel(fn) });
  // The lines of the literal are indented again with the other statements.
  const indent = indentAt(file.text, statement.startIndex);
  const text = (start: number, end: number): string =>
    file.text.slice(start, end).replaceAll(`\r\n`, '\n').replaceAll(`\n${indent}`, '\n');
  const raw = statement.descendantsOfType('raw_string_literal').some((one) => one.text.includes('\n'));
  const isLong = statement.startPosition.row !== statement.endPosition.row;
  if (raw || (isLong && !startsLine(file.text, statement.startIndex))) return undefined;
  const before = text(statement.startIndex, node.startIndex);
  const behind = text(node.endIndex, statement.endIndex);
  // What the compiler knows to fit, it must know to fit into the pooled buffer, too.
  const fits = !(file.facts?.emitted(fn) ?? []).some(({ callee }) => callee.startsWith('runtime.growslice'));
  const make = [`b := make(${slice.type.text}, 0, ${amount})`, 'return &b'];
  const pool = poolOf(file, name, fn, make, variables);
  const put = `${pool.name}.Put(${pointer})`;
  const statements = [
    `${pointer} := ${pool.name}.Get().(*${slice.type.text})`,
    `${before}(*${pointer})[:0${fits ? `:${amount}` : ''}]${behind}`,
  ];
  const buffer = `${variable.name}.${field}`;
  const { value } = slice.constant!;
  const limit =
    value !== undefined && value * slice.bytes <= keptAtMost ? limitText(slice.bytes) : slice.size.text;
  if (!lifetime.grows || fits) statements.splice(1, 0, `defer ${put}`);
  else
    statements.push(
      `defer func() {\n\tif cap(${buffer}) <= ${limit} {\n\t\t*${pointer} = ${buffer}\n\t\t${put}\n\t}\n}()`,
    );
  return {
    pool,
    statements,
    rewrites: [],
    claim: { effect: 'moves', within: [spanOf(fn)], callees: ['runtime.makeslice'] },
  };
}

/** The limit in elements of so many bytes. */
function limitText(bytes: number): string {
  return `${keptAtMost / bytes / 1024}<<10`;
}

/** Some use could tell a capacity that is larger than the length. */
function mayObserveCapacity(file: GoFile, variable: Binding): boolean {
  return variable.uses.some(({ node }) => {
    const outer = parenthesized(node);
    const parent = outer.parent;
    if (parent?.type === 'index_expression' || parent?.type === 'range_clause') return false;
    if (parent?.type === 'slice_expression')
      return parent.childForFieldName('end') !== null && !isBoundedByCount(file, parent, variable);
    const call = parent?.type === 'argument_list' ? parent.parent : undefined;
    if (call?.type !== 'call_expression') return true;
    return (
      !isBuiltin(file, call, 'len', 'copy', 'clear') &&
      !contractOf(file, call, outer, 'slice', (method) => keepsItsArgument(file, method))
    );
  });
}

function planArray(file: GoFile, candidate: Candidate, variables: PackageVariables): Plan | undefined {
  const { variable, fn, type } = candidate;
  const name = variable.name;
  const clean = isWrittenBeforeRead(file, variable, false);
  const pool = poolOf(file, name, fn, [`return new(${type})`], variables);
  const put = `${pool.name}.Put(${name})`;
  return {
    pool,
    statements: [
      `${name} := ${pool.name}.Get().(*${type})`,
      `defer ${put}`,
      ...(clean ? [] : [`*${name} = ${type}{}`]),
    ],
    rewrites: [],
    claim: { effect: 'moves', within: [spanOf(fn)], callees: ['runtime.newobject'] },
  };
}

function planBuffer(file: GoFile, candidate: Candidate, variables: PackageVariables): Plan | undefined {
  const { variable, fn, type, shape } = candidate;
  const name = variable.name;
  if (variable.uses.some((use) => isAssigned(use.node))) return undefined;
  const pool = poolOf(file, name, fn, [`return ${candidate.made ?? `new(${type})`}`], variables);
  // A buffer that starts large may double without being an outlier.
  const limit = (candidate.size ?? 0) <= keptAtMost / 2 ? limitText(1) : String(4 * candidate.size!);
  const rewrites = shape === 'buffer value' ? withoutAddress(file, variable) : [];
  return {
    pool,
    statements: [
      `${name} := ${pool.name}.Get().(*${type})`,
      `${name}.Reset()`,
      `defer func() {\n\tif ${name}.Cap() <= ${limit} {\n\t\t${pool.name}.Put(${name})\n\t}\n}()`,
    ],
    rewrites,
    claim: { effect: 'moves', within: [spanOf(fn)], callees: ['runtime.newobject'] },
  };
}

/** The variable becomes a pointer: `&v` is `v` then. */
function withoutAddress(file: GoFile, { name, uses }: Candidate['variable']): FileEdit[] {
  return uses.flatMap(({ node }) =>
    isAddressTaken(node)
      ? [{ file: file.path, span: spanOf(parenthesized(node).parent!), newText: name }]
      : [],
  );
}

function planStruct(file: GoFile, candidate: Candidate, variables: PackageVariables): Plan | undefined {
  const { variable, fn, type, literal } = candidate;
  const name = variable.name;
  if (variable.uses.some((use) => isAssigned(use.node)) || literal === undefined) return undefined;
  const pool = poolOf(file, name, fn, [`return new(${type})`], variables);
  return {
    pool,
    statements: [
      `${name} := ${pool.name}.Get().(*${type})`,
      `*${name} = ${literal}`,
      // What the struct refers to must not stay reachable from the pool.
      `defer func() {\n\t*${name} = ${type}{}\n\t${pool.name}.Put(${name})\n}()`,
    ],
    rewrites: candidate.shape === 'struct value' ? withoutAddress(file, variable) : [],
    claim: { effect: 'moves', within: [spanOf(fn)], callees: ['runtime.newobject'] },
  };
}

function hasComment(node: Node): boolean {
  return node.descendantsOfType('comment').length > 0;
}

/** A binary expression as gofmt writes it outside of an argument list. */
function spaced(node: Node, tight = false): string {
  const left = node.childForFieldName('left');
  const right = node.childForFieldName('right');
  if (node.type !== 'binary_expression' || !left || !right) return node.text;
  const operator = node.childForFieldName('operator')?.text ?? '';
  const adds = /^[-+|^]$/.test(operator);
  if (!adds && tight) return node.text;
  return `${spaced(left, adds)} ${operator} ${spaced(right, adds)}`;
}

/** Short, and evaluating it again gives the same: a name, or len of a name. */
function isPlain(file: GoFile, node: Node): boolean {
  const expression = unparenthesised(node);
  if (expression.type === 'identifier') return true;
  if (expression.type !== 'call_expression' || !isBuiltin(file, expression, 'len')) return false;
  return argumentsOf(expression)[0]?.type === 'identifier';
}

/**
 * `cap(…) < size` needs an int. Not told for a field or a call of another package; then the compiler decides, and
 * withholds the fix on a mismatch.
 */
function isIntSized(file: GoFile, node: Node): boolean {
  return [node, ...node.descendantsOfType('identifier')].every((identifier) => {
    const binding = namesAround(file.root, identifier).resolve(identifier);
    const type = binding?.declaration.parent?.childForFieldName('type');
    if (
      !type ||
      identifier.parent?.type === 'selector_expression' ||
      identifier.parent?.type === 'argument_list'
    )
      return true;
    return type.text === 'int';
  });
}

/**
 * The question to the compiler: with a small constant size, and with the contract calls given nil, does the value stay
 * on the stack? The argument itself is still evaluated, so the text compiles as before.
 */
function probe(file: GoFile, candidate: Candidate, contracts: readonly ContractCall[]): Probe {
  const edits: FileEdit[] = [];
  if (candidate.slice) edits.push(...withSmallSize(file, candidate.slice.size));
  if (candidate.kind === 'call')
    edits.push({ file: file.path, span: spanOf(candidate.node), newText: `&${candidate.type}{}` });
  // What is stored through a pointer counts as kept; with nothing but plain fields used, a value does as well.
  const holder = candidate.field === undefined ? undefined : fieldOf(candidate.node)?.holder;
  if (holder?.type === 'unary_expression')
    edits.push({
      file: file.path,
      span: { start: holder.startIndex, end: holder.startIndex + 1 },
      newText: '',
    });
  // A struct that is too large is asked about with small arrays.
  const spec =
    candidate.typeName === undefined ? undefined : packageNames(file.pkg).types.get(candidate.typeName);
  for (const array of spec?.spec.descendantsOfType('array_type') ?? []) {
    const length = array.childForFieldName('length');
    if (spec && length) edits.push({ file: spec.file.path, span: spanOf(length), newText: '64' });
  }
  for (const { argument, shape } of contracts) {
    const type =
      shape === 'slice'
        ? (candidate.slice?.type.text ?? `[]${candidate.element ?? 'byte'}`)
        : `*${candidate.type}`;
    edits.push(...withoutArgument(file, argument, type));
  }
  edits.sort(byPlace);
  return {
    states: `nothing but the contracts' calls keeps ${subject(candidate)}`,
    edits,
    file: file.path,
    stays:
      candidate.kind === 'moved variable' ? spanOf(candidate.variable.declaration) : spanOf(candidate.node),
  };
}
