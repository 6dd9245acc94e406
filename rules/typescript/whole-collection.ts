import type { TSESLint, TSESTree } from '@typescript-eslint/utils';
import { hotThreshold } from './heat/static-heat';
import {
  answerInstead,
  elementInstead,
  includesInstead,
  loopInstead,
  patternInstead,
  sizeInstead,
} from './growth/instead-of-lists';
import { loopInsteadOfPairs } from './growth/rebuilt-object';
import { isNamed, type Whole, wholeIn } from './growth/whole-lists';
import { createRule, type ProposedFix } from './rule';
import {
  contains,
  enclosingFunction,
  isWriteTarget,
  memberName,
  methodName,
  unwrap,
  walk,
} from './syntax/nodes';
import { isGivenDictionary } from './types/dictionaries';
import { receiverType } from './types/values';

/**
 * A whole list that is made for one answer: the first of `[...m.keys()]`, the smallest of a sorted copy, whether
 * `Object.keys(o)` is empty, what `Object.fromEntries(Object.entries(o)…)` could do in one loop.
 */
export const wholeCollection = createRule({
  id: 'ts/whole-collection',
  summary: 'a list of all that a collection holds, made for its first, its size, or one question',
  fix: 'safe',
  recipe:
    'Ask the collection itself: `m.keys().next().value`, `size`, `has()`, `in`, one loop that keeps the smallest, or a loop over the keys',
  reports: 'allocation',
  sample: 'typescript/whole-collection',
  allocation: {
    kind: 'array',
    cost: 'always',
    reason: 'the list has as many elements as the collection, for one answer',
  },
  words: [['[...', 'Array.from', 'Object.', 'sort', 'Sorted', 'new Set', 'slice', 'JSON.stringify', 'match']],
  messages: {
    element: 'This lists all of `{{of}}` only to take {{which}}',
    sorted: 'This sorts a copy of `{{of}}` only to take {{which}}',
    length: 'This lists all of `{{of}}` only to count it',
    question: 'This lists all of `{{of}}` for one `{{method}}()`',
    walk: 'This copies all of `{{of}}` only to go through it',
    entries: '`Object.fromEntries()` rebuilds `{{of}}` from pairs and lists of pairs',
    pairs: '`Object.entries()` makes a pair for each property of `{{of}}`',
    set: 'This set of the keys of `{{of}}` is asked nothing that `{{of}}` does not know',
    once: 'A set of all of `{{of}}` is made for one `has()`',
    again: 'The keys of `{{of}}` are listed a second time in this function',
    texts: '`JSON.stringify()` makes the text of both sides only to compare them',
    matches: 'This makes an array of all matches only to count them',
  },
  check({ sourceCode, heat }, report) {
    const isHot = (node: TSESTree.Node): boolean => heat(node).score >= hotThreshold;
    const text = (node: TSESTree.Node): string => sourceCode.getText(node);
    /** Of each function, what it has listed the keys of, and in which block last. */
    const listed = new Map<TSESTree.Node, Map<string, TSESTree.Node>>();
    const wholeOf = (node: TSESTree.Node | null | undefined): Whole | undefined => wholeIn(sourceCode, node);
    /** Keys of a dictionary that callers give: as many as their data has. */
    const isGiven = (node: TSESTree.Expression): boolean => isGivenDictionary(sourceCode, node);

    function taken(
      at: TSESTree.Node,
      whole: Whole | undefined,
      which: string,
      fix: (whole: Whole) => ProposedFix | undefined,
    ): void {
      if (!whole || (whole.how === 'copy' && isFixed(sourceCode, whole.of))) return;
      report({
        at,
        messageId: whole.how === 'sorted' ? 'sorted' : 'element',
        data: { of: text(whole.of), which },
        fixes: only(fix(whole)),
      });
    }

    return {
      MemberExpression(node) {
        if (isWriteTarget(node) || node.optional) return;
        const { object, property } = node;
        if (node.computed) {
          if (property.type === 'Literal' && property.value === 0)
            taken(node, wholeOf(object), 'the first', (whole) => elementInstead(sourceCode, node, whole, 'the first')); // prettier-ignore
          return;
        }
        if (memberName(node) !== 'length') return;
        const matched = matchesIn(sourceCode, object);
        if (matched && isHot(node)) return report({ at: node, messageId: 'matches' });
        const whole = wholeOf(object);
        if (!whole || whole.how === 'sorted') return;
        // An array's own length, and how many properties there are, which nothing else tells.
        if (whole.how === 'listing' && !isHot(node)) return;
        // A text of several units may be one character: its list is how they are counted.
        if (whole.how === 'copy' && !isCounted(sourceCode, whole.of)) return;
        report({ at: node, messageId: 'length', data: { of: text(whole.of) }, fixes: only(sizeInstead(sourceCode, node, whole)) }); // prettier-ignore
      },
      VariableDeclarator({ id, init }) {
        if (id.type === 'ArrayPattern' && id.elements.length === 1 && id.elements[0]?.type !== 'RestElement')
          taken(init!, wholeOf(init), 'the first', (whole) => patternInstead(sourceCode, init!, whole));
      },
      CallExpression(node) {
        const { callee } = node;
        if (callee.type !== 'MemberExpression' || node.optional || callee.optional) return;
        const method = memberName(callee) ?? '';
        const [first] = node.arguments;
        const end = endOf(method, first);
        if (end) return taken(node, wholeOf(callee.object), end, (whole) => elementInstead(sourceCode, node, whole, end)); // prettier-ignore
        if (method === 'has' && first && callee.object.type === 'NewExpression') {
          const [values] = callee.object.arguments;
          if (isNamed(sourceCode, callee.object.callee, 'Set') && isList(values) && isHot(node))
            report({ at: callee.object, messageId: 'once', data: { of: text(values) }, fixes: only(includesInstead(sourceCode, callee.object, values)) }); // prettier-ignore
          return;
        }
        if (method === 'fromEntries' && first && isNamed(sourceCode, callee.object, 'Object')) {
          const of = entriesBelow(sourceCode, first);
          if (of && first.type === 'CallExpression' && (isHot(node) || isGiven(of)))
            report({ at: node, messageId: 'entries', data: { of: text(of) }, fixes: only(loopInsteadOfPairs(sourceCode, node, of)) }); // prettier-ignore
          return;
        }
        if (!asks.test(method) || !isHot(node)) return;
        const whole = wholeOf(callee.object);
        if (!whole || whole.how === 'sorted' || isArray(sourceCode, whole)) return;
        if (whole.how === 'listing' && methodName(whole.node as TSESTree.CallExpression) === 'entries')
          return report({ at: whole.node, messageId: 'pairs', data: { of: text(whole.of) } });
        // Whoever goes through all keys needs them; a loop over them costs little less.
        if (whole.how === 'listing' && /^(?:forEach|reduce)$/.test(method)) return;
        report({ at: callee.object, messageId: 'question', data: { of: text(whole.of), method }, fixes: only(answerInstead(sourceCode, node, whole)) }); // prettier-ignore
      },
      ForOfStatement(loop) {
        const whole = loop.await ? undefined : wholeOf(loop.right);
        if (!whole || whole.how !== 'copy' || isFixed(sourceCode, whole.of) || !isHot(loop)) return;
        // What the loop changes has to be copied first.
        const type = receiverType(sourceCode, whole.of)?.name;
        if (!/^(?:Array|Map|Set|iterator)$/.test(type ?? '') || mentions(sourceCode, loop.body, whole.of))
          return;
        if (hasCalls(sourceCode, loop.body)) return;
        report({ at: loop.right, messageId: 'walk', data: { of: text(whole.of) }, fixes: only(loopInstead(sourceCode, loop, whole)) }); // prettier-ignore
      },
      NewExpression(node) {
        const [keys] = node.arguments;
        if (!isNamed(sourceCode, node.callee, 'Set') || keys?.type !== 'CallExpression') return;
        const whole = wholeOf(keys);
        if (whole?.how !== 'listing' || methodName(keys) !== 'keys' || !(isHot(node) || isGiven(whole.of)))
          return;
        if (isOnlyAsked(sourceCode, node))
          report({ at: node, messageId: 'set', data: { of: text(whole.of) } });
      },
      'CallExpression:exit'(node) {
        const [object] = node.arguments;
        if (methodName(node) !== 'keys' || !object) return;
        const { object: owner } = node.callee as TSESTree.MemberExpression;
        if (!isNamed(sourceCode, owner, 'Object') || object.type === 'SpreadElement') return;
        const fn = enclosingFunction(node);
        if (!fn) return;
        const known = listed.get(fn) ?? new Map<string, TSESTree.Node>();
        listed.set(fn, known);
        const of = text(object);
        // In two branches only one of them runs.
        const before = known.get(of);
        if (before && contains(before, node) && isHot(node))
          report({ at: node, messageId: 'again', data: { of } });
        known.set(of, branchOf(node));
      },
      BinaryExpression(node) {
        const isText = (side: TSESTree.Node): boolean =>
          side.type === 'CallExpression' &&
          methodName(side) === 'stringify' &&
          isNamed(sourceCode, (side.callee as TSESTree.MemberExpression).object, 'JSON');
        if (/^[=!]==?$/.test(node.operator) && isText(node.left) && isText(node.right) && isHot(node))
          report({ at: node, messageId: 'texts', allocation: { kind: 'string concatenation' } });
      },
    };
  },
});

