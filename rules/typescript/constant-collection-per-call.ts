import type { TSESLint, TSESTree } from '@typescript-eslint/utils';
import { constantPrimitive } from './hoist/constants';
import { certain, type Risks, risksOfRegExp } from './hoist/construction';
import { hoist } from './hoist/hoist';
import { createRule } from './rule';
import { enclosingFunction, isGlobal, isWriteTarget, memberName } from './syntax/nodes';

/** Smaller tables cost about as much to make as to look up in. */
const smallestTable = 8;

interface Collection {
  readonly at: TSESTree.NewExpression | TSESTree.ObjectExpression;
  readonly what: 'Set' | 'Map' | 'RegExp' | 'table';
  readonly needed: readonly TSESTree.Node[];
  readonly risks: Risks;
}

/** `new Set(['a', 'b'])`, `new Map([['a', 1]])`, `new RegExp('a+')` and lookup tables that hot code makes each time. */
export const constantCollectionPerCall = createRule({
  id: 'ts/constant-collection-per-call',
  summary: 'a Set, Map, RegExp or lookup table of constants that hot code makes anew each time',
  fix: 'safe',
  recipe: 'Move the constant collection to the top of the module, and only read it',
  reports: 'hot only',
  sample: 'typescript/constant-collection-per-call',
  allocation: { kind: 'object', cost: 'always', reason: 'it is filled with the same constants each time' },
  words: [['Set', 'Map', 'RegExp', '[']],
  messages: {
    made: 'This {{what}} holds the same constants each time, and is only read',
    regexp: '`new RegExp()` looks its constant pattern up by its text each time',
  },
  check({ sourceCode }, report) {
    const check = (collection: Collection | undefined): void => {
      if (!collection || !enclosingFunction(collection.at)) return;
      const { at, what, needed, risks } = collection;
      const declarator = declaratorOf(at);
      if (!(declarator ? onlyRead(sourceCode, declarator, what) : isRead(at, what))) return;
      const fix = hoist(sourceCode, {
        at,
        declarator,
        creation: sourceCode.getText(at),
        parts: [at],
        names: [names[what]],
        suffix: what === 'RegExp' ? 'Pattern' : what === 'table' ? 'Table' : what,
        shareable: what === 'RegExp',
        needed,
        risks,
        title: `Make the ${what} once for the module`,
        conditions: [],
      });
      report({
        at,
        messageId: what === 'RegExp' ? 'regexp' : 'made',
        data: { what: what === 'table' ? 'lookup table' : what },
        fixes: fix ? [fix] : [],
      });
    };
    return {
      NewExpression: (node) => check(constructed(sourceCode, node)),
      ObjectExpression: (node) => check(table(sourceCode, node)),
    };
  },
});

const names = { Set: 'constantSet', Map: 'constantMap', RegExp: 'pattern', table: 'table' } as const;

function constructed(sourceCode: TSESLint.SourceCode, at: TSESTree.NewExpression): Collection | undefined {
  const { callee } = at;
  if (callee.type !== 'Identifier' || !isGlobal(sourceCode, callee)) return undefined;
  const [first, second] = at.arguments;
  if (callee.name === 'RegExp') return regExp(sourceCode, at, first, second);
  if ((callee.name !== 'Set' && callee.name !== 'Map') || second || first?.type !== 'ArrayExpression')
    return undefined;
  if (first.elements.length === 0) return undefined;
  const needed: TSESTree.Node[] = [];
  for (const element of first.elements) {
    const pair =
      callee.name === 'Map' ? (element?.type === 'ArrayExpression' ? element.elements : []) : [element];
    if (pair.length !== (callee.name === 'Map' ? 2 : 1)) return undefined;
    for (const part of pair) {
      const inner = constantPrimitive(sourceCode, part);
      if (!inner) return undefined;
      needed.push(...inner.needed);
    }
  }
  return { at, what: callee.name, needed, risks: certain };
}

/** Without `g` and `y`, whose lastIndex is state, and valid: an invalid pattern throws, at another time when hoisted. */
function regExp(
  sourceCode: TSESLint.SourceCode,
  at: TSESTree.NewExpression,
  pattern: TSESTree.CallExpressionArgument | undefined,
  flags: TSESTree.CallExpressionArgument | undefined,
): Collection | undefined {
  if (pattern?.type !== 'Literal' || typeof pattern.value !== 'string') return undefined;
  if (flags && (flags.type !== 'Literal' || typeof flags.value !== 'string')) return undefined;
  const text = flags ? String(flags.value) : '';
  if (/[gy]/.test(text) || !isValid(pattern.value, text)) return undefined;
  return { at, what: 'RegExp', needed: [], risks: risksOfRegExp(sourceCode, at, pattern.value, text) };
}

function isValid(pattern: string, flags: string): boolean {
  try {
    return new RegExp(pattern, flags) instanceof RegExp;
  } catch {
    return false;
  }
}

function table(sourceCode: TSESLint.SourceCode, at: TSESTree.ObjectExpression): Collection | undefined {
  if (at.properties.length < smallestTable) return undefined;
  const needed: TSESTree.Node[] = [];
  for (const property of at.properties) {
    if (property.type !== 'Property' || property.computed || property.kind !== 'init') return undefined;
    const inner = constantPrimitive(sourceCode, property.value);
    if (!inner) return undefined;
    needed.push(...inner.needed);
  }
  return { at, what: 'table', needed, risks: certain };
}

function declaratorOf(at: TSESTree.Node): TSESTree.VariableDeclarator | undefined {
  const { parent } = at;
  return parent?.type === 'VariableDeclarator' && parent.init === at && parent.id.type === 'Identifier'
    ? parent
    : undefined;
}

function onlyRead(
  sourceCode: TSESLint.SourceCode,
  declarator: TSESTree.VariableDeclarator,
  what: Collection['what'],
): boolean {
  if (declarator.parent.kind === 'var') return false;
  const { references } = sourceCode.getDeclaredVariables!(declarator)[0]!;
  const uses = references.filter((reference) => reference.init !== true);
  return (
    uses.length > 0 && uses.every((use) => !use.isWrite() && isRead(use.identifier as TSESTree.Node, what))
  );
}

/** Reads it and keeps no hold of it: neither returned, stored, passed on, changed nor compared. */
function isRead(node: TSESTree.Node, what: Collection['what']): boolean {
  const parent = node.parent!;
  if (parent.type === 'MemberExpression' && parent.object === node) {
    if (what === 'table') return parent.computed && !isChanged(parent);
    const name = memberName(parent);
    const called = parent.parent.type === 'CallExpression' && parent.parent.callee === parent;
    if (!called) return what !== 'RegExp' && name === 'size';
    return name !== undefined && readers[what].test(name);
  }
  if (what === 'table') return false;
  if (what !== 'RegExp')
    return (
      (parent.type === 'ForOfStatement' && parent.right === node && !parent.await) ||
      (parent.type === 'SpreadElement' && parent.parent.type === 'ArrayExpression')
    );
  return (
    parent.type === 'CallExpression' &&
    parent.arguments[0] === node &&
    parent.callee.type === 'MemberExpression' &&
    /^(?:match|replace|search|split)$/.test(memberName(parent.callee) ?? '')
  );
}

const readers = { Set: /^has$/, Map: /^(?:has|get)$/, RegExp: /^(?:test|exec)$/ } as const;

/** `table[x]()` gets the table as `this`. */
const isChanged = (member: TSESTree.MemberExpression): boolean =>
  isWriteTarget(member) || (member.parent.type === 'CallExpression' && member.parent.callee === member);
