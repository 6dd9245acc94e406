import type { TSESLint, TSESTree } from '@typescript-eslint/utils';
import { asItem, asReceiver } from './edit/expressions';
import { indentAt, newlineOf } from './edit/layout';
import { derivedName, freshName } from './edit/names';
import { removeStatement, statementEnd } from './edit/statements';
import type { TextEdit } from '../model';
import { bodyOf, loopsOutlivedBy, mayRunAgain, type Loop } from './flow/loops';
import { memberAccumulator, variableAccumulator } from './growth/accumulator';
import { isRestarted } from './growth/joins';
import { createRule, type ProposedFix } from './rule';
import { contains, enclosingFunction, memberName, methodName, resolve, walk } from './syntax/nodes';
import { isBuiltIn } from './types/bindings';
import { isEmptyBuffer } from './types/constants';
import { isBytes } from './types/value-type';
import { typeOf } from './types/values';
import { code } from '../wording';

/** Text on its way into a buffer: who encodes it, and how it gets there. */
interface Detour {
  /** The call that allocates: `encoder.encode(s)`, `Buffer.from(s)`. */
  readonly encoded: TSESTree.CallExpression;
  readonly by: 'encode' | 'from';
  readonly text: TSESTree.Expression;
  /** `'latin1'` of `Buffer.from(s, 'latin1')`. */
  readonly encoding: TSESTree.Expression | undefined;
  /** `target.set(bytes, offset)` or `bytes.copy(target, offset)`. */
  readonly copied: TSESTree.CallExpression;
  readonly target: TSESTree.Expression;
  readonly offset: TSESTree.Expression | undefined;
  /** Where the bytes have a name in between. */
  readonly variable:
    | {
        readonly declarator: TSESTree.VariableDeclarator;
        readonly lengths: readonly TSESTree.MemberExpression[];
      }
    | undefined;
}

export const formatThenAppend = createRule({
  id: 'ts/format-then-append',
  summary:
    'text encoded into bytes of its own only to be copied into a buffer, and buffers concatenated in a loop',
  fix: 'suggestion',
  recipe: 'Write with `encodeInto()` or `write()` into the target, and concatenate once behind the loop',
  reports: 'allocation',
  sample: 'typescript/format-then-append',
  allocation: { kind: 'buffer', cost: 'always', reason: 'the encoded bytes are an array of their own' },
  words: [['TextEncoder', 'Buffer']],
  messages: {
    encode: '`{{encoder}}.encode()` makes bytes that are copied into `{{target}}`',
    from: '`Buffer.from()` makes a buffer of bytes that are copied into `{{target}}`',
    concat: '`Buffer.concat()` copies all that `{{name}}` holds, on each iteration',
  },
  check(context, report) {
    const { sourceCode } = context;
    const typed = /\.[cm]?tsx?$/.test(context.filename);
    return {
      CallExpression(node) {
        const concat = accumulation(sourceCode, node);
        if (concat) {
          report({
            at: node,
            messageId: 'concat',
            data: { name: sourceCode.getText(concat.assignment.left) },
            allocation: { reason: 'n chunks cost n buffers and about n²/2 copies of a chunk' },
            related: [{ at: headOf(concat.loop), message: 'the loop' }],
            fixes: collect(sourceCode, concat, typed),
          });
          return;
        }
        const detour = detourOf(sourceCode, node);
        if (!detour) return;
        report({
          at: detour.encoded,
          messageId: detour.by,
          data: {
            encoder: sourceCode.getText((detour.encoded.callee as TSESTree.MemberExpression).object),
            target: sourceCode.getText(detour.target),
          },
          related: [{ at: detour.copied, message: 'copied here' }],
          fixes: straight(sourceCode, detour),
        });
      },
    };
  },
});

