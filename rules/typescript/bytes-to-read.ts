import type { TSESLint, TSESTree } from '@typescript-eslint/utils';
import { asItem, asReceiver } from './edit/expressions';
import { constantPrimitive } from './hoist/constants';
import { createRule, type ProposedFix } from './rule';
import { isWriteTarget, memberName, methodName } from './syntax/nodes';
import { isBuiltIn } from './types/bindings';
import { receiverType, typeOf } from './types/values';
import { code } from '../wording';

/** Bytes that are made of a text, or a view of bytes, only to be counted, hashed or decoded. */
export const bytesToRead = createRule({
  id: 'ts/bytes-to-read',
  summary: 'bytes made of a text only to be counted or hashed, and views made only to be decoded',
  fix: 'suggestion',
  recipe:
    'Count with `Buffer.byteLength()`, give `update()` the text itself, and decode a part with `toString(encoding, start, end)`',
  reports: 'hot only',
  sample: 'typescript/bytes-to-read',
  allocation: { kind: 'buffer', cost: 'always', reason: 'the bytes are made, read once, and dropped' },
  words: [
    ['Buffer', 'encode'],
    ['length', 'Length', 'update', 'toString'],
  ],
  messages: {
    counted: 'The bytes of `{{text}}` are made only to be counted',
    hashed: '`update()` takes `{{text}}` itself: the buffer made of it is not needed',
    decoded: '`{{method}}()` makes a view of `{{bytes}}` only to decode it',
  },
  check({ sourceCode }, report) {
    return {
      MemberExpression(node) {
        if (!/^(?:length|byteLength)$/.test(memberName(node) ?? '') || node.optional || isWriteTarget(node))
          return;
        const text = textOfBytes(sourceCode, node.object);
        if (!text) return;
        const fix = count(sourceCode, node, text);
        report({
          at: node,
          messageId: 'counted',
          data: { text: sourceCode.getText(text.text) },
          fixes: fix ? [fix] : [],
        });
      },
      CallExpression(node) {
        if (node.callee.type !== 'MemberExpression' || node.optional || node.callee.optional) return;
        const { object } = node.callee;
        const method = memberName(node.callee);
        if (method === 'update' && node.arguments.length === 1) {
          const type = typeOf(sourceCode, object)?.name;
          const [argument] = node.arguments;
          const bytes = argument && textOfBytes(sourceCode, argument);
          if (!bytes || (type !== 'Hash' && type !== 'Hmac')) return;
          report({
            at: argument,
            messageId: 'hashed',
            data: { text: sourceCode.getText(bytes.text) },
            fixes: [hash(sourceCode, argument, bytes)],
          });
        } else if (method === 'toString' && object.type === 'CallExpression') {
          const taken = /^(?:slice|subarray)$/.test(methodName(object) ?? '') ? object : undefined;
          if (!taken || taken.optional || node.arguments.length > 1) return;
          const { object: bytes } = taken.callee as TSESTree.MemberExpression;
          if (receiverType(sourceCode, bytes)?.name !== 'Buffer') return;
          const fix = decode(sourceCode, node, taken, bytes);
          report({
            at: taken,
            messageId: 'decoded',
            data: { bytes: sourceCode.getText(bytes), method: methodName(taken)! },
            allocation: { kind: 'typed array', reason: 'a view of a buffer is an object of about 100 bytes' },
            fixes: fix ? [fix] : [],
          });
        }
      },
    };
  },
});

interface TextBytes {
  readonly text: TSESTree.Expression;
  readonly encoding: TSESTree.Expression | undefined;
}

