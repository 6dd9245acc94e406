import type { TSESLint, TSESTree } from '@typescript-eslint/utils';
import { effectsOf } from './flow/effects';
import { lifetimeOf } from './memory/buffer-lifetime';
import { constantNumber } from './types/constants';
import { createRule, type ProposedFix } from './rule';
import { contains, isGlobal, isWriteTarget, memberName, methodName, resolve, walk } from './syntax/nodes';
import { importedCallee, isBuiltIn } from './types/bindings';
import { elementSizes, isByteView } from './types/value-type';
import { typeOf } from './types/values';
import { code } from '../wording';

/** Up to this size a copy stays inside the V8 heap and costs what a view costs. */
const onHeapBytes = 64;

interface Use {
  /** How the copy is read: "decoded", "copied again". */
  readonly how: string;
  /** What a view must not be for the reader. */
  readonly condition: string | undefined;
}

export const copyForView = createRule({
  id: 'ts/copy-for-view',
  summary: 'a part of a typed array copied with slice() only to be read, where subarray() would not copy',
  fix: 'suggestion',
  recipe: 'Take `subarray()` in place of `slice()`, where nobody writes to the bytes meanwhile',
  reports: 'allocation',
  sample: 'typescript/copy-for-view',
  allocation: {
    kind: 'typed array',
    cost: 'always',
    reason:
      '`slice()` of a typed array copies its bytes, outside the V8 heap above 64; `subarray()` gives a view',
  },
  words: [['.slice('], [...elementSizes.keys(), 'TextEncoder']],
  messages: {
    copy: '`slice()` copies these bytes of `{{name}}`, which are only {{how}}',
  },
  check(context, report) {
    const { sourceCode } = context;
    return {
      CallExpression(node) {
        if (
          methodName(node) !== 'slice' ||
          node.callee.type !== 'MemberExpression' ||
          node.optional ||
          node.callee.optional
        )
          return;
        const type = typeOf(sourceCode, node.callee.object);
        const element = type && elementSizes.get(type.name);
        if (element === undefined || isSmall(sourceCode, node, element)) return;
        const direct = directUse(sourceCode, node);
        // What is evaluated between the copy and the reader could write to the original.
        if (direct && changesMeanwhile(sourceCode, node)) return;
        const use = direct ?? heldUse(sourceCode, node);
        if (!use) return;
        report({
          at: node,
          messageId: 'copy',
          data: { name: sourceCode.getText(node.callee.object), how: use.how },
          fixes: [fix(node.callee, use)],
        });
      },
    };
  },
});

function isSmall(sourceCode: TSESLint.SourceCode, node: TSESTree.CallExpression, element: number): boolean {
  const [first, second] = node.arguments;
  const from = first ? constantNumber(sourceCode, first)?.value : 0;
  const to = second && constantNumber(sourceCode, second)?.value;
  if (from !== undefined && to !== undefined && from >= 0 && to >= 0)
    return (to - from) * element <= onHeapBytes;
  // `slice(at, at + 16)`
  if (
    first &&
    second?.type === 'BinaryExpression' &&
    second.operator === '+' &&
    sourceCode.getText(second.left) === sourceCode.getText(first)
  ) {
    const length = constantNumber(sourceCode, second.right)?.value;
    return length !== undefined && length * element <= onHeapBytes;
  }
  return false;
}

function fix(callee: TSESTree.MemberExpression, use: Use): ProposedFix {
  const { property } = callee;
  return {
    title: `Read the bytes through \`subarray()\`${use.condition === undefined ? '' : ` (if ${use.condition})`}`,
    kind: use.condition === undefined ? 'safe' : 'suggestion',
    edits: [
      {
        span: { start: property.range[0], end: property.range[1] },
        newText: callee.computed ? "'subarray'" : 'subarray',
      },
    ],
  };
}

/** The reader's other arguments, or other parts of a list, come after the copy and may run code or write. */
function changesMeanwhile(sourceCode: TSESLint.SourceCode, copy: TSESTree.CallExpression): boolean {
  let reader: TSESTree.Node = copy.parent;
  if (reader.type === 'MemberExpression' || reader.type === 'ArrayExpression') reader = reader.parent!;
  if (reader.type !== 'CallExpression') return false;
  const later = reader.arguments.flatMap((argument): readonly (TSESTree.Node | null)[] =>
    argument.type === 'ArrayExpression' && contains(argument, copy) ? argument.elements : [argument],
  );
  return later.some((part) => {
    if (!part || part.range[0] < copy.range[1]) return false;
    for (const { how } of effectsOf(sourceCode, part)) if (how !== 'read' && how !== 'convert') return true;
    let writes = false;
    walk(sourceCode, part, (node) => {
      if (isWriteTarget(node)) writes = true;
      return !writes;
    });
    return writes;
  });
}