function detourOf(sourceCode: TSESLint.SourceCode, node: TSESTree.CallExpression): Detour | undefined {
  const encoded = encoding(sourceCode, node);
  if (!encoded) return undefined;
  const { parent } = node;
  // Buffer.from(s).copy(target, offset)
  if (parent.type === 'MemberExpression' && parent.object === node) {
    const copied = parent.parent;
    const into =
      copied.type === 'CallExpression' && copied.callee === parent
        ? copiedInto(sourceCode, copied, node)
        : undefined;
    return into && { ...encoded, ...into, encoded: node, variable: undefined };
  }
  // target.set(encoder.encode(s), offset)
  if (parent.type === 'CallExpression' && parent.arguments[0] === node) {
    const into = copiedInto(sourceCode, parent, node);
    return into && { ...encoded, ...into, encoded: node, variable: undefined };
  }
  // const bytes = encoder.encode(s); target.set(bytes, offset); offset += bytes.length;
  if (parent.type !== 'VariableDeclarator' || parent.init !== node || parent.id.type !== 'Identifier')
    return undefined;
  const variable = sourceCode.getDeclaredVariables?.(parent)[0];
  if (!variable) return undefined;
  const lengths: TSESTree.MemberExpression[] = [];
  let into: Pick<Detour, 'copied' | 'target' | 'offset'> | undefined;
  for (const reference of variable.references) {
    if (reference.init) continue;
    const identifier = reference.identifier as TSESTree.Identifier;
    const use = identifier.parent;
    if (reference.isWrite()) return undefined;
    if (use.type === 'MemberExpression' && use.object === identifier && !isCallee(use)) {
      const name = memberName(use);
      if (name !== 'length' && name !== 'byteLength') return undefined;
      lengths.push(use);
      continue;
    }
    const call =
      use.type === 'CallExpression'
        ? use
        : use.type === 'MemberExpression' && use.parent.type === 'CallExpression'
          ? use.parent
          : undefined;
    const found = call && copiedInto(sourceCode, call, identifier);
    if (!found || into) return undefined;
    into = found;
  }
  if (!into) return undefined;
  // The length is wanted first, to make room or as a prefix: the text has to be encoded for it.
  const { copied } = into;
  if (lengths.some((length) => length.range[0] < copied.range[1])) return undefined;
  return { ...encoded, ...into, encoded: node, variable: { declarator: parent, lengths } };
}

const isCallee = (node: TSESTree.Node): boolean =>
  node.parent?.type === 'CallExpression' && node.parent.callee === node;

function encoding(
  sourceCode: TSESLint.SourceCode,
  node: TSESTree.CallExpression,
): Pick<Detour, 'by' | 'text' | 'encoding'> | undefined {
  if (node.callee.type !== 'MemberExpression') return undefined;
  const { object } = node.callee;
  const method = methodName(node);
  const [text, second, third] = node.arguments;
  if (!text || text.type === 'SpreadElement' || third) return undefined;
  if (method === 'encode' && !second && typeOf(sourceCode, object)?.name === 'TextEncoder') {
    return { by: 'encode', text, encoding: undefined };
  }
  if (method !== 'from' || object.type !== 'Identifier' || object.name !== 'Buffer') return undefined;
  if (!isBuiltIn(sourceCode, object)) return undefined;
  if (second && typeOf(sourceCode, second)?.name !== 'string') return undefined;
  // Buffer.from takes arrays and buffers, too: only text is encoded.
  if (typeOf(sourceCode, text)?.name !== 'string') return undefined;
  return { by: 'from', text, encoding: second as TSESTree.Expression | undefined };
}

/** Where a call copies all of `bytes` to, when it is `target.set(bytes, offset)` or `bytes.copy(target, offset)`. */
function copiedInto(
  sourceCode: TSESLint.SourceCode,
  call: TSESTree.CallExpression,
  bytes: TSESTree.Node,
): Pick<Detour, 'copied' | 'target' | 'offset'> | undefined {
  if (call.callee.type !== 'MemberExpression' || call.optional || call.callee.optional) return undefined;
  const method = memberName(call.callee);
  const [first, offset, third] = call.arguments;
  if (!first || third || first.type === 'SpreadElement' || offset?.type === 'SpreadElement') return undefined;
  if (method === 'set' && first === bytes) {
    const target = call.callee.object;
    return isBytes(typeOf(sourceCode, target)) ? { copied: call, target, offset } : undefined;
  }
  if (method === 'copy' && call.callee.object === bytes && typeOf(sourceCode, bytes)?.name === 'Buffer') {
    return { copied: call, target: first, offset };
  }
  return undefined;
}

