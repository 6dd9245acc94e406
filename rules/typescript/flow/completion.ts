import type { TSESTree } from '@typescript-eslint/utils';
import { isFunction, isLoop, type LoopNode } from '../syntax/nodes';

/**
 * How control leaves a statement: by its end, or by jumps. JavaScript has no goto, so this is answered from the structure
 * alone, for the statements that are asked about. ESLint's code paths would answer it, too (oxlint has them since
 * 2026), but only for whole files and while they are traversed, which takes 0.4 times as long as the parser.
 */
export interface Completion {
  /** What follows the statement may be reached. */
  readonly normal: boolean;
  /** Jumps that leave it, in source order. Those that are written: any call may throw besides. */
  readonly jumps: readonly Jump[];
}

export type Jump =
  TSESTree.BreakStatement | TSESTree.ContinueStatement | TSESTree.ReturnStatement | TSESTree.ThrowStatement;

const through: Completion = { normal: true, jumps: [] };

/** Functions and classes inside the statement do not run with it. */
export function completionOf(statement: TSESTree.Node): Completion {
  switch (statement.type) {
    case 'ReturnStatement':
    case 'ThrowStatement':
    case 'BreakStatement':
    case 'ContinueStatement':
      return { normal: false, jumps: [statement] };
    case 'BlockStatement':
    case 'StaticBlock':
    case 'Program':
      return sequence(statement.body);
    case 'IfStatement':
      return either(
        completionOf(statement.consequent),
        statement.alternate ? completionOf(statement.alternate) : through,
      );
    case 'WithStatement':
      return completionOf(statement.body);
    case 'LabeledStatement':
      return ending(completionOf(statement.body), statement);
    case 'SwitchStatement':
      return ofSwitch(statement);
    case 'TryStatement':
      return ofTry(statement);
    default:
      return isLoop(statement) ? ofLoop(statement) : through;
  }
}

/** What comes behind a node, the end of its own statement included, until the end of `within`, which is around it. */
export function completionAfter(node: TSESTree.Node, within: TSESTree.Node): Completion {
  let rest = through;
  let child = node;
  for (let at = node.parent; at && child !== within; child = at, at = at.parent) {
    if (at.type === 'BlockStatement' || at.type === 'StaticBlock' || at.type === 'Program') {
      rest = followedBy(rest, at.body.slice(at.body.indexOf(child as never) + 1));
    } else if (at.type === 'SwitchCase') {
      const { cases } = at.parent;
      rest = followedBy(rest, at.consequent.slice(at.consequent.indexOf(child as never) + 1));
      rest = followedBy(
        rest,
        cases.slice(cases.indexOf(at) + 1).flatMap((later) => later.consequent),
      );
    } else if (at.type === 'SwitchStatement' || at.type === 'LabeledStatement') rest = ending(rest, at);
    else if (at.type === 'TryStatement') {
      if (at.block === child && at.handler) rest = caught(rest, at.handler);
      if (at.finalizer && at.finalizer !== child) rest = finally_(rest, at.finalizer);
    } else if (isLoop(at)) rest = otherRounds(rest, at);
    else if (isFunction(at)) rest = through;
    else if (at.type === 'ReturnStatement' || at.type === 'ThrowStatement') rest = completionOf(at);
  }
  return rest;
}

/** The loop, `switch` or labelled statement that a jump is for; `undefined` for `return` and `throw`. */
export function targetOf(jump: Jump): TSESTree.Node | undefined {
  if (jump.type === 'ReturnStatement' || jump.type === 'ThrowStatement') return undefined;
  for (let at = jump.parent as TSESTree.Node | undefined; at && !isFunction(at); at = at.parent) {
    if (jump.label) {
      if (at.type !== 'LabeledStatement' || at.label.name !== jump.label.name) continue;
      let target: TSESTree.Node = at;
      while (target.type === 'LabeledStatement') target = target.body;
      return jump.type === 'ContinueStatement' ? target : at;
    }
    if (isLoop(at) || (at.type === 'SwitchStatement' && jump.type === 'BreakStatement')) return at;
  }
  return undefined;
}

