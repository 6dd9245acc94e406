import type { TSESLint, TSESTree } from '@typescript-eslint/utils';
import { asItem, asReceiver, asTest } from './edit/expressions';
import { createRule, type ProposedFix } from './rule';
import { functionOf } from './syntax/functions';
import {
  contains,
  isFunction,
  isGlobal,
  isWriteTarget,
  memberName,
  methodName,
  resolve,
  walk,
} from './syntax/nodes';
import { freshName } from './edit/names';
import { changesIn, isNoticed } from './flow/changes';
import { hasValue } from './types/results';
import { elementType, writtenType } from './types/shapes';
import { receiverType, typeOf } from './types/values';
import { code } from '../wording';

type Arrow = TSESTree.ArrowFunctionExpression & { body: TSESTree.Expression };

/** Chains that measure slower than one pass. `filter().map()` and `map().flat()` do not, and are not reported. */
export const chainedArrays = createRule({
  id: 'ts/chained-arrays',
  summary:
    'an array made by map() or filter() in hot code only to be counted, searched, summed up or indexed',
  fix: 'safe',
  recipe:
    'Do the steps in one loop, or with `find()`, `some()` or `reduce()`, so that no array is made in between',
  reports: 'hot only',
  sample: 'typescript/chained-arrays',
  allocation: { kind: 'array', cost: 'always', reason: 'each step of the chain fills an array of its own' },
  words: [['filter', 'map']],
  messages: {
    count: '`filter()` makes an array of which only the length is used',
    countIf: '`filter()` makes an array only for its length (if `{{of}}` is an array)',
    first: '`filter()` makes an array of which only the {{which}} element is used',
    firstIf: '`filter()` makes an array for one element (if `{{of}}` is an array)',
    reduced: '{{methods}} makes an array that only `reduce()` goes through',
    reducedIf: '{{methods}} makes an array for `reduce()` (if `{{of}}` is an array)',
    searched: '`map()` makes an array only to look for one value in it',
    searchedIf: '`map()` makes an array to look for a value (if `{{of}}` is an array)',
    spread: '{{methods}} makes an array only to spread it into `{{into}}()`',
    spreadIf: '{{methods}} makes an array for `{{into}}()` (if `{{of}}` is an array)',
    looped: '{{methods}} makes an array that only this loop goes through',
    loopedIf: '{{methods}} makes an array for this loop (if `{{of}}` is an array)',
  },
  check({ sourceCode, filename }, report) {
    const typed = /\.[cm]?tsx?$/.test(filename);

    type Messages = 'count' | 'first' | 'reduced' | 'searched' | 'spread' | 'looped';
    /** Reports the chain where its source is an array, or may be one. */
    function found(
      at: TSESTree.Node,
      message: Messages,
      receiver: TSESTree.Expression,
      {
        fix,
        data = {},
        noFix,
      }: {
        readonly fix?: ProposedFix | undefined;
        readonly data?: Readonly<Record<string, string>>;
        readonly noFix?: string | undefined;
      },
    ): void {
      const type = receiverType(sourceCode, receiver)?.name;
      if (type !== undefined && type !== 'Array') return;
      const of = sourceCode.getText(receiver);
      const fixes = !fix ? [] : type ? [fix] : [conditional(fix, `${code(of)} is an array`)];
      report({
        at,
        messageId: type ? message : `${message}If`,
        data: { ...data, of },
        fixes,
        ...(fixes.length === 0 && noFix !== undefined && { noFix }),
      });
    }

    return {
      MemberExpression(node) {
        const filter = step(node.object, 'filter');
        if (!filter || node.optional) return;
        const isFirst = node.computed && node.property.type === 'Literal' && node.property.value === 0;
        if (isFirst) {
          const fix = find(sourceCode, node, filter, typed);
          const stopped = stopping(sourceCode, filter, fix);
          return found(node, 'first', filter.receiver, { ...stopped, data: { which: 'first' } });
        }
        if (memberName(node) !== 'length' || isWriteTarget(node)) return;
        const compared = comparisonOf(node);
        const fix = compared
          ? stopping(sourceCode, filter, ask(sourceCode, node, compared, filter))
          : { fix: count(sourceCode, node, filter, typed) };
        found(node, 'count', filter.receiver, fix);
      },
      CallExpression(node) {
        const method = methodName(node) ?? '';
        if (node.callee.type !== 'MemberExpression' || node.optional || node.callee.optional) return;
        const { object } = node.callee;
        const end = endOf(node, method);
        const filtered = end && step(object, 'filter');
        if (filtered) {
          const fix = end === 'first' ? find(sourceCode, node, filtered, typed) : undefined;
          return found(node, 'first', filtered.receiver, {
            noFix: 'what it stands for depends on what follows',
            ...stopping(sourceCode, filtered, fix),
            data: { which: end },
          });
        }
        if (/^(?:includes|indexOf|lastIndexOf)$/.test(method) && node.arguments.length === 1) {
          const mapped = step(object, 'map');
          if (mapped) found(node, 'searched', mapped.receiver, stopping(sourceCode, mapped, search(sourceCode, node, mapped))); // prettier-ignore
        } else if (method === 'reduce' && node.arguments.length === 2) {
          const chain = chainOf(object);
          if (!chain) return;
          const { map, filter, first, methods } = chain;
          const fix = onePass(sourceCode, node, first.receiver, map, filter, typed);
          found(node, 'reduced', first.receiver, { fix, data: { methods } });
        } else if (method === 'forEach') {
          const chain = chainOf(object);
          if (chain) found(object, 'looped', chain.first.receiver, { data: { methods: chain.methods }, noFix: oneLoop }); // prettier-ignore
        } else if (
          /^(?:max|min|hypot)$/.test(method) &&
          object.type === 'Identifier' &&
          object.name === 'Math'
        ) {
          const [only] = node.arguments;
          const chain = only?.type === 'SpreadElement' ? chainOf(only.argument) : undefined;
          if (chain && isGlobal(sourceCode, object))
            found(node, 'spread', chain.first.receiver, {
              data: { methods: chain.methods, into: `Math.${method}` },
              noFix: 'it takes a loop that keeps the largest or smallest so far',
            });
        }
      },
      ForOfStatement({ right, await: waits }) {
        const chain = waits ? undefined : chainOf(right);
        if (chain) found(right, 'looped', chain.first.receiver, { data: { methods: chain.methods }, noFix: oneLoop }); // prettier-ignore
      },
    };
  },
});