function straight(sourceCode: TSESLint.SourceCode, detour: Detour): ProposedFix[] {
  const { encoded, by, text, copied, target, offset, variable } = detour;
  const targetType = typeOf(sourceCode, target)?.name;
  if (!simple(sourceCode, target) || (offset && !simple(sourceCode, offset))) return [];
  if (by === 'from' && targetType !== 'Buffer') return [];
  const source = (node: TSESTree.Node): string => asItem(sourceCode, node);
  const noOffset = !offset || (offset.type === 'Literal' && offset.value === 0);
  let call: string;
  if (by === 'encode') {
    const encoder = asReceiver(sourceCode, (encoded.callee as TSESTree.MemberExpression).object);
    call = `${encoder}.encodeInto(${source(text)}, ${noOffset ? source(target) : `${asReceiver(sourceCode, target)}.subarray(${source(offset)})`})`;
  } else {
    const at = detour.encoding
      ? [noOffset ? '0' : source(offset), source(detour.encoding)]
      : noOffset
        ? []
        : [source(offset)];
    call = `${asReceiver(sourceCode, target)}.write(${[source(text), ...at].join(', ')})`;
  }
  const bare = by === 'encode' ? `${call}.written` : call;
  const method = by === 'encode' ? 'encodeInto' : 'write';
  const edits: TextEdit[] = [];
  const replace = (node: TSESTree.Node, newText: string): void => {
    edits.push({ span: { start: node.range[0], end: node.range[1] }, newText });
  };
  if (comments(sourceCode, copied) || comments(sourceCode, encoded)) return [];
  if (!variable) {
    // set() has no result; copy() has the number of bytes, as write() has.
    if (by === 'encode' && copied.parent.type !== 'ExpressionStatement') return [];
    if (
      by === 'from' &&
      memberName(copied.callee as TSESTree.MemberExpression) === 'set' &&
      copied.parent.type !== 'ExpressionStatement'
    )
      return [];
    replace(copied, call);
  } else {
    const { declarator, lengths } = variable;
    const made = declarator.parent;
    const statement = copied.parent;
    if (made.declarations.length !== 1 || comments(sourceCode, made)) return [];
    if (statement.type !== 'ExpressionStatement' || statement.parent !== made.parent) return [];
    if (!('body' in made.parent) || !Array.isArray(made.parent.body)) return [];
    if (!untouched(sourceCode, text, made, statement, made.parent.body)) return [];
    edits.push(removeStatement(sourceCode, made));
    if (lengths.length === 0) replace(copied, call);
    else {
      const written = freshName(
        sourceCode,
        derivedName((declarator.id as TSESTree.Identifier).name, 'Written'),
      );
      replace(copied, `const ${written} = ${bare}`);
      for (const length of lengths) replace(length, written);
    }
  }
  const conditions = [
    `${code(source(target))} has room for all of it: \`${method}\` stops short where ${by === 'encode' || memberName(copied.callee as TSESTree.MemberExpression) === 'set' ? 'set throws' : 'copy cuts off'}`,
  ];
  if (typeOf(sourceCode, text)?.name !== 'string')
    conditions.unshift(`${code(source(text))} is a string and`);
  return [
    {
      title: `Write the text straight into ${code(source(target))} with \`${method}\` (if ${conditions.join(' ')})`,
      kind: 'suggestion',
      edits,
    },
  ];
}

/** Evaluating it twice, or a little later, makes no difference. */
function simple(sourceCode: TSESLint.SourceCode, node: TSESTree.Node): boolean {
  let fine = true;
  walk(sourceCode, node, (inner) => {
    if (
      /^(?:Call|New|Assignment|Update|Await|Yield|Import|TaggedTemplate|Function|ArrowFunction|Class)\w*Expression$/.test(
        inner.type,
      )
    )
      fine = false;
    return fine;
  });
  return fine;
}

const comments = (sourceCode: TSESLint.SourceCode, node: TSESTree.Node): boolean =>
  sourceCode.getCommentsInside(node).length > 0;