function sequence(statements: readonly TSESTree.Node[]): Completion {
  return followedBy(through, statements);
}

function followedBy(first: Completion, statements: readonly TSESTree.Node[]): Completion {
  let { normal } = first;
  const jumps = [...first.jumps];
  for (const statement of statements) {
    if (!normal) break;
    const next = completionOf(statement);
    normal = next.normal;
    jumps.push(...next.jumps);
  }
  return { normal, jumps };
}

function either(a: Completion, b: Completion): Completion {
  return { normal: a.normal || b.normal, jumps: [...a.jumps, ...b.jumps] };
}

/** `break` for this statement, and `continue` for this loop, end in it. */
function ending({ normal, jumps }: Completion, statement: TSESTree.Node): Completion {
  const left = jumps.filter((jump) => targetOf(jump) !== statement);
  const broken = jumps.some((jump) => jump.type === 'BreakStatement' && targetOf(jump) === statement);
  return { normal: normal || broken, jumps: left };
}

function ofSwitch(statement: TSESTree.SwitchStatement): Completion {
  const { cases } = statement;
  let all: Completion = { normal: !cases.some(({ test }) => test === null), jumps: [] };
  let before = through;
  for (const { consequent } of cases) {
    // Entered by its test or from the case before.
    before = sequence(consequent);
    all = { normal: all.normal, jumps: [...all.jumps, ...before.jumps] };
  }
  return ending({ normal: all.normal || before.normal, jumps: all.jumps }, statement);
}

function ofLoop(loop: LoopNode): Completion {
  const body = completionOf(loop.body);
  const { normal: broken, jumps } = ending({ normal: false, jumps: body.jumps }, loop);
  const tested = loop.type !== 'DoWhileStatement' || goesOn(body, loop);
  return { normal: broken || (tested && !isEndless(loop)), jumps };
}

/** What follows in a round, and where that is not the last one, what the rounds after it do. */
function otherRounds(rest: Completion, loop: LoopNode): Completion {
  const here = ending({ normal: false, jumps: rest.jumps }, loop);
  return goesOn(rest, loop) ? either(here, ofLoop(loop)) : here;
}

/** A round that ends so is followed by the loop's test or its next element. */
export function goesOn({ normal, jumps }: Completion, loop: LoopNode): boolean {
  return normal || jumps.some((jump) => jump.type === 'ContinueStatement' && targetOf(jump) === loop);
}

/** `while (true)`, `for (;;)`. */
export function isEndless(loop: LoopNode): boolean {
  if (loop.type === 'ForOfStatement' || loop.type === 'ForInStatement') return false;
  return loop.test === null || (loop.test.type === 'Literal' && Boolean(loop.test.value));
}

function ofTry({ block, handler, finalizer }: TSESTree.TryStatement): Completion {
  const tried = handler ? caught(completionOf(block), handler) : completionOf(block);
  return finalizer ? finally_(tried, finalizer) : tried;
}

/** Anything in a `try` may throw, so its handler may run. */
function caught(tried: Completion, handler: TSESTree.CatchClause): Completion {
  const jumps = tried.jumps.filter(({ type }) => type !== 'ThrowStatement');
  return either({ normal: tried.normal, jumps }, completionOf(handler.body));
}

function finally_(before: Completion, finalizer: TSESTree.BlockStatement): Completion {
  const last = completionOf(finalizer);
  return last.normal ? { normal: before.normal, jumps: [...before.jumps, ...last.jumps] } : last;
}

/**
 * The innermost `try` whose handler or `finally` sees what happens at a node, up to `within`.
 * @param within a node around it, mostly a function; without it up to the file
 */
export function tryAround(node: TSESTree.Node, within?: TSESTree.Node): TSESTree.TryStatement | undefined {
  let child = node;
  for (let at = node.parent; at && at !== within; child = at, at = at.parent) {
    if (at.type !== 'TryStatement') continue;
    if (at.block === child || (at.handler === child && at.finalizer)) return at;
  }
  return undefined;
}
