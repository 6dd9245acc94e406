import type { TSESLint, TSESTree } from '@typescript-eslint/utils';
import { asItem } from './edit/expressions';
import { indentUnit, newlineOf } from './edit/layout';
import { moduleName } from './edit/names';
import { isSemicolonFree } from './edit/statements';
import { declareAtTop } from './hoist/place';
import { isModule } from './syntax/module';
import type { TextEdit } from '../model';
import { createRule, type ProposedFix } from './rule';
import { isGlobal, memberName } from './syntax/nodes';
import { receiverType, typeOf } from './types/values';
import { code } from '../wording';

/** Further behind most of the text is searched anyway. */
const lastIndex = 3;

interface SplitPart {
  readonly split: TSESTree.CallExpression;
  readonly text: TSESTree.Expression;
  /** Counted from the start, or `last`. */
  readonly index: number | 'last';
}

/** `text.split(separator)[k]` in hot code. */
export const splitIndex = createRule({
  id: 'ts/split-index',
  summary: 'a string that hot code splits into an array of all parts to take one of them',
  fix: 'safe',
  recipe: 'Find the separator with `indexOf()` and take the part with `slice()`',
  reports: 'hot only',
  sample: 'typescript/split-index',
  allocation: {
    kind: 'array',
    cost: 'always',
    reason: 'split() makes an array, and a string for each part',
  },
  words: [['split']],
  messages: {
    part: '`split()` makes an array of all parts, of which only {{which}} is used',
    numbers: '`split()` makes a text of each part, only to make a number of it',
  },
  check({ sourceCode, filename }, report) {
    const typed = /\.[cm]?tsx?$/.test(filename);
    const check = (node: TSESTree.MemberExpression | TSESTree.CallExpression): void => {
      const part = node.type === 'MemberExpression' ? indexed(node) : last(node);
      if (!part) return;
      if (!mayBeText(sourceCode, part.text)) return;
      const type = typeOf(sourceCode, part.text)?.name;
      const fix = fixOf(sourceCode, node, part, typed, type === 'string');
      report({
        at: node,
        messageId: 'part',
        data: { which: part.index === 'last' ? 'the last' : `number ${part.index}` },
        fixes: fix ? [fix] : [],
      });
    };
    return {
      MemberExpression: check,
      CallExpression(node) {
        const split = toNumbers(sourceCode, node);
        if (!split) return check(node);
        report({ at: node, messageId: 'numbers', noFix: 'it takes a loop from separator to separator' });
      },
      VariableDeclarator({ id, init }) {
        const [first] = id.type === 'ArrayPattern' ? id.elements : [];
        if (id.type !== 'ArrayPattern' || id.elements.length !== 1 || first?.type === 'RestElement') return;
        const split = init && splitCall(init);
        if (!split || !mayBeText(sourceCode, split.text)) return;
        report({
          at: init,
          messageId: 'part',
          data: { which: 'number 0' },
          noFix: 'the pattern would have to go',
        });
      },
    };
  },
});

const mayBeText = (sourceCode: TSESLint.SourceCode, node: TSESTree.Node): boolean => {
  const type = receiverType(sourceCode, node)?.name;
  return type === undefined || type === 'string';
};

/** `text.split(',').map(Number)`, `.map((x) => parseInt(x, 10))`, `.map((x) => +x)`. */
function toNumbers(
  sourceCode: TSESLint.SourceCode,
  node: TSESTree.CallExpression,
): Pick<SplitPart, 'split' | 'text'> | undefined {
  const [convert] = node.arguments;
  if (node.callee.type !== 'MemberExpression' || memberName(node.callee) !== 'map' || !convert)
    return undefined;
  const split = splitCall(node.callee.object);
  if (!split || !mayBeText(sourceCode, split.text)) return undefined;
  const isConversion = (callee: TSESTree.Node): boolean =>
    callee.type === 'Identifier' &&
    /^(?:Number|parseInt|parseFloat)$/.test(callee.name) &&
    isGlobal(sourceCode, callee);
  if (isConversion(convert)) return split;
  if (convert.type !== 'ArrowFunctionExpression' || convert.body.type === 'BlockStatement') return undefined;
  const { body } = convert;
  return (body.type === 'CallExpression' && isConversion(body.callee)) ||
    (body.type === 'UnaryExpression' && body.operator === '+')
    ? split
    : undefined;
}