/** Whether the text means the same at the second statement as at the first. */
function untouched(
  sourceCode: TSESLint.SourceCode,
  text: TSESTree.Node,
  from: TSESTree.Node,
  to: TSESTree.Node,
  body: readonly TSESTree.Node[],
): boolean {
  const between = body.slice(body.indexOf(from) + 1, body.indexOf(to));
  if (body.indexOf(to) <= body.indexOf(from)) return false;
  if (between.length === 0) return true;
  if (!simple(sourceCode, text)) return false;
  let same = true;
  walk(sourceCode, text, (node) => {
    if (node.type === 'MemberExpression') same = false;
    if (node.type !== 'Identifier') return;
    const variable = resolve(sourceCode, node);
    if (!variable || variable.references.some((r) => r.isWrite() && !r.init)) same = false;
  });
  return same;
}

/** `buffer = Buffer.concat([buffer, …])` in a loop that the buffer outlives. */
interface Accumulation {
  readonly assignment: TSESTree.AssignmentExpression;
  readonly chunks: readonly (TSESTree.Expression | TSESTree.SpreadElement | null)[];
  readonly extra: boolean;
  /** The outermost loop that the variable is declared before. */
  readonly loop: Loop;
  readonly variable: TSESLint.Scope.Variable | undefined;
}

function accumulation(
  sourceCode: TSESLint.SourceCode,
  node: TSESTree.CallExpression,
): Accumulation | undefined {
  if (methodName(node) !== 'concat' || node.callee.type !== 'MemberExpression') return undefined;
  const { object } = node.callee;
  if (object.type !== 'Identifier' || object.name !== 'Buffer' || !isBuiltIn(sourceCode, object))
    return undefined;
  const list = node.arguments[0];
  const assignment = node.parent;
  if (list?.type !== 'ArrayExpression' || assignment.type !== 'AssignmentExpression') return undefined;
  if (assignment.operator !== '=' || assignment.right !== node) return undefined;
  const [first, ...chunks] = list.elements;
  if (!first || chunks.length === 0) return undefined;
  const { left } = assignment;
  if (sourceCode.getText(first) !== sourceCode.getText(left)) return undefined;
  const variable = left.type === 'Identifier' ? resolve(sourceCode, left) : undefined;
  const declared = variable?.defs[0]?.name as TSESTree.Node | undefined;
  if (left.type === 'Identifier' ? !declared : left.type !== 'MemberExpression' || !simple(sourceCode, left))
    return undefined;
  const loops = [...loopsOutlivedBy(node, declared)];
  const loop = loops.at(-1);
  const accumulator = variable
    ? variableAccumulator(variable)
    : memberAccumulator(sourceCode, left as TSESTree.MemberExpression);
  if (!loop || !accumulator || isRestarted(sourceCode, bodyOf(loops[0]!), accumulator)) return undefined;
  if (!loops.some((each) => mayRunAgain(assignment, each))) return undefined;
  return { assignment, chunks, extra: node.arguments.length > 1, loop, variable };
}

