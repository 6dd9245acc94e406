import type { TSESLint, TSESTree } from '@typescript-eslint/utils';
import { allocationOf, type AllocatingExpression } from './sites/allocating-expressions';
import { isErrorPath } from './heat/static-heat';
import { createRule, type RelatedPlace } from './rule';
import { docTag, enclosingFunction, type FunctionNode, isFunction, memberName } from './syntax/nodes';
import { functionOf } from './syntax/functions';

/**
 * A contract: a function whose doc comment says `@noalloc` contains no allocating expression, nor does what it calls here; with
 * `@maxallocs 2` there are at most two.
 */
export const mustNotAllocate = createRule({
  id: 'ts/must-not-allocate',
  summary:
    'more allocations in a function than its tag `@noalloc` or `@maxallocs` allows, callees of the file included',
  fix: 'none',
  recipe: 'Let the caller provide the memory, or change the tag of the function',
  reports: 'contract',
  sample: 'typescript/must-not-allocate',
  allocation: {
    kind: 'object',
    cost: 'conditional',
    reason:
      'the expression makes a new value; V8 may remove it, but only in optimised code and only while it sees that nothing keeps it',
  },
  words: [['@noalloc', '@maxallocs']],
  messages: {
    expression: '{{what}} allocates, but `{{name}}` is tagged `@noalloc`',
    ceiling: '`{{name}}` has {{number}} allocations, but its ceiling is {{allowed}}',
    number: '`@maxallocs` of `{{name}}` names no number',
    call: '`{{callee}}()` allocates in line {{line}}, but `{{name}}` is tagged `@noalloc`',
  },
  check({ sourceCode }, report) {
    const found = new Map<FunctionNode, readonly Found[]>();

    /** Allocations of a function and of what it calls, each at the expression or call that stands in the function itself. */
    function allocations(node: FunctionNode): readonly Found[] {
      const known = found.get(node);
      if (known) return known;
      const list: Found[] = [];
      // A function that calls itself adds nothing to itself.
      found.set(node, list);
      if (node.async || node.generator) {
        const what = node.async ? 'The promise of an async function' : 'The iterator of a generator function';
        list.push({ at: node, allocation: { what, kind: node.async ? 'object' : 'iterator' }, source: node });
      }
      for (const parameter of node.params) visit(parameter, node, list);
      visit(node.body, node, list);
      return list;
    }

    function visit(at: TSESTree.Node, owner: FunctionNode, list: Found[]): void {
      if (at.parent && isErrorPath(at.parent, at)) return;
      const allocation = allocationOf(sourceCode, at);
      if (allocation) list.push({ at, allocation, source: at });
      if (isFunction(at) || at.type === 'ClassExpression' || at.type === 'ClassDeclaration') return;
      if (at.type === 'CallExpression' && !allocation) {
        const callee = calledFunction(sourceCode, at, owner);
        const first = callee && allocations(callee)[0];
        if (first) list.push({ at, allocation: first.allocation, source: first.source, through: first });
      }
      for (const key of sourceCode.visitorKeys[at.type] ?? []) {
        const value = (at as unknown as Record<string, unknown>)[key];
        for (const child of Array.isArray(value) ? value : [value]) {
          if (child && typeof (child as TSESTree.Node).type === 'string')
            visit(child as TSESTree.Node, owner, list);
        }
      }
    }

    function check(node: FunctionNode): void {
      const tag = docTag(sourceCode, node, /(?:^|[\s*])@(noalloc|maxallocs)\b(?![-.])(?:[ \t]+(\d{1,6})\b)?/);
      if (!tag) return;
      const name = nameOf(node);
      const allowed = tag[1] === 'noalloc' ? 0 : Number(tag[2] ?? NaN);
      const list = allocations(node);
      if (Number.isNaN(allowed)) {
        report({ at: headOf(node), messageId: 'number', data: { name } });
        return;
      }
      if (allowed > 0) {
        if (list.length <= allowed) return;
        const related = list.map(({ at, allocation, through }): RelatedPlace => {
          const message = through ? 'what is called here allocates' : `${allocation.what} allocates`;
          return { at, message };
        });
        const data = { name, number: list.length, allowed };
        report({ at: headOf(node), messageId: 'ceiling', data, related });
        return;
      }
      for (const { at, allocation, source, through } of list) {
        if (through && at.type === 'CallExpression') {
          const related: RelatedPlace[] = [
            ...callsBetween(through).map((call) => ({ at: call, message: 'which calls this' })),
            { at: source, message: `${allocation.what} allocates here` },
          ];
          const callee = sourceCode.getText(at.callee);
          const data = { callee, line: source.loc.start.line, name };
          report({ at, messageId: 'call', data, allocation: { kind: allocation.kind }, related });
        } else {
          const data = { what: allocation.what, name };
          report({ at: headOf(at), messageId: 'expression', data, allocation: { kind: allocation.kind } });
        }
      }
    }

    return { FunctionDeclaration: check, FunctionExpression: check, ArrowFunctionExpression: check };
  },
});

