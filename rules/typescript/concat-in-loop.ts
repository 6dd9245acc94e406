import type { TSESLint, TSESTree } from '@typescript-eslint/utils';
import { asItem } from './edit/expressions';
import { derivedName, freshName } from './edit/names';
import { bodyOf, type Loop, loopsOutlivedBy, loopStatementAround, mayRunAgain } from './flow/loops';
import { isLimited } from './growth/accumulation';
import { memberAccumulator, variableAccumulator, type Accumulator } from './growth/accumulator';
import { isRestarted, joinIn, type Join } from './growth/joins';
import { hotThreshold } from './heat/static-heat';
import { createRule, type ProposedFix } from './rule';
import {
  contains,
  enclosingFunction,
  type FunctionNode,
  memberName,
  methodName,
  resolve,
  walk,
} from './syntax/nodes';
import { isBuiltIn } from './types/bindings';
import { isEmptyBuffer } from './types/constants';

/**
 * What is joined with each chunk that arrives: `this.rest = Buffer.concat([this.rest, chunk])` in what streams call, in
 * methods that are given chunks, and `this.list = this.list.concat(x)` in loops. Other loops belong to
 * ts/format-then-append and ts/accumulating-spread.
 */
export const concatInLoop = createRule({
  id: 'ts/concat-in-loop',
  summary: 'a buffer or array that is copied whole for each chunk that arrives',
  fix: 'suggestion',
  recipe:
    'Push the chunks into an array and concatenate them once, when all of a message has arrived; a parser keeps the chunks and a position in the first',
  reports: 'allocation',
  sample: 'typescript/concat-in-loop',
  allocation: {
    kind: 'buffer',
    cost: 'always',
    reason: 'n chunks cost n copies of everything received before, about n²/2 chunks',
    bytes: 2_000,
  },
  words: [
    [
      'concat',
      'Concat',
      'append',
      'Append',
      'join',
      'Join',
      'merge',
      'Merge',
      'combine',
      'Combine',
      'Array(',
    ],
  ],
  messages: {
    buffer: '`Buffer.concat()` copies all of `{{name}}` for each chunk that arrives',
    bytes: 'This copies all of `{{name}}` for each chunk that arrives',
    array: '`concat()` copies all of `{{name}}` each time',
    length: '`Buffer.concat()` copies all of `{{name}}` only for the length',
  },
  check({ sourceCode, filename, heat }, report) {
    const typed = /\.[cm]?tsx?$/.test(filename);
    const reported = new Set<TSESTree.Node>();
    return {
      AssignmentExpression(node) {
        const { left, right } = node;
        if (node.operator !== '=') return;
        const accumulator = accumulatorOf(sourceCode, left);
        const join = accumulator && joinIn(sourceCode, right, accumulator);
        if (!join || reported.has(join.node)) return;
        const fn = enclosingFunction(node);
        const loop = loopOutlived(sourceCode, left, node);
        if (loop ? isForLoops(sourceCode, node, join) : !fn || !outlives(sourceCode, left, fn)) return;
        if (fn && isLimited(sourceCode, join.node, accumulator, fn.body)) return;
        if (isRestarted(sourceCode, loop ? bodyOf(loop) : fn!.body, accumulator)) return;
        const runsOften = loop !== undefined || heat(node).score >= hotThreshold;
        if (!runsOften && !(join.kind !== 'array' && fn && takesChunks(sourceCode, fn, join))) return;
        reported.add(join.node);
        const handler = loop ? undefined : dataHandler(node);
        const fix =
          handler && join.node === right && !isReplaced(accumulator, node)
            ? collect(sourceCode, node, handler, typed)
            : undefined;
        report({
          at: join.node,
          messageId: join.kind === 'array' ? 'array' : join.kind === 'bytes' ? 'bytes' : 'buffer',
          data: { name: accumulator.name },
          allocation: { kind: join.kind === 'array' ? 'array' : 'buffer' },
          fixes: fix ? [fix] : [],
          ...(!fix && { noFix: 'what reads the buffer would have to read the chunks' }),
        });
      },
      MemberExpression(node) {
        const { object } = node;
        if (!/^(?:length|byteLength)$/.test(memberName(node) ?? '') || object.type !== 'CallExpression')
          return;
        const [list] = object.arguments;
        if (methodName(object) !== 'concat' || !list || list.type === 'SpreadElement') return;
        const { object: buffer } = object.callee as TSESTree.MemberExpression;
        if (buffer.type !== 'Identifier' || buffer.name !== 'Buffer' || !isBuiltIn(sourceCode, buffer))
          return;
        report({
          at: object,
          messageId: 'length',
          data: { name: sourceCode.getText(list) },
          allocation: { reason: 'the bytes of all chunks are copied, and only their number is read' },
          noFix: 'the length of each chunk is to be added up where it arrives',
        });
      },
    };
  },
});