const only = (fix: ProposedFix | undefined): readonly ProposedFix[] => (fix ? [fix] : []);

const asks = /^(?:includes|indexOf|some|every|find|findIndex|reduce|forEach)$/;

/** Something that has been listed before; constants are what ts/constant-collection-per-call reports. */
const isList = (node: TSESTree.CallExpressionArgument | undefined): node is TSESTree.Expression =>
  node !== undefined && node.type !== 'ArrayExpression' && node.type !== 'SpreadElement';

/** The element at one of the ends, in words. */
function endOf(method: string, first: TSESTree.CallExpressionArgument | undefined): string | undefined {
  if (method === 'shift' && !first) return 'the first';
  if (method === 'pop' && !first) return 'the last';
  if (method !== 'at' || !first) return undefined;
  if (first.type === 'Literal' && first.value === 0) return 'the first';
  return first.type === 'UnaryExpression' && first.operator === '-' ? 'the last' : undefined;
}

/** A literal, or an iterator that ends by itself: `[...'abc']`, `[...Array(3).keys()]`. */
function isFixed(sourceCode: TSESLint.SourceCode, of: TSESTree.Expression): boolean {
  const type = receiverType(sourceCode, of)?.name;
  return of.type === 'Literal' || of.type === 'TemplateLiteral' || type === 'string';
}