/** A fix with which the callback is called no more once one fits: not where the file shows that it has an effect. */
function stopping(
  sourceCode: TSESLint.SourceCode,
  { callback }: Step,
  fix: ProposedFix | undefined,
): { readonly fix?: ProposedFix | undefined; readonly noFix?: string } {
  const fn = callback.type === 'Identifier' ? functionOf(sourceCode, callback) : callback;
  return fn && isFunction(fn) && isNoticed(sourceCode, fn)
    ? { noFix: 'the callback has an effect, which the elements behind the first that fits would not have' }
    : { fix };
}

const oneLoop = 'the loop itself would have to do what the callbacks do';

/** Which element of an array is taken, and nothing else of it. */
function endOf(call: TSESTree.CallExpression, method: string): 'first' | 'last' | undefined {
  const [first] = call.arguments;
  if (method === 'shift' || method === 'pop') return first ? undefined : method === 'pop' ? 'last' : 'first';
  if (method !== 'at' || !first) return undefined;
  if (first.type === 'Literal' && first.value === 0) return 'first';
  const negative = first.type === 'UnaryExpression' && first.operator === '-' ? first.argument : undefined;
  return negative?.type === 'Literal' && negative.value === 1 ? 'last' : undefined;
}

interface Chain {
  readonly map: Step | undefined;
  readonly filter: Step | undefined;
  readonly first: Step;
  /** As a title names them. */
  readonly methods: string;
}

/** `xs.map(f)`, `xs.filter(f)`, `xs.map(f).filter(g)`. */
function chainOf(node: TSESTree.Node): Chain | undefined {
  const filter = step(node, 'filter');
  const map = step(filter ? filter.receiver : node, 'map');
  const first = map ?? filter;
  const methods = `\`${map ? 'map()' : ''}${map && filter ? '.' : ''}${filter ? 'filter()' : ''}\``;
  return first && { map, filter, first, methods };
}

