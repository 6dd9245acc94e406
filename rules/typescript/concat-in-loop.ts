import type { TSESLint, TSESTree } from '@typescript-eslint/utils';
import { asItem } from './edit/expressions';
import { derivedName, freshName } from './edit/names';
import { loopStatementAround, mayRunAgain } from './flow/loops';
import { replacementsOf } from './growth/replacements';
import { createRule, type ProposedFix } from './rule';
import { contains, enclosingFunction, methodName, resolve } from './syntax/nodes';
import { isBuiltIn, isEmptyBuffer, typeOf } from './types/values';

/**
 * `buffer = Buffer.concat([buffer, chunk])` and `list = list.concat(x)` in the handlers of streams, and `this.list =
 * this.list.concat(x)` in loops. Other loops belong to ts/format-then-append and ts/accumulating-spread.
 */
export const concatInLoop = createRule({
  id: 'ts/concat-in-loop',
  summary: 'a buffer or array that is copied by concat for each chunk of a stream',
  fix: 'suggestion',
  recipe: 'Push the chunks into an array and concatenate them once, when all have arrived',
  reports: 'allocation',
  sample: 'typescript/concat-in-loop',
  allocation: {
    kind: 'buffer',
    cost: 'always',
    reason: 'n chunks cost n copies of everything received before, about n²/2 chunks',
  },
  words: [['concat']],
  messages: {
    buffer: '`Buffer.concat()` copies all of `{{name}}` for each chunk that arrives',
    array: '`concat()` copies all of `{{name}}` each time',
  },
  check({ sourceCode, filename }, report) {
    const typed = /\.[cm]?tsx?$/.test(filename);
    return {
      AssignmentExpression(node) {
        const { left, right } = node;
        if (node.operator !== '=' || right.type !== 'CallExpression' || methodName(right) !== 'concat')
          return;
        if (left.type !== 'Identifier' && left.type !== 'MemberExpression') return;
        const name = sourceCode.getText(left);
        const { object } = right.callee as TSESTree.MemberExpression;
        const buffers =
          object.type === 'Identifier' && object.name === 'Buffer' && isBuiltIn(sourceCode, object);
        if (buffers ? !startsWith(sourceCode, right, name) : sourceCode.getText(object) !== name) return;
        if (!buffers && (right.arguments.length === 0 || !isArray(sourceCode, object))) return;
        const loop = loopStatementAround(node);
        const handler = loop ? undefined : dataHandler(node);
        // Loops over buffers and over plain names are what the two other rules report.
        if (loop ? buffers || left.type === 'Identifier' || !mayRunAgain(node, loop) : !handler) return;
        if (handler && !outlives(sourceCode, left, handler)) return;
        if (isCutElsewhere(sourceCode, node, name)) return;
        const fix = buffers && handler ? collect(sourceCode, node, handler, typed) : undefined;
        report({
          at: right,
          messageId: buffers ? 'buffer' : 'array',
          data: { name },
          allocation: { kind: buffers ? 'buffer' : 'array' },
          fixes: fix ? [fix] : [],
        });
      },
    };
  },
});

/** By its type, or because it starts as an array: `concat` of strings gives strings. */
function isArray(sourceCode: TSESLint.SourceCode, node: TSESTree.Expression): boolean {
  if (typeOf(sourceCode, node)?.name === 'Array') return true;
  const declared = node.type === 'Identifier' ? resolve(sourceCode, node)?.defs[0]?.node : undefined;
  return declared?.type === 'VariableDeclarator' && declared.init?.type === 'ArrayExpression';
}

/** `Buffer.concat([name, …])`. */
function startsWith(sourceCode: TSESLint.SourceCode, call: TSESTree.CallExpression, name: string): boolean {
  const [list] = call.arguments;
  if (list?.type !== 'ArrayExpression' || list.elements.length < 2) return false;
  const [first] = list.elements;
  return !!first && sourceCode.getText(first) === name;
}