function splitCall(node: TSESTree.Node): Pick<SplitPart, 'split' | 'text'> | undefined {
  const call = node.type === 'TSNonNullExpression' ? node.expression : node;
  if (call.type !== 'CallExpression' || call.callee.type !== 'MemberExpression') return undefined;
  if (call.optional || memberName(call.callee) !== 'split') return undefined;
  const [separator] = call.arguments;
  // A limit already keeps the array short.
  if (call.arguments.length !== 1 || separator!.type === 'SpreadElement') return undefined;
  return { split: call, text: call.callee.object };
}

/** `text.split(separator)[k]`, read. */
function indexed(node: TSESTree.MemberExpression): SplitPart | undefined {
  const split = node.computed && !node.optional ? splitCall(node.object) : undefined;
  const key = node.property;
  if (!split || key.type !== 'Literal' || typeof key.value !== 'number') return undefined;
  if (!Number.isInteger(key.value) || key.value < 0 || key.value > lastIndex) return undefined;
  const { parent } = node;
  const read =
    !(parent.type === 'AssignmentExpression' && parent.left === node) &&
    parent.type !== 'UpdateExpression' &&
    !(parent.type === 'UnaryExpression' && parent.operator === 'delete');
  return read ? { ...split, index: key.value } : undefined;
}

/** `text.split(separator).pop()` and `.at(-1)`. */
function last(node: TSESTree.CallExpression): SplitPart | undefined {
  if (node.callee.type !== 'MemberExpression' || node.optional || node.callee.optional) return undefined;
  const method = memberName(node.callee);
  const [argument] = node.arguments;
  const isLast =
    (method === 'pop' && argument === undefined) ||
    (method === 'at' &&
      argument?.type === 'UnaryExpression' &&
      argument.operator === '-' &&
      argument.argument.type === 'Literal' &&
      argument.argument.value === 1);
  const split = isLast ? splitCall(node.callee.object) : undefined;
  return split && { ...split, index: 'last' };
}

function fixOf(
  sourceCode: TSESLint.SourceCode,
  node: TSESTree.Expression,
  { split, text, index }: SplitPart,
  typed: boolean,
  isString: boolean,
): ProposedFix | undefined {
  const separator = split.arguments[0] as TSESTree.Expression;
  if (separator.type !== 'Literal' || typeof separator.value !== 'string' || separator.value === '')
    return undefined;
  if (sourceCode.getCommentsInside(node).length > 0) return undefined;
  // In an optional chain the part would be looked for although there is no text.
  for (let at: TSESTree.Node = split.callee; ;) {
    if (at.type === 'ChainExpression') return undefined;
    if ('optional' in at && at.optional) return undefined;
    if (at.type === 'MemberExpression') at = at.object;
    else if (at.type === 'CallExpression') at = at.callee;
    else if (at.type === 'TSNonNullExpression') at = at.expression;
    else break;
  }
  const source = asItem(sourceCode, text);
  const search = sourceCode.getText(separator);
  const span = { start: node.range[0], end: node.range[1] };
  const condition = isString ? '' : ` (if ${code(source)} is a string)`;
  const kind = isString ? 'safe' : 'suggestion';
  if (index === 'last') {
    // The text is named twice; and "aaa".split("aa") counts from the left, lastIndexOf from the right.
    if (text.type !== 'Identifier' || separator.value.length !== 1) return undefined;
    const newText = `${source}.slice(${source}.lastIndexOf(${search}) + 1)`;
    return {
      title: `Take what is behind the last ${code(search)}${condition}`,
      kind,
      edits: [{ span, newText }],
    };
  }
  if (!isModule(sourceCode)) return undefined;
  const edits: TextEdit[] = [];
  const first = index === 0;
  const helper = helperOf(sourceCode, first, typed);
  // `!` where the project's types may or may not say `| undefined` about an index.
  const bang = typed && !first && !takesUndefined(node) ? '!' : '';
  edits.push({
    span,
    newText: `${helper.name}(${source}, ${search}${first ? '' : `, ${index}`})${bang}`,
  });
  if (helper.text !== undefined) {
    // At one place for all, so that no two fixes declare it at once.
    edits.unshift(declareAtTop(sourceCode, helper.text));
  }
  return {
    title: `Look for ${code(search)} instead of splitting at each${condition}`,
    kind,
    edits,
  };
}

