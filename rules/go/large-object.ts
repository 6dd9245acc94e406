import type { Node } from 'web-tree-sitter';
import { isBuiltin } from './syntax/universe';
import { importedFunction } from './syntax/universe';
import { spelledType } from './types/types';
import { staticHeat } from './heat/static-heat';
import type { GoFile, GoReport, GoRule } from './rule';
import { keepsItsArgument } from './memory/lifetime';
import { streamCopy } from './text/stream-copy';
import { argumentsOf, spanOf, unparenthesised } from './syntax/nodes';
import {
  enclosingStatement,
  isAddressTaken,
  isAssigned,
  namesAround,
  callWith,
  parenthesized,
  type Binding,
} from './syntax/names';
import { initializer } from './syntax/assignments';
import { code } from '../wording';

/** Memory whose size the other side of a stream decides. */
export const rule: GoRule = {
  meta: {
    id: 'go/large-object',
    summary: 'an allocation as large as the input says',
    fix: 'suggestion',
    recipe: 'Check the size against a limit before the allocation, or work in pieces of a fixed size',
    reports: 'allocation',
    sample: 'go/largeobject',
  },
  check(file, report) {
    if (!file.facts || file.path.endsWith('_test.go')) return;
    for (const call of file.root.descendantsOfType('call_expression')) {
      const found = wholeStream(call, file) ?? claimedSize(call, file);
      if (found && staticHeat(file, call).score > 0.1) report(found);
    }
  },
};

/** `data, err := io.ReadAll(r)` whose data is only written on. */
function wholeStream(call: Node, file: GoFile): GoReport | undefined {
  const callee = call.childForFieldName('function');
  const name = callee && importedFunction(file, callee);
  if (name !== 'io.ReadAll') return undefined;
  const emitted = file.facts!.emitted(call).find((other) => other.callee === 'io.ReadAll');
  const statement = call.parent?.parent;
  if (!emitted || statement?.type !== 'short_var_declaration') return undefined;
  const target = statement.childForFieldName('left')?.namedChild(0);
  const data = target && namesAround(file.root, target).resolve(target);
  if (!target || data?.declaration.id !== target.id || data.uses.length !== 1) return undefined;
  const { node, owner } = data.uses[0]!;
  const write = owner.id === data.owner.id ? writeOf(node, file) : undefined;
  const [source] = argumentsOf(call);
  if (!write || !source) return undefined;
  // io.Copy uses its buffer again: a writer of the package that keeps what it gets could be the one.
  const fix = keepsItsArgument(file, 'Write') ? undefined : streamCopy(call, write, file);
  return {
    node: call,
    message: `The whole stream is read into memory only to be written to ${code(write.to.text)}`,
    allocation: {
      kind: 'call',
      cost: 'always',
      reason:
        '`io.ReadAll` holds the whole stream, and more than that while it reads; `io.Copy` needs a chunk of 32 KiB at most',
      evidence: [
        { kind: 'emitted call', callee: emitted.callee, count: 1 },
        { kind: 'measured sample', sample: rule.meta.sample },
      ],
    },
    related: [
      {
        location: { file: file.path, span: spanOf(write.call) },
        message: 'it is used here, and nowhere else',
      },
    ],
    ...(fix && { fixes: [fix] }),
  };
}

/** The call that writes all of the data: `w.Write(data)` or `io.Copy(w, bytes.NewReader(data))`. */
function writeOf(use: Node, file: GoFile): { readonly call: Node; readonly to: Node } | undefined {
  const call = callWith(use);
  const callee = call?.childForFieldName('function');
  if (!call || !callee) return undefined;
  const name = importedFunction(file, callee);
  if (name === 'bytes.NewReader' || name === 'bytes.NewBuffer') {
    const outer = callWith(call);
    const copy = outer?.childForFieldName('function');
    const to = outer && argumentsOf(outer)[0];
    return to && copy && importedFunction(file, copy) === 'io.Copy' ? { call: outer, to } : undefined;
  }
  const to = callee.childForFieldName('operand');
  const writes = callee.childForFieldName('field')?.text === 'Write' && argumentsOf(call).length === 1;
  return name === undefined && writes && to ? { call, to } : undefined;
}