interface Found {
  /** In the function that was asked about: the expression, or the call that leads to it. */
  readonly at: TSESTree.Node;
  readonly allocation: AllocatingExpression;
  /** What allocates in the end. */
  readonly source: TSESTree.Node;
  /** In the function that is called; absent when `at` allocates. */
  readonly through?: Found;
}

/** So many calls tell the way, however long it is. */
const mostCalls = 4;

/** The calls on the way to what allocates, nearest first. */
function callsBetween(found: Found): TSESTree.Node[] {
  const calls: TSESTree.Node[] = [];
  for (let at: Found | undefined = found; at?.through && calls.length < mostCalls; at = at.through)
    calls.push(at.at);
  return calls;
}

/** The function of this file that a call runs: `f()`, `this.m()`; `undefined` when the file does not show it. */
function calledFunction(
  sourceCode: TSESLint.SourceCode,
  call: TSESTree.CallExpression,
  owner: FunctionNode,
): FunctionNode | undefined {
  const { callee } = call;
  if (callee.type === 'Identifier') {
    return functionOf(sourceCode, callee);
  }
  if (callee.type !== 'MemberExpression' || callee.object.type !== 'ThisExpression') return undefined;
  // An arrow function has the `this` of the function around it.
  let method: FunctionNode | undefined = owner;
  while (method?.type === 'ArrowFunctionExpression' && method.parent.type !== 'PropertyDefinition') {
    method = enclosingFunction(method);
  }
  const body = method?.parent.parent;
  if (body?.type !== 'ClassBody') return undefined;
  const name = memberName(callee);
  const members = body.body.filter(
    (member) =>
      member.type === 'MethodDefinition' &&
      !member.computed &&
      member.key.type === 'Identifier' &&
      member.key.name === name,
  );
  const [member] = members;
  return members.length === 1 &&
    member?.type === 'MethodDefinition' &&
    member.value.type === 'FunctionExpression'
    ? member.value
    : undefined;
}

/** A function or class is underlined at its head, not over all of its body. */
function headOf(node: TSESTree.Node): TSESTree.Node | { start: number; end: number } {
  if (isFunction(node) || node.type === 'ClassExpression') {
    return { start: node.range[0], end: Math.max(node.body.range[0], node.range[0] + 1) };
  }
  return node;
}

function nameOf(node: FunctionNode): string {
  if (node.id) return `${node.id.name}()`;
  const { parent } = node;
  if (parent.type === 'VariableDeclarator' && parent.id.type === 'Identifier') return `${parent.id.name}()`;
  if (
    (parent.type === 'MethodDefinition' ||
      parent.type === 'Property' ||
      parent.type === 'PropertyDefinition') &&
    parent.key.type === 'Identifier'
  ) {
    // prettier-ignore
    return `${parent.key.name}()`;
  }
  return 'the function';
}