/** The function that `x.on('data', …)` calls for each chunk, written in place. */
function dataHandler(node: TSESTree.Node): TSESTree.Node | undefined {
  const fn = enclosingFunction(node);
  const call = fn?.parent;
  if (!fn || call?.type !== 'CallExpression' || call.arguments[1] !== fn) return undefined;
  const [event] = call.arguments;
  return /^(?:on|addListener)$/.test(methodName(call) ?? '') &&
    event?.type === 'Literal' &&
    event.value === 'data'
    ? fn
    : undefined;
}

function outlives(sourceCode: TSESLint.SourceCode, left: TSESTree.Node, handler: TSESTree.Node): boolean {
  if (left.type !== 'Identifier') return true;
  const declared = resolve(sourceCode, left)?.defs[0]?.name as TSESTree.Node | undefined;
  return declared !== undefined && !contains(handler, declared);
}

/** Something else than nothing is assigned to it: what a parser has read is cut off, and it holds little. */
function isCutElsewhere(
  sourceCode: TSESLint.SourceCode,
  own: TSESTree.AssignmentExpression,
  name: string,
): boolean {
  return replacementsOf(sourceCode, name).some((node) => {
    const empty =
      isEmptyBuffer(sourceCode, node.right) ||
      (node.right.type === 'ArrayExpression' && node.right.elements.length === 0);
    return !empty || contains(enclosingFunction(own) ?? own, node);
  });
}

function collect(
  sourceCode: TSESLint.SourceCode,
  assignment: TSESTree.AssignmentExpression,
  handler: TSESTree.Node,
  typed: boolean,
): ProposedFix | undefined {
  const { left, right } = assignment;
  const variable = left.type === 'Identifier' ? resolve(sourceCode, left) : undefined;
  const declarator = variable?.defs.length === 1 ? (variable.defs[0]!.node as TSESTree.Node) : undefined;
  if (declarator?.type !== 'VariableDeclarator' || declarator.id.type !== 'Identifier') return undefined;
  const declaration = declarator.parent;
  const call = right as TSESTree.CallExpression;
  if (declaration.kind === 'var' || declaration.declarations.length !== 1) return undefined;
  if (declaration.parent.type === 'ExportNamedDeclaration' || call.arguments.length !== 1) return undefined;
  if (!isEmptyBuffer(sourceCode, declarator.init)) return undefined;
  const holder = assignment.parent;
  if (
    holder.type !== 'ExpressionStatement' &&
    !(holder.type === 'ArrowFunctionExpression' && holder.body === assignment)
  )
    return undefined;
  const comments = [declaration, assignment].some((node) => sourceCode.getCommentsInside(node).length > 0);
  const chunks = (call.arguments[0] as TSESTree.ArrayExpression).elements.slice(1);
  if (comments || chunks.some((chunk) => !chunk || chunk.type === 'SpreadElement')) return undefined;
  // One read elsewhere: more of them would each concatenate.
  const reads = variable!.references.filter(
    ({ identifier, init }) => init !== true && !contains(assignment, identifier as TSESTree.Node),
  );
  const read =
    reads.length === 1 && !reads[0]!.isWrite() ? (reads[0]!.identifier as TSESTree.Node) : undefined;
  if (!read || contains(handler, read) || loopStatementAround(read)) return undefined;
  if (read.parent?.type === 'Property' && read.parent.shorthand) return undefined;
  const parts = freshName(sourceCode, derivedName(variable!.name, 'Parts'));
  const end = sourceCode.text[declaration.range[1] - 1] === ';' ? ';' : '';
  const texts = chunks.map((chunk) => asItem(sourceCode, chunk!)).join(', ');
  return {
    title: 'Collect the chunks and concatenate once (if no chunk is written to again before that)',
    kind: 'suggestion',
    edits: [
      {
        span: { start: declaration.range[0], end: declaration.range[1] },
        newText: `const ${parts}${typed ? ': Uint8Array[]' : ''} = []${end}`,
      },
      {
        span: { start: assignment.range[0], end: assignment.range[1] },
        newText: `${parts}.push(${texts})`,
      },
      { span: { start: read.range[0], end: read.range[1] }, newText: `Buffer.concat(${parts})` },
    ].sort((a, b) => a.span.start - b.span.start),
  };
}