/** Followed by `!`, `?.` or `??`. */
function takesUndefined(node: TSESTree.Expression): boolean {
  const parent = node.parent!;
  return (
    parent.type === 'TSNonNullExpression' ||
    (parent.type === 'MemberExpression' && parent.object === node && parent.optional) ||
    (parent.type === 'LogicalExpression' && parent.left === node && parent.operator === '??')
  );
}

interface Helper {
  readonly name: string;
  /** Undefined when the file has it already. */
  readonly text: string | undefined;
}

/** By text: all fixes of a file that need a helper bring along the same one, so that it is declared once. */
const helpers = new WeakMap<TSESLint.SourceCode, Map<string, Helper>>();

function helperOf(sourceCode: TSESLint.SourceCode, first: boolean, typed: boolean): Helper {
  const known = helpers.get(sourceCode) ?? new Map<string, Helper>();
  helpers.set(sourceCode, known);
  const key = `${first} ${typed}`;
  const helper = known.get(key) ?? newHelper(sourceCode, first, typed);
  known.set(key, helper);
  return helper;
}

/** The file's own helper of the same text, or the text of a new one. */
function newHelper(sourceCode: TSESLint.SourceCode, first: boolean, typed: boolean): Helper {
  const base = first ? 'partBefore' : 'partAt';
  for (const statement of sourceCode.ast.body) {
    if (statement.type !== 'FunctionDeclaration') continue;
    const { name } = statement.id;
    if (name.startsWith(base) && sourceCode.getText(statement) === helperText(sourceCode, name, first, typed))
      return { name, text: undefined };
  }
  const name = moduleName(sourceCode, base);
  const doc = first
    ? '/** `text.split(separator)[0]`, without making the other parts. */'
    : '/** `text.split(separator)[index]`, without making the other parts. */';
  return { name, text: `${doc}${newlineOf(sourceCode.text)}${helperText(sourceCode, name, first, typed)}` };
}

function helperText(sourceCode: TSESLint.SourceCode, name: string, first: boolean, typed: boolean): string {
  const [string, number, result] = typed
    ? [': string', ': number', first ? ': string' : ': string | undefined']
    : ['', '', ''];
  const unit = indentUnit(sourceCode.text);
  const lines = first
    ? [
        `function ${name}(text${string}, separator${string})${result} {`,
        `${unit}const end = text.indexOf(separator);`,
        `${unit}return end < 0 ? text : text.slice(0, end);`,
        '}',
      ]
    : [
        `function ${name}(text${string}, separator${string}, index${number})${result} {`,
        `${unit}let start = 0;`,
        `${unit}for (let i = 0; i < index; i++) {`,
        `${unit}${unit}const found = text.indexOf(separator, start);`,
        `${unit}${unit}if (found < 0) return undefined;`,
        `${unit}${unit}start = found + separator.length;`,
        `${unit}}`,
        `${unit}const end = text.indexOf(separator, start);`,
        `${unit}return end < 0 ? text.slice(start) : text.slice(start, end);`,
        '}',
      ];
  const text = lines.join(newlineOf(sourceCode.text));
  return isSemicolonFree(sourceCode) ? text.replace(/;$/gm, '') : text;
}