/** `Buffer.from(text)`, `Buffer.from(text, encoding)`, `encoder.encode(text)` of what is a text. */
function textOfBytes(sourceCode: TSESLint.SourceCode, node: TSESTree.Node): TextBytes | undefined {
  if (node.type !== 'CallExpression' || node.callee.type !== 'MemberExpression') return undefined;
  if (node.optional || node.callee.optional) return undefined;
  const { object } = node.callee;
  const [text, encoding, more] = node.arguments;
  if (!text || text.type === 'SpreadElement' || encoding?.type === 'SpreadElement' || more) return undefined;
  if (typeOf(sourceCode, text)?.name !== 'string') return undefined;
  const method = memberName(node.callee);
  if (method === 'from' && object.type === 'Identifier' && object.name === 'Buffer')
    return isBuiltIn(sourceCode, object) ? { text, encoding } : undefined;
  return method === 'encode' && !encoding && typeOf(sourceCode, object)?.name === 'TextEncoder'
    ? { text, encoding: undefined }
    : undefined;
}

/** `Buffer.byteLength(text)`; of an encoder only where the file has Node's Buffer. */
function count(
  sourceCode: TSESLint.SourceCode,
  node: TSESTree.MemberExpression,
  { text, encoding }: TextBytes,
): ProposedFix | undefined {
  const call = node.object as TSESTree.CallExpression;
  const { object } = call.callee as TSESTree.MemberExpression;
  if (object.type !== 'Identifier' || object.name !== 'Buffer') return undefined;
  // Of base64 and hex byteLength() counts what a well-formed text has.
  if (encoding && !isUnicode(encoding)) return undefined;
  if (sourceCode.getCommentsInside(node).length > 0) return undefined;
  const given = [text, ...(encoding ? [encoding] : [])].map((part) => asItem(sourceCode, part)).join(', ');
  return {
    title: 'Count with `Buffer.byteLength()`',
    kind: 'safe',
    edits: [{ span: { start: node.range[0], end: node.range[1] }, newText: `Buffer.byteLength(${given})` }],
  };
}

const isUnicode = (encoding: TSESTree.Expression): boolean =>
  encoding.type === 'Literal' && /^(?:utf-?8|latin1|ascii|binary)$/i.test(String(encoding.value));

function hash(
  sourceCode: TSESLint.SourceCode,
  argument: TSESTree.Node,
  { text, encoding }: TextBytes,
): ProposedFix {
  const given = [text, ...(encoding ? [encoding] : [])].map((part) => asItem(sourceCode, part)).join(', ');
  return {
    title: `Give \`update()\` ${code(sourceCode.getText(text))} itself${encoding ? ' (if it knows the encoding)' : ''}`,
    kind: encoding ? 'suggestion' : 'safe',
    edits: [{ span: { start: argument.range[0], end: argument.range[1] }, newText: given }],
  };
}

/** `bytes.toString(encoding, start, end)`. */
function decode(
  sourceCode: TSESLint.SourceCode,
  node: TSESTree.CallExpression,
  taken: TSESTree.CallExpression,
  bytes: TSESTree.Expression,
): ProposedFix | undefined {
  const [encoding] = node.arguments;
  if (
    taken.arguments.length === 0 ||
    [...taken.arguments, ...node.arguments].some((a) => a.type === 'SpreadElement')
  )
    return undefined;
  if (sourceCode.getCommentsInside(node).length > 0) return undefined;
  // The encoding was evaluated behind the bounds.
  if (encoding && encoding.type !== 'Literal' && encoding.type !== 'Identifier') return undefined;
  const bounds = taken.arguments.map((bound) => constantPrimitive(sourceCode, bound)?.value);
  if (bounds.some((bound) => typeof bound === 'number' && bound < 0)) return undefined;
  const known = bounds.every((bound) => typeof bound === 'number');
  const parts = [encoding ? asItem(sourceCode, encoding) : "'utf8'", ...taken.arguments.map((part) => asItem(sourceCode, part))]; // prettier-ignore
  return {
    title: `Decode the part in place${known ? '' : ' (if neither bound is negative)'}`,
    kind: known ? 'safe' : 'suggestion',
    edits: [
      {
        span: { start: node.range[0], end: node.range[1] },
        newText: `${asReceiver(sourceCode, bytes)}.toString(${parts.join(', ')})`,
      },
    ],
  };
}