/** A fix that holds only under one more condition. */
function conditional(fix: ProposedFix, condition: string): ProposedFix {
  const title = fix.title.endsWith(')')
    ? `${fix.title.slice(0, -1)}, and ${condition})`
    : `${fix.title} (if ${condition})`;
  return { ...fix, kind: 'suggestion', title };
}

/** `xs.map((x) => f(x)).includes(y)` as `xs.some((x) => f(x) === y)`. */
function search(
  sourceCode: TSESLint.SourceCode,
  node: TSESTree.CallExpression,
  map: Step,
): ProposedFix | undefined {
  const mapper = arrow(map.callback, 1, 2);
  const [wanted] = node.arguments;
  if (methodName(node) !== 'includes' || !mapper || mapper.returnType || map.call.typeArguments)
    return undefined;
  if (!wanted || (wanted.type !== 'Identifier' && wanted.type !== 'Literal')) return undefined;
  if (hasComments(sourceCode, node)) return undefined;
  const taken = mapper.params.some((p) => p.type === 'Identifier' && p.name === sourceCode.getText(wanted));
  if (taken) return undefined;
  const loose =
    /^(?:Conditional|Assignment|ArrowFunction|Sequence|Yield|Logical|Binary|Await|TSAs|TSSatisfies)Expression$/;
  const value = sourceCode.getText(mapper.body);
  const body = loose.test(mapper.body.type) || value.startsWith('{') ? `(${value})` : value;
  const params = mapper.params.map((param) => sourceCode.getText(param)).join(', ');
  return {
    title: 'Ask with `some()` (if the callback has no effects, and the value is not NaN)',
    kind: 'suggestion',
    edits: [
      {
        span: { start: endOfReceiver(sourceCode, map), end: node.range[1] },
        newText: `.some((${params}) => ${body} === ${sourceCode.getText(wanted)})`,
      },
    ],
  };
}

interface Step {
  readonly call: TSESTree.CallExpression;
  readonly receiver: TSESTree.Expression;
  readonly callback: TSESTree.CallExpressionArgument;
}

/** `receiver.method(callback)`. */
function step(node: TSESTree.Node, method: string): Step | undefined {
  if (node.type !== 'CallExpression' || node.callee.type !== 'MemberExpression') return undefined;
  if (node.optional || node.callee.optional || node.arguments.length !== 1) return undefined;
  const callback = node.arguments[0]!;
  // What takes texts or objects is no array.
  if (/^(?:SpreadElement|Literal|TemplateLiteral|ObjectExpression)$/.test(callback.type)) return undefined;
  if (methodName(node) !== method || callback.type === 'SpreadElement') return undefined;
  return { call: node, receiver: node.callee.object, callback };
}

/** Behind what the first step of the chain is called on, parentheses included. */
function endOfReceiver(sourceCode: TSESLint.SourceCode, { call }: Step): number {
  const dot = sourceCode.getTokenBefore((call.callee as TSESTree.MemberExpression).property)!;
  return sourceCode.getTokenBefore(dot)!.range[1];
}

const hasComments = (sourceCode: TSESLint.SourceCode, node: TSESTree.Node): boolean =>
  sourceCode.getCommentsInside(node).length > 0;

function find(
  sourceCode: TSESLint.SourceCode,
  node: TSESTree.MemberExpression | TSESTree.CallExpression,
  filter: Step,
  typed: boolean,
): ProposedFix | undefined {
  const { parent } = node;
  const isCalled = parent.type === 'CallExpression' && parent.callee === node;
  if (isWriteTarget(node) || isCalled || hasComments(sourceCode, node)) return undefined;
  const takesUndefined =
    parent.type === 'TSNonNullExpression' ||
    (parent.type === 'MemberExpression' && parent.object === node && parent.optional) ||
    (parent.type === 'LogicalExpression' && parent.left === node && parent.operator === '??');
  const callback = asItem(sourceCode, filter.callback);
  // `!`: whether an index may be undefined is the project's setting; what a method gives may be.
  const index = node.type === 'MemberExpression';
  const newText = `.find(${callback})${typed && index && !takesUndefined ? '!' : ''}`;
  return {
    title: 'Stop at the first with `find()` (if the callback has no effects, and the array no holes)',
    kind: 'suggestion',
    edits: [{ span: { start: endOfReceiver(sourceCode, filter), end: node.range[1] }, newText }],
  };
}