/** Known to hold elements that are counted in another way than by listing them. */
function isCounted(sourceCode: TSESLint.SourceCode, of: TSESTree.Expression): boolean {
  return /^(?:Array|Map|Set|iterator)$/.test(receiverType(sourceCode, of)?.name ?? '');
}

/** An array's copy that is searched is at worst as dear as searching it. */
function isArray(sourceCode: TSESLint.SourceCode, whole: Whole): boolean {
  return whole.how === 'copy' && isFixed(sourceCode, whole.of);
}

/** What `Object.entries(o)` of a chain of map() and filter() lists; the chain has at least one of them. */
function entriesBelow(sourceCode: TSESLint.SourceCode, node: TSESTree.Node): TSESTree.Expression | undefined {
  let at: TSESTree.Node = node;
  let steps = 0;
  while (
    at.type === 'CallExpression' &&
    at.callee.type === 'MemberExpression' &&
    /^(?:map|filter|flatMap|sort)$/.test(methodName(at) ?? '')
  ) {
    at = at.callee.object;
    steps++;
  }
  const whole = steps > 0 ? wholeIn(sourceCode, at) : undefined;
  return whole?.how === 'listing' ? whole.of : undefined;
}

/** `size`, `has()` and loops are all that a set's variable is used for. */
function isOnlyAsked(sourceCode: TSESLint.SourceCode, made: TSESTree.NewExpression): boolean {
  const declarator = made.parent;
  const variable =
    declarator.type === 'VariableDeclarator' && declarator.id.type === 'Identifier'
      ? sourceCode.getDeclaredVariables!(declarator)[0]
      : undefined;
  const uses = variable?.references.filter(({ init }) => init !== true) ?? [];
  return (
    uses.length > 0 &&
    uses.every(({ identifier }) => {
      const use = identifier as TSESTree.Node;
      const { parent } = use;
      if (parent?.type === 'ForOfStatement') return parent.right === use;
      return parent?.type === 'MemberExpression' && /^(?:size|has)$/.test(memberName(parent) ?? '');
    })
  );
}

/** The innermost block that a node runs with. */
function branchOf(node: TSESTree.Node): TSESTree.Node {
  let at = node;
  while (at.parent && at.type !== 'BlockStatement' && at.type !== 'SwitchCase') at = at.parent;
  return at;
}

/** `text.match(/x/g)`, also `(text.match(/x/g) ?? [])`. */
function matchesIn(sourceCode: TSESLint.SourceCode, node: TSESTree.Expression): boolean {
  const at = unwrap(node);
  if (at.type === 'LogicalExpression') return matchesIn(sourceCode, at.left as TSESTree.Expression);
  if (at.type === 'ChainExpression') return matchesIn(sourceCode, at.expression);
  if (at.type !== 'CallExpression' || methodName(at) !== 'match') return false;
  const [pattern] = at.arguments;
  return pattern?.type === 'Literal' && 'regex' in pattern && pattern.regex.flags.includes('g');
}

function mentions(sourceCode: TSESLint.SourceCode, body: TSESTree.Node, of: TSESTree.Expression): boolean {
  let root: TSESTree.Node = of;
  while (root.type === 'CallExpression' || root.type === 'MemberExpression')
    root = root.type === 'CallExpression' ? root.callee : root.object;
  const name = sourceCode.getText(root);
  let found = false;
  walk(sourceCode, body, (node) => {
    found ||=
      (node.type === 'Identifier' || node.type === 'ThisExpression') && sourceCode.getText(node) === name;
    return !found;
  });
  return found;
}

/** Something is called that may change the collection. */
function hasCalls(sourceCode: TSESLint.SourceCode, body: TSESTree.Node): boolean {
  let found = false;
  walk(sourceCode, body, (node) => {
    found ||= node.type === 'CallExpression' && node.callee.type === 'Identifier';
    return !found;
  });
  return found;
}