/** `make([]byte, n)` for `io.ReadFull`, n being what the input says and nothing having looked at it. */
function claimedSize(call: Node, file: GoFile): GoReport | undefined {
  if (!isBuiltin(file, call, 'make')) return undefined;
  const [type, size, more] = argumentsOf(call);
  if (!size || more || !/^\[\](?:byte|uint8)$/.test(type?.text ?? '')) return undefined;
  const emitted = file.facts!.emitted(call).find(({ callee }) => /^runtime\.makeslice(?:64)?$/.test(callee));
  const buffer = namesAround(file.root, call).bindings.find(
    (binding) => initializer(binding)?.id === parenthesized(call).id,
  );
  if (!emitted || !buffer || !isFilledAndReturned(buffer, file)) return undefined;
  const origin = originOf(size, call, file);
  if (!origin) return undefined;
  return {
    node: call,
    message: `The input says how large this slice is, up to ${origin.bits === 32 ? '4 GiB' : 'any size'}, and nothing checks it`,
    details: `${code(origin.reader)} reads the size: a few bytes of input can ask for that much memory.`,
    allocation: {
      kind: 'make',
      cost: 'always',
      reason: 'the slice is allocated before it is known whether as many bytes follow',
      evidence: [
        { kind: 'emitted call', callee: emitted.callee, count: 1 },
        { kind: 'measured sample', sample: rule.meta.sample },
      ],
    },
    related: [{ location: { file: file.path, span: spanOf(origin.node) }, message: 'the size is read here' }],
  };
}

/** What stays in the call is go/per-call-buffer's. */
function isFilledAndReturned(buffer: Binding, file: GoFile): boolean {
  const own = buffer.uses.filter(({ owner }) => owner.id === buffer.owner.id).map(({ node }) => node);
  const filled = own.some((use) => {
    const callee = callWith(use)?.childForFieldName('function');
    return callee != null && importedFunction(file, callee) === 'io.ReadFull';
  });
  const returned = own.some((use) => {
    const list = parenthesized(use).parent;
    return list?.type === 'expression_list' && list.parent?.type === 'return_statement';
  });
  return filled && returned;
}

interface Origin {
  /** `binary.BigEndian.Uint32`. */
  readonly reader: string;
  readonly node: Node;
  readonly bits: 32 | 64;
}

/** Where the size was read, when the only thing done with it is this make. */
function originOf(size: Node, make: Node, file: GoFile): Origin | undefined {
  const expression = withoutConversion(size);
  if (expression.type === 'call_expression') return readerOf(expression, file);
  if (expression.type !== 'identifier') return undefined;
  const variable = namesAround(file.root, expression).resolve(expression);
  if (variable?.kind !== 'variable') return undefined;
  const before = variable.uses.map(({ node }) => node).filter((node) => node.startIndex < make.startIndex);
  const value = initializer(variable);
  const list = variable.declaration.parent;
  const definition = list?.type === 'expression_list' ? list.parent : undefined;
  if (before.length === 0) {
    // n, err := binary.ReadUvarint(r)
    const values = definition?.childForFieldName('right')?.namedChildren ?? [];
    const first = list?.namedChild(0)?.id === variable.declaration.id ? values[0] : undefined;
    const call = value ? withoutConversion(value) : values.length === 1 ? first : undefined;
    return call?.type === 'call_expression' ? readerOf(call, file) : undefined;
  }
  // var n uint32; binary.Read(r, order, &n)
  const [use, ...others] = before;
  const call = use && isAddressTaken(use) ? callWith(use.parent!) : undefined;
  const callee = call?.childForFieldName('function');
  if (others.length > 0 || value || !call || !callee || variable.uses.some(({ node }) => isAssigned(node)))
    return undefined;
  if (importedFunction(file, callee) !== 'encoding/binary.Read' || !enclosingStatement(call))
    return undefined;
  const bits = /^u?int(32|64)$/.exec(spelledType(use!, file) ?? '')?.[1];
  return bits === undefined ? undefined : { reader: callee.text, node: call, bits: bits === '32' ? 32 : 64 };
}

function withoutConversion(node: Node): Node {
  const expression = unparenthesised(node);
  const callee = expression.childForFieldName('function')?.text ?? '';
  const [argument] = expression.type === 'call_expression' ? argumentsOf(expression) : [];
  return argument && /^u?int(?:32|64)?$/.test(callee) ? unparenthesised(argument) : expression;
}

function readerOf(call: Node, file: GoFile): Origin | undefined {
  const callee = call.childForFieldName('function');
  if (!callee) return undefined;
  const name = importedFunction(file, callee);
  if (name === 'encoding/binary.ReadUvarint') return { reader: callee.text, node: call, bits: 64 };
  const order = callee.childForFieldName('operand');
  const owner = order && importedFunction(file, order);
  const bits = /^Uint(32|64)$/.exec(callee.childForFieldName('field')?.text ?? '')?.[1];
  return bits !== undefined && /^encoding\/binary\.(?:Big|Little|Native)Endian$/.test(owner ?? '')
    ? { reader: callee.text, node: call, bits: bits === '32' ? 32 : 64 }
    : undefined;
}