/** The comparison in which a length stands. */
function comparisonOf({ parent }: TSESTree.Node): TSESTree.BinaryExpression | undefined {
  return parent?.type === 'BinaryExpression' && /^[<>=!]/.test(parent.operator) ? parent : undefined;
}

/** `xs.some(f)`: what is meant where a length is compared with zero. */
function ask(
  sourceCode: TSESLint.SourceCode,
  length: TSESTree.MemberExpression,
  compared: TSESTree.BinaryExpression,
  filter: Step,
): ProposedFix | undefined {
  const { left, right, operator, range } = compared;
  if (left !== length || right.type !== 'Literal' || right.value !== 0) return undefined;
  const not = operator === '===' || operator === '==';
  if (!not && !/^(?:>|!==?)$/.test(operator)) return undefined;
  if (hasComments(sourceCode, compared)) return undefined;
  const some = `${asReceiver(sourceCode, filter.receiver)}.some(${asItem(sourceCode, filter.callback)})`;
  return {
    title: 'Ask with `some()` (if the callback has no effects)',
    kind: 'suggestion',
    edits: [{ span: { start: range[0], end: range[1] }, newText: not ? `!${some}` : some }],
  };
}

function count(
  sourceCode: TSESLint.SourceCode,
  node: TSESTree.MemberExpression,
  filter: Step,
  typed: boolean,
): ProposedFix | undefined {
  if (hasComments(sourceCode, node)) return undefined;
  const predicate = arrow(filter.callback, 1, 2);
  if (!predicate || predicate.returnType) return undefined;
  const name = freshName(sourceCode, 'count');
  const params = predicate.params.map((param) => sourceCode.getText(param)).join(', ');
  const newText = `.reduce${typed ? argumentFor(sourceCode, filter.receiver, 'number') : ''}((${name}, ${params}) => (${asTest(sourceCode, predicate.body)} ? ${name} + 1 : ${name}), 0)`;
  const tested = typed ? hasValue(sourceCode, predicate.body) : 'yes';
  if (tested === 'no') return undefined;
  return {
    title: `Count with \`reduce()\`${tested === 'yes' ? '' : ' (if the callback returns a value)'}`,
    kind: tested === 'yes' ? 'safe' : 'suggestion',
    edits: [{ span: { start: endOfReceiver(sourceCode, filter), end: node.range[1] }, newText }],
  };
}

/**
 * `<number>`, unless the elements' written type leaves no other reading: reduce() takes the accumulator for an element where
 * the elements admit it beside something else.
 */
function argumentFor(sourceCode: TSESLint.SourceCode, receiver: TSESTree.Expression, type: string): string {
  const element = elementType(writtenType(sourceCode, receiver))?.type ?? '';
  return /^TS(?:Number|String|Boolean)Keyword$/.test(element) ? '' : `<${type}>`;
}

/** An arrow function that is one expression, with plain names as parameters. */
function arrow(node: TSESTree.Node, least: number, most = least): Arrow | undefined {
  if (node.type !== 'ArrowFunctionExpression' || node.async || node.body.type === 'BlockStatement')
    return undefined;
  if (node.params.length < least || node.params.length > most || node.typeParameters) return undefined;
  return node.params.every((param) => param.type === 'Identifier') ? (node as Arrow) : undefined;
}