function collect(sourceCode: TSESLint.SourceCode, accumulated: Accumulation, typed: boolean): ProposedFix[] {
  const { assignment, chunks, extra, loop, variable } = accumulated;
  const definition = variable?.defs.length === 1 ? variable.defs[0] : undefined;
  const declarator = definition?.node as TSESTree.Node | undefined;
  if (!variable || extra || declarator?.type !== 'VariableDeclarator' || declarator.id.type !== 'Identifier')
    return [];
  const declaration = declarator.parent;
  const block = declaration.parent;
  let statement: TSESTree.Node = loop;
  if (loop.type === 'CallExpression') {
    // Other classes have a forEach, too, and may call back later.
    const { object } = loop.callee as TSESTree.MemberExpression;
    const list = typeOf(sourceCode, object)?.name ?? '';
    if (loop.parent.type !== 'ExpressionStatement' || !/^(?:Array|Map|Set)$/.test(list)) return [];
    statement = loop.parent;
  }
  while (statement.parent?.type === 'LabeledStatement') statement = statement.parent;
  if (declaration.declarations.length !== 1 || declaration.kind === 'var' || statement.parent !== block)
    return [];
  if (!isEmptyBuffer(sourceCode, declarator.init) || comments(sourceCode, declaration)) return [];
  if (assignment.parent.type !== 'ExpressionStatement' || comments(sourceCode, assignment)) return [];
  if (chunks.some((chunk) => !chunk || chunk.type === 'SpreadElement')) return [];
  const owner = enclosingFunction(declarator);
  let writtenLater = false;
  for (const reference of variable.references) {
    if (reference.init) continue;
    const node = reference.identifier as TSESTree.Node;
    if (contains(assignment, node)) continue;
    if (node.range[0] < statement.range[1] || enclosingFunction(node) !== owner) return [];
    writtenLater ||= reference.isWrite();
  }
  let certain = true;
  for (const chunk of chunks as TSESTree.Expression[]) {
    if (isFresh(sourceCode, chunk)) continue;
    certain = false;
    if (mayBeReused(sourceCode, chunk, loop)) return [];
  }
  const parts = freshName(sourceCode, derivedName(variable.name, 'Parts'));
  const annotation = declarator.id.typeAnnotation ? sourceCode.getText(declarator.id.typeAnnotation) : '';
  const at = statement.range[1];
  return [
    {
      title: `Collect the chunks and concatenate once, behind the loop${certain ? '' : ' (if no chunk is written to again before that)'}`,
      kind: certain ? 'safe' : 'suggestion',
      edits: [
        {
          span: { start: declaration.range[0], end: declaration.range[1] },
          newText: `const ${parts}${typed ? ': Uint8Array[]' : ''} = []${sourceCode.text[declaration.range[1] - 1] === ';' ? ';' : ''}`,
        },
        {
          span: { start: assignment.range[0], end: assignment.range[1] },
          newText: `${parts}.push(${chunks.map((chunk) => asItem(sourceCode, chunk!)).join(', ')})`,
        },
        {
          span: { start: at, end: at },
          newText: `${newlineOf(sourceCode.text)}${indentAt(sourceCode.text, statement.range[0])}${writtenLater ? 'let' : 'const'} ${variable.name}${annotation} = Buffer.concat(${parts})${statementEnd(sourceCode, at)}`,
        },
      ],
    },
  ];
}

/** `for (…)`, `chunks.forEach`. */
function headOf(loop: Loop): { start: number; end: number } {
  if (loop.type === 'CallExpression') return { start: loop.callee.range[0], end: loop.callee.range[1] };
  return { start: loop.range[0], end: Math.max(loop.body.range[0], loop.range[0] + 1) };
}

/** Memory that the expression makes and nothing else holds. */
function isFresh(sourceCode: TSESLint.SourceCode, node: TSESTree.Expression): boolean {
  if (node.type !== 'CallExpression' || node.callee.type !== 'MemberExpression') return false;
  const { object } = node.callee;
  const method = methodName(node);
  if (object.type === 'Identifier' && object.name === 'Buffer' && isBuiltIn(sourceCode, object)) {
    const argument = node.arguments[0];
    if (method === 'alloc' || method === 'allocUnsafe' || method === 'concat') return true;
    if (method !== 'from' || !argument) return false;
    const type = typeOf(sourceCode, argument)?.name;
    return type === 'string' || type === 'Array' || isBytes(typeOf(sourceCode, argument));
  }
  return method === 'encode' && typeOf(sourceCode, object)?.name === 'TextEncoder';
}

/** A view of memory from outside the loop that something in the loop may fill again: `chunk.subarray(0, n)`. */
function mayBeReused(sourceCode: TSESLint.SourceCode, chunk: TSESTree.Expression, loop: Loop): boolean {
  let reused = false;
  walk(sourceCode, chunk, (node) => {
    if (node.type === 'ThisExpression') reused = true;
    if (
      node.type !== 'Identifier' ||
      (node.parent.type === 'MemberExpression' && node.parent.property === node)
    )
      return;
    const variable = resolve(sourceCode, node);
    const declared = variable?.defs[0]?.name as TSESTree.Node | undefined;
    if (!variable || !declared || contains(loop, declared)) return;
    const type = typeOf(sourceCode, node)?.name;
    if (type === 'number' || type === 'string' || type === 'Array') return;
    if (
      variable.references.some(
        (r) =>
          contains(loop, r.identifier as TSESTree.Node) && !contains(chunk, r.identifier as TSESTree.Node),
      )
    )
      reused = true;
  });
  return reused;
}