const shared = 'the memory is not a SharedArrayBuffer, which this does not take everywhere';

/** The copy goes straight into something that reads it and is done. */
function directUse(sourceCode: TSESLint.SourceCode, node: TSESTree.CallExpression): Use | undefined {
  const { parent } = node;
  if (parent.type === 'SpreadElement') return { how: 'spread', condition: undefined };
  if (
    parent.type === 'MemberExpression' &&
    parent.object === node &&
    parent.parent.type === 'CallExpression' &&
    parent.parent.callee === parent
  ) {
    const method = memberName(parent) ?? '';
    return /^(?:at|includes|indexOf|lastIndexOf|join)$/.test(method)
      ? { how: 'read', condition: undefined }
      : undefined;
  }
  if (parent.type === 'ArrayExpression') {
    const call = parent.parent;
    return call.type === 'CallExpression' &&
      call.arguments[0] === parent &&
      bufferStatic(sourceCode, call) === 'concat'
      ? { how: 'copied again', condition: undefined }
      : undefined;
  }
  if (parent.type !== 'CallExpression' || parent.arguments[0] !== node) {
    return parent.type === 'CallExpression' && syncWrite(sourceCode, parent) && parent.arguments[1] === node
      ? { how: 'written to a file', condition: shared }
      : undefined;
  }
  const { callee } = parent;
  if (callee.type !== 'MemberExpression') return undefined;
  if (bufferStatic(sourceCode, parent) === 'from') return { how: 'copied again', condition: undefined };
  const method = memberName(callee);
  const receiver = typeOf(sourceCode, callee.object);
  // set() reads the source before it writes, also where both are views of the same memory.
  if (method === 'set' && isByteView(receiver)) return { how: 'copied again', condition: undefined };
  if (method === 'decode' && receiver?.name === 'TextDecoder') return { how: 'decoded', condition: shared };
  if (method === 'update' && (receiver?.name === 'Hash' || receiver?.name === 'Hmac'))
    return { how: 'hashed', condition: shared };
  return undefined;
}

function bufferStatic(sourceCode: TSESLint.SourceCode, call: TSESTree.CallExpression): string | undefined {
  const { callee } = call;
  return callee.type === 'MemberExpression' &&
    callee.object.type === 'Identifier' &&
    callee.object.name === 'Buffer' &&
    isBuiltIn(sourceCode, callee.object)
    ? memberName(callee)
    : undefined;
}

function syncWrite(sourceCode: TSESLint.SourceCode, call: TSESTree.CallExpression): boolean {
  const imported = importedCallee(sourceCode, call.callee as TSESTree.Expression);
  return imported?.module === 'fs' && /^(?:writeSync|writeFileSync|appendFileSync)$/.test(imported.name);
}

const readers = /^(?:at|includes|indexOf|lastIndexOf|join|length|byteLength)$/;

/** A local copy that only has elements read, while nothing writes to the original. */
function heldUse(sourceCode: TSESLint.SourceCode, node: TSESTree.CallExpression): Use | undefined {
  const declarator = node.parent;
  if (
    declarator.type !== 'VariableDeclarator' ||
    declarator.init !== node ||
    declarator.parent.kind !== 'const'
  )
    return undefined;
  const original = (node.callee as TSESTree.MemberExpression).object;
  if (original.type !== 'Identifier' || isGlobal(sourceCode, original)) return undefined;
  const lifetime = lifetimeOf(sourceCode, declarator);
  if (!lifetime || lifetime.views.length > 0 || lifetime.suspends || lifetime.uses.length === 0)
    return undefined;
  for (const use of lifetime.uses) {
    const { parent } = use;
    if (parent?.type === 'ForOfStatement') continue;
    if (parent?.type !== 'MemberExpression' || parent.object !== use || isWriteTarget(parent))
      return undefined;
    const name = memberName(parent);
    if (name === undefined ? !parent.computed : !readers.test(name)) return undefined;
  }
  // The original may be read meanwhile, and nothing more.
  for (const reference of resolve(sourceCode, original)?.references ?? []) {
    const other = reference.identifier as TSESTree.Node;
    if (other.range[0] < lifetime.live[0] || other.range[0] > lifetime.live[1]) continue;
    const { parent } = other;
    if (
      reference.isWrite() ||
      parent?.type !== 'MemberExpression' ||
      parent.object !== other ||
      isWriteTarget(parent)
    )
      return undefined;
    const name = memberName(parent);
    if (name !== undefined && !readers.test(name)) return undefined;
  }
  const called = lifetime.mayReenter.length > 0 ? ', also by what is called meanwhile' : '';
  return {
    how: 'read',
    condition: `${code(original.name)} is not written to while they are read${called}`,
  };
}