function onePass(
  sourceCode: TSESLint.SourceCode,
  node: TSESTree.CallExpression,
  receiver: TSESTree.Expression,
  map: Step | undefined,
  filter: Step | undefined,
  typed: boolean,
): ProposedFix | undefined {
  const [callback, seed] = node.arguments as [TSESTree.Expression, TSESTree.Expression];
  const reducer = arrow(callback, 2);
  const predicate = filter && arrow(filter.callback, 1);
  const mapper = map && arrow(map.callback, 1);
  if (!reducer || (filter && !predicate) || (map && !mapper) || hasComments(sourceCode, node))
    return undefined;
  if (predicate?.returnType || mapper?.returnType || reducer.returnType || map?.call.typeArguments)
    return undefined;
  const [total, value] = reducer.params as [TSESTree.Identifier, TSESTree.Identifier];
  // What one callback calls by a name must not become another's parameter.
  const foreign = (body: TSESTree.Node, own: string): boolean =>
    [total.name, value.name].some((name) => name !== own && mentions(sourceCode, [body], name));
  const tested = predicate?.params[0] as TSESTree.Identifier | undefined;
  if (predicate && tested && (foreign(predicate.body, tested.name) || tested.name === total.name))
    return undefined;
  const test = predicate && renamed(sourceCode, predicate, value.name);
  if (predicate && test === undefined) return undefined;
  const result = asItem(sourceCode, reducer.body);
  const step =
    predicate && test !== undefined
      ? `${asTest(sourceCode, predicate.body, test)} ? ${asTest(sourceCode, reducer.body)} : ${total.name}`
      : result;
  const first = sourceCode.getText(total);
  let text: string;
  if (mapper) {
    const source = mapper.params[0] as TSESTree.Identifier;
    if (source.name === total.name || foreign(mapper.body, source.name)) return undefined;
    const clashes = source.name === value.name;
    const others = [reducer.body, tested?.name === source.name ? undefined : predicate?.body];
    if (!clashes && mentions(sourceCode, others, source.name)) return undefined;
    const name = clashes ? freshName(sourceCode, 'element') : source.name;
    const mapped = renamed(sourceCode, mapper, name);
    if (mapped === undefined) return undefined;
    const annotation = source.typeAnnotation ? sourceCode.getText(source.typeAnnotation) : '';
    text = `(${first}, ${name}${annotation}) => { const ${sourceCode.getText(value)} = ${asItem(sourceCode, mapper.body, mapped)}; return ${step}; }`;
  } else {
    text = `(${first}, ${sourceCode.getText(value)}) => ${/^\{/.test(step) || predicate ? `(${step})` : step}`;
  }
  const written = node.typeArguments ? sourceCode.getText(node.typeArguments) : '';
  const types =
    typed && map && written === '' ? typeArgument(sourceCode, receiver, reducer, seed, mapper) : written;
  if (types === undefined) return undefined;
  if (dependOnEachOther(sourceCode, [mapper?.body, predicate?.body, reducer.body])) return undefined;
  const bodies = [mapper?.body, predicate?.body, reducer.body, seed];
  const pure =
    bodies.every((body) => !body || isPure(sourceCode, body)) &&
    failsAlone(sourceCode, mapper, predicate, reducer);
  return {
    title: `Do it in one pass with \`reduce()\`${pure ? '' : ' (if the callbacks do not depend on each other)'}`,
    kind: pure ? 'safe' : 'suggestion',
    edits: [
      {
        span: { start: endOfReceiver(sourceCode, (map ?? filter)!), end: node.range[1] },
        newText: `.reduce${types}(${text}, ${asItem(sourceCode, seed)})`,
      },
    ],
  };
}

/**
 * The type of the accumulator, which no longer follows from the mapped elements: that of the seed, where the reducer provably
 * gives no other. `undefined` where the file does not show it.
 */
function typeArgument(
  sourceCode: TSESLint.SourceCode,
  receiver: TSESTree.Expression,
  reducer: Arrow,
  seed: TSESTree.Expression,
  mapper: Arrow | undefined,
): string | undefined {
  const type = typeOf(sourceCode, seed)?.name;
  const [total, value] = reducer.params as [TSESTree.Identifier, TSESTree.Identifier];
  if (type !== 'number' && type !== 'string') return undefined;
  const gives = (node: TSESTree.Expression): boolean => {
    if (node.type === 'ConditionalExpression') return gives(node.consequent) && gives(node.alternate);
    // TypeScript has no sum of the seed's type and something that makes another type of it.
    if (node.type === 'BinaryExpression' && node.operator === '+')
      return gives(node.left) || gives(node.right);
    if (node.type === 'Identifier' && node.name === total.name) return true;
    if (node.type === 'Identifier' && node.name === value.name)
      return mapper !== undefined && typeOf(sourceCode, mapper.body)?.name === type;
    if (node.type === 'BinaryExpression') return type === 'number' && /^[-*/%]$/.test(node.operator);
    return typeOf(sourceCode, node)?.name === type;
  };
  return gives(reducer.body) ? argumentFor(sourceCode, receiver, type) : undefined;
}