function accumulatorOf(sourceCode: TSESLint.SourceCode, target: TSESTree.Node): Accumulator | undefined {
  if (target.type === 'MemberExpression') return memberAccumulator(sourceCode, target);
  const variable = target.type === 'Identifier' ? resolve(sourceCode, target) : undefined;
  return variable && variableAccumulator(variable);
}

/** The innermost loop whose rounds the target lives through. */
function loopOutlived(
  sourceCode: TSESLint.SourceCode,
  left: TSESTree.Node,
  assignment: TSESTree.AssignmentExpression,
): Loop | undefined {
  let root = left;
  while (root.type === 'MemberExpression') root = root.object;
  const variable = root.type === 'Identifier' ? resolve(sourceCode, root) : undefined;
  const declared = variable?.identifiers[0] as TSESTree.Node | undefined;
  return [...loopsOutlivedBy(assignment, declared)].find((loop) => mayRunAgain(assignment, loop));
}

/** What the two other rules report: buffers at the front, and arrays with a plain name. */
function isForLoops(
  sourceCode: TSESLint.SourceCode,
  { left, right }: TSESTree.AssignmentExpression,
  join: Join,
): boolean {
  if (join.kind === 'array') return left.type === 'Identifier';
  if (join.kind !== 'Buffer.concat' || join.node !== right) return false;
  const [list] = join.node.arguments;
  const first = list?.type === 'ArrayExpression' ? list.elements[0] : undefined;
  return !!first && sourceCode.getText(first) === sourceCode.getText(left);
}

/**
 * A method or function of its own whose parameter is what joins: whoever has chunks calls it for each of them. What other
 * events call says nothing.
 */
function takesChunks(sourceCode: TSESLint.SourceCode, fn: FunctionNode, join: Join): boolean {
  if (fn.parent.type === 'CallExpression' || fn.parent.type === 'NewExpression') return false;
  if (fn.parent.type === 'MethodDefinition' && fn.parent.kind !== 'method') return false;
  return join.added.some((part) => {
    let found = false;
    walk(sourceCode, part, (node) => {
      if (node.type !== 'Identifier') return;
      const definition = resolve(sourceCode, node)?.defs[0];
      found ||= definition?.type === 'Parameter' && (definition.node as TSESTree.Node) === fn;
    });
    return found;
  });
}

/** The function that `x.on('data', …)` calls for each chunk, written in place. */
function dataHandler(node: TSESTree.Node): FunctionNode | undefined {
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

function outlives(sourceCode: TSESLint.SourceCode, left: TSESTree.Node, fn: TSESTree.Node): boolean {
  let root = left;
  while (root.type === 'MemberExpression') root = root.object;
  if (root.type !== 'Identifier') return root.type === 'ThisExpression';
  const declared = resolve(sourceCode, root)?.defs[0];
  const name = declared?.name as TSESTree.Node | undefined;
  if (!declared || !name) return false;
  // An object that is passed in lives on; a variable of the function does not.
  return !contains(fn, name) || (left !== root && declared.type === 'Parameter');
}

/** Something is assigned to it besides: what a parser has read is cut off. */
function isReplaced(accumulator: Accumulator, own: TSESTree.AssignmentExpression): boolean {
  let root: TSESTree.Node = own;
  while (root.parent) root = root.parent;
  return accumulator
    .uses(root)
    .some(({ node, write }) => write && !contains(own, node) && node.parent?.type === 'AssignmentExpression');
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
  const [own, ...chunks] = (call.arguments[0] as TSESTree.ArrayExpression).elements;
  if (!own || sourceCode.getText(own) !== sourceCode.getText(left)) return undefined;
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
