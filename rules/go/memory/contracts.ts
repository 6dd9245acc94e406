import type { Node } from 'web-tree-sitter';
import type { GoFile, Obligation } from '../rule';
import { argumentsOf } from '../syntax/nodes';
import { enclosingStatement } from '../syntax/names';
import { isForgotten } from '../flow/library';
import { importedFunction } from '../syntax/universe';

/**
 * Calls whose documentation forbids the callee to keep an argument ("Implementations must not retain p", package io).
 */

/** Methods: name → parameter types and results as the contract's interface declares them. */
const methods: Readonly<
  Record<string, { readonly signature: string; readonly imports?: Readonly<Record<string, string>> }>
> = {
  Read: { signature: 'Read([]byte) (int, error)' },
  Write: { signature: 'Write([]byte) (int, error)' },
  ReadAt: { signature: 'ReadAt([]byte, int64) (int, error)' },
  WriteAt: { signature: 'WriteAt([]byte, int64) (int, error)' },
};
const packetMethods: typeof methods = {
  ReadFrom: {
    signature: 'ReadFrom([]byte) (int, alloclensNet.Addr, error)',
    imports: { alloclensNet: 'net' },
  },
  WriteTo: { signature: 'WriteTo([]byte, alloclensNet.Addr) (int, error)', imports: { alloclensNet: 'net' } },
};
const streamMethods: typeof methods = {
  WriteTo: { signature: 'WriteTo(alloclensIO.Writer) (int64, error)', imports: { alloclensIO: 'io' } },
  ReadFrom: { signature: 'ReadFrom(alloclensIO.Reader) (int64, error)', imports: { alloclensIO: 'io' } },
};

/** Methods that a method calls with the memory of the value. */
const methodsBehind: Readonly<Record<string, readonly string[]>> = {
  WriteTo: ['WriteTo', 'Write'],
  ReadFrom: ['ReadFrom', 'Read'],
};

const encoders: ReadonlySet<string> = new Set(['encoding/json', 'encoding/xml', 'encoding/gob']);

const templates: ReadonlySet<string> = new Set(['text/template', 'html/template']);

export interface Contract {
  /** "io.Reader", "io.ReadFull": for messages. */
  readonly name: string;
  /** What must hold for the contract to apply; the compiler checks it. */
  readonly obligation?: Obligation;
}

/**
 * The contract under which `argument` of `call` is not kept, or undefined. `shape` says what the argument is: a byte
 * slice, or a reader and writer such as *bytes.Buffer. `keeps` says whether a method of the package breaks the contract.
 */
export function contractOf(
  file: GoFile,
  call: Node,
  argument: Node,
  shape: 'slice' | 'stream',
  keeps: (method: string) => boolean,
): Contract | undefined {
  const callee = call.childForFieldName('function');
  if (!callee || call.parent?.type === 'go_statement') return undefined;
  const index = argumentsOf(call).findIndex((other) => other.id === argument.id);
  const name = importedFunction(file, callee);
  if (name !== undefined) {
    if (isForgotten(name, index)) {
      // What these hand on to a Read or Write is only as safe as that.
      const streams = /^io\.(Copy|CopyN|CopyBuffer|ReadFull|ReadAtLeast)$/.test(name);
      return streams && (keeps('Read') || keeps('Write')) ? undefined : { name };
    }
    // json.NewEncoder(w).Encode(v): the encoder lives no longer than the expression.
    const [path = '', fn] = splitName(name);
    const chained =
      call.parent?.type === 'selector_expression' &&
      call.parent.childForFieldName('field')?.text === 'Encode';
    return encoders.has(path) && fn === 'NewEncoder' && chained && shape === 'stream' ? { name } : undefined;
  }
  if (callee.type !== 'selector_expression') return undefined;
  const codec = codecMethod(file, callee);
  if (codec !== undefined) return { name: codec };
  const receiver = callee.childForFieldName('operand');
  const method = callee.childForFieldName('field')?.text ?? '';
  if (!receiver) return undefined;
  if (shape === 'stream' && index === 0 && (method === 'Execute' || method === 'ExecuteTemplate'))
    return templateContract(file, call, receiver);
  const known =
    index !== 0
      ? undefined
      : shape === 'slice'
        ? (methods[method] ?? packetMethods[method])
        : streamMethods[method];
  if (!known || (methodsBehind[method] ?? [method]).some(keeps)) return undefined;
  const statement = enclosingStatement(call);
  if (!statement) return undefined;
  return {
    name: `the method ${method}`,
    obligation: {
      states: `${receiver.text} has ${known.signature}`,
      at: statement.startIndex,
      code: `{ var _ interface{ ${known.signature} } = ${receiver.text} }`,
      ...(known.imports && { imports: known.imports }),
    },
  };
}

/** `binary.BigEndian.Uint16(b)`, `base64.StdEncoding.Encode(dst, src)`: they read and fill what they are given. */
function codecMethod(file: GoFile, callee: Node): string | undefined {
  const receiver = callee.childForFieldName('operand');
  const owner = receiver && importedFunction(file, receiver);
  const method = callee.childForFieldName('field')?.text ?? '';
  if (owner == null) return undefined;
  const known =
    (/^encoding\/binary\.(Big|Little|Native)Endian$/.test(owner) && /^(Put)?Uint(16|32|64)$/.test(method)) ||
    (/^encoding\/base(32|64)\.\w+Encoding$/.test(owner) && /^(Encode|Decode|EncodeToString)$/.test(method));
  return known ? `${owner}.${method}` : undefined;
}

/** `template.Execute(w, data)` writes to w and forgets it; only the two template packages promise that. */
function templateContract(file: GoFile, call: Node, receiver: Node): Contract | undefined {
  const statement = enclosingStatement(call);
  for (const [local, path] of file.imports) {
    if (!templates.has(path) || !statement) continue;
    return {
      name: `${path}.Template`,
      obligation: {
        states: `${receiver.text} is a *${local}.Template`,
        at: statement.startIndex,
        code: `{ var _ *${local}.Template = ${receiver.text} }`,
      },
    };
  }
  return undefined;
}

function splitName(name: string): [string, string] {
  const dot = name.lastIndexOf('.');
  return [name.slice(0, dot), name.slice(dot + 1)];
}