/** Whether the name occurs as a variable, not only as a property. */
function mentions(
  sourceCode: TSESLint.SourceCode,
  bodies: readonly (TSESTree.Node | undefined)[],
  name: string,
): boolean {
  let found = false;
  for (const body of bodies) {
    if (!body) continue;
    walk(sourceCode, body, (node) => {
      if (node.type !== 'Identifier' || node.name !== name) return;
      const { parent } = node;
      const isKey =
        (parent.type === 'MemberExpression' && parent.property === node && !parent.computed) ||
        (parent.type === 'Property' && parent.key === node && !parent.shorthand && !parent.computed);
      if (!isKey) found = true;
    });
  }
  return found;
}

/** The body's text with another name for the only parameter; `undefined` where that takes more than a name. */
function renamed(sourceCode: TSESLint.SourceCode, fn: Arrow, name: string): string | undefined {
  const [start] = fn.body.range;
  let text = sourceCode.getText(fn.body);
  const parameter = fn.params[0] as TSESTree.Identifier;
  if (parameter.name === name) return text;
  if (mentions(sourceCode, [fn.body], name)) return undefined;
  const variable = sourceCode.getDeclaredVariables!(fn).find(
    (candidate) => candidate.name === parameter.name,
  );
  const uses = (variable?.references ?? []).map(({ identifier }) => identifier as TSESTree.Node);
  for (const use of uses.sort((a, b) => b.range[0] - a.range[0])) {
    if (use.parent?.type === 'Property' && use.parent.shorthand) return undefined;
    text = text.slice(0, use.range[0] - start) + name + text.slice(use.range[1] - start);
  }
  return text;
}

/**
 * Only one of the callbacks can fail, by reading a property of nothing, or they would fail for the same element: where two can,
 * one pass may fail with the error that came second before. Accessors are taken to be reads.
 */
function failsAlone(
  sourceCode: TSESLint.SourceCode,
  mapper: Arrow | undefined,
  predicate: Arrow | undefined,
  reducer: Arrow,
): boolean {
  const reads = (fn: Arrow | undefined, index: number): 'nothing' | 'the element' | 'more' => {
    const parameter = fn?.params[index] as TSESTree.Identifier | undefined;
    let found: 'nothing' | 'the element' | 'more' = 'nothing';
    if (!fn || !parameter) return found;
    walk(sourceCode, fn.body, (node) => {
      if (node.type !== 'MemberExpression' || node.optional) return;
      const own = node.object.type === 'Identifier' && node.object.name === parameter.name;
      found = own && found !== 'more' ? 'the element' : 'more';
    });
    return found;
  };
  const [mapped, tested, reduced] = [reads(mapper, 0), reads(predicate, 0), reads(reducer, 1)];
  if (mapped !== 'nothing') return tested === 'nothing' && reduced === 'nothing';
  return (
    tested === 'nothing' || reduced === 'nothing' || (tested === 'the element' && reduced === 'the element')
  );
}

/** One of them changes a variable, or what it holds, that another reads: the file shows that their order matters. */
function dependOnEachOther(
  sourceCode: TSESLint.SourceCode,
  bodies: readonly (TSESTree.Node | undefined)[],
): boolean {
  const parts = bodies.flatMap((body) => (body ? [{ body, changes: [...changesIn(sourceCode, body)] }] : []));
  return parts.some(({ body, changes }) =>
    changes.some(({ of }) => {
      const variable = of.type === 'Identifier' ? resolve(sourceCode, of) : undefined;
      return (variable?.references ?? []).some(({ identifier }) => {
        const use = identifier as TSESTree.Node;
        return parts.some(
          (other) =>
            other.body !== body &&
            contains(other.body, use) &&
            !other.changes.some((change) => change.of === use),
        );
      });
    }),
  );
}

/** Neither calls nor writes anything. */
function isPure(sourceCode: TSESLint.SourceCode, body: TSESTree.Node): boolean {
  let pure = true;
  walk(sourceCode, body, ({ type }) => {
    if (/^(?:Call|New|Assignment|Update|Await|Yield|Import|TaggedTemplate)Expression$/.test(type))
      pure = false;
    return pure;
  });
  return pure;
}
