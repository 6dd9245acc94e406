import type { Node } from 'web-tree-sitter';
import { intLiteral } from './declared-types';
import type { GoFile } from '../rule';
import { qualified } from '../syntax/nodes';
import { namesAround } from '../syntax/names';
import { packageNames } from '../syntax/package-names';
import { namesOf } from '../syntax/signatures';

/**
 * How the gc compiler lays a type out (cmd/compile/internal/types/size.go): bytes. As the type checker has it for the
 * architecture of the compile; else on a 64-bit machine, for types that the package and the table of standard types spell
 * out. A rule that states a size lets the compiler confirm it.
 */
export interface Layout {
  readonly size: number;
  readonly align: number;
  /** Bytes from the start up to the end of the last pointer: what the garbage collector counts as to be scanned. */
  readonly pointers: number;
}

const word: Layout = { size: 8, align: 8, pointers: 0 };
const pointer: Layout = { size: 8, align: 8, pointers: 8 };
const twoPointers: Layout = { size: 16, align: 8, pointers: 16 };
const text: Layout = { size: 16, align: 8, pointers: 8 };
const slice: Layout = { size: 24, align: 8, pointers: 8 };
const plain = (size: number): Layout => ({ size, align: size, pointers: 0 });

/** The types of the universe, by name. */
export const predeclared: ReadonlyMap<string, Layout> = new Map(
  Object.entries({
    bool: plain(1),
    byte: plain(1),
    int8: plain(1),
    uint8: plain(1),
    int16: plain(2),
    uint16: plain(2),
    int32: plain(4),
    uint32: plain(4),
    rune: plain(4),
    float32: plain(4),
    int64: word,
    uint64: word,
    int: word,
    uint: word,
    uintptr: word,
    float64: word,
    complex64: { size: 8, align: 4, pointers: 0 },
    complex128: { size: 16, align: 8, pointers: 0 },
    string: text,
    error: twoPointers,
    any: twoPointers,
  }),
);

const standard: ReadonlyMap<string, Layout> = new Map<string, Layout>([
  ...'context.Context fmt.Stringer hash.Hash io.Reader io.Writer io.Closer io.ReadCloser io.WriteCloser io.ReadWriter io.ReadWriteCloser io.ReaderAt io.WriterAt io.ByteReader io.RuneReader io/fs.FS io/fs.FileInfo net.Addr net.Conn net.Listener net/http.Handler net/http.ResponseWriter net/http.RoundTripper reflect.Type sort.Interface sync.Locker go/ast.Expr go/ast.Node go/ast.Stmt go/types.Type go/types.Object sync/atomic.Value'
    .split(' ')
    .map((name): [string, Layout] => [name, twoPointers]),
  ...'context.CancelFunc net/http.Header net/http.HandlerFunc net/url.Values sync/atomic.Pointer'
    .split(' ')
    .map((name): [string, Layout] => [name, pointer]),
  ...'encoding/json.RawMessage net.IP net.IPMask net.HardwareAddr'
    .split(' ')
    .map((name): [string, Layout] => [name, slice]),
  ...'time.Duration time.Month time.Weekday go/token.Pos go/token.Token sync/atomic.Int64 sync/atomic.Uint64 sync/atomic.Uintptr log/slog.Level reflect.Kind'
    .split(' ')
    .map((name): [string, Layout] => [name, word]),
  ...'sync/atomic.Int32 sync/atomic.Uint32 sync/atomic.Bool os.FileMode io/fs.FileMode'
    .split(' ')
    .map((name): [string, Layout] => [name, plain(4)]),
  ['sync.Mutex', { size: 8, align: 4, pointers: 0 }],
  ['sync.RWMutex', { size: 24, align: 4, pointers: 0 }],
  ['sync.Once', { size: 12, align: 4, pointers: 0 }],
  ['time.Time', { size: 24, align: 8, pointers: 24 }],
  ['bytes.Buffer', { size: 40, align: 8, pointers: 8 }],
  ['strings.Builder', { size: 32, align: 8, pointers: 16 }],
  ['math/big.Int', { size: 32, align: 8, pointers: 16 }],
  ['reflect.Value', { size: 24, align: 8, pointers: 16 }],
  ['net/netip.Addr', { size: 24, align: 8, pointers: 24 }],
  ['net/netip.AddrPort', { size: 32, align: 8, pointers: 24 }],
  ['go/token.Position', { size: 40, align: 8, pointers: 8 }],
]);

/** The standard types whose layout is known, as `import/path.Name`, for the test that asks the compiler about each. */
export const standardLayouts: ReadonlyMap<string, Layout> = standard;

const deepest = 12;

/** The layout of the type that a node of the file spells; undefined when something in it is not known. */
export function layoutOf(type: Node, file: GoFile, depth = 0): Layout | undefined {
  if (depth > deepest) return undefined;
  // Where the type checker was asked, it knows; but of type parameters.
  const known = file.types?.at(type.startIndex, type.endIndex);
  if (known?.mode === 'type' && known.type.layout) return known.type.layout;
  switch (type.type) {
    case 'pointer_type':
    case 'map_type':
    case 'channel_type':
    case 'function_type':
      return pointer;
    case 'slice_type':
      return slice;
    case 'interface_type':
      return twoPointers;
    case 'parenthesized_type':
      return type.namedChild(0) ? layoutOf(type.namedChild(0)!, file, depth + 1) : undefined;
    case 'array_type': {
      const length = type.childForFieldName('length');
      const element = type.childForFieldName('element');
      const one = element && layoutOf(element, file, depth + 1);
      const count = length && constant(length, file);
      return one && count !== undefined && count !== null ? repeated(one, count) : undefined;
    }
    case 'struct_type': {
      const fields = fieldsOf(type, file, depth);
      return fields && structLayout(fields.flatMap(({ layouts }) => layouts));
    }
    case 'generic_type': {
      // Of the standard library, the layout must not depend on the argument: atomic.Pointer[T].
      const generic = type.childForFieldName('type');
      return generic?.type === 'qualified_type' ? layoutOf(generic, file, depth + 1) : undefined;
    }
    case 'qualified_type': {
      const named = qualified(type, file.imports);
      return named && standard.get(`${named.path}.${named.name}`);
    }
    case 'type_identifier': {
      if (namesAround(file.root, type).resolve(type)) return undefined;
      const named = packageNames(file.pkg).types.get(type.text);
      if (!named) return predeclared.get(type.text);
      const target = named.spec.childForFieldName('type');
      if (!target || named.spec.childForFieldName('type_parameters')) return undefined;
      return layoutOf(target, named.file, depth + 1);
    }
    default:
      return undefined;
  }
}

/** A line of a struct: `a, b int` has two layouts. */
export interface Field {
  /** The `field_declaration`. */
  readonly node: Node;
  readonly layouts: readonly Layout[];
}

/** The fields of a `struct_type`; undefined when the type of one is not known. */
export function fieldsOf(struct: Node, file: GoFile, depth = 0): Field[] | undefined {
  const fields: Field[] = [];
  for (const node of struct.namedChild(0)?.namedChildren ?? []) {
    if (node.type === 'comment') continue;
    const type = node.childForFieldName('type');
    if (node.type !== 'field_declaration' || !type) return undefined;
    const embeddedPointer = node.children.some((child) => child.type === '*');
    const layout = embeddedPointer ? pointer : layoutOf(type, file, depth + 1);
    if (!layout) return undefined;
    const count = Math.max(1, namesOf(node).length);
    fields.push({ node, layouts: Array.from({ length: count }, () => layout) });
  }
  return fields;
}

/** A struct of these fields, in this order. */
export function structLayout(fields: readonly Layout[]): Layout {
  let size = 0;
  let align = 1;
  let pointers = 0;
  for (const field of fields) {
    size = roundUp(size, field.align);
    if (field.pointers > 0) pointers = size + field.pointers;
    size += field.size;
    align = Math.max(align, field.align);
  }
  // A pointer to a last field without size must not point behind the object.
  if (size > 0 && fields.at(-1)?.size === 0) size++;
  return { size: roundUp(size, align), align, pointers };
}

function repeated(element: Layout, count: number): Layout {
  return {
    size: element.size * count,
    align: element.align,
    pointers: count > 0 && element.pointers > 0 ? element.size * (count - 1) + element.pointers : 0,
  };
}

function constant(length: Node, file: GoFile): number | undefined {
  if (length.type === 'int_literal') return intLiteral(length.text);
  if (length.type !== 'identifier' || namesAround(file.root, length).resolve(length)) return undefined;
  const value = packageNames(file.pkg).constants.get(length.text);
  return value?.type === 'int_literal' ? intLiteral(value.text) : undefined;
}

function roundUp(size: number, align: number): number {
  return Math.ceil(size / align) * align;
}

/** Size classes of the allocator up to 2 KiB in bytes (runtime/sizeclasses.go, the same from Go 1.16 to 1.27). */
const sizeClasses = [
  8, 16, 24, 32, 48, 64, 80, 96, 112, 128, 144, 160, 176, 192, 208, 224, 240, 256, 288, 320, 352, 384, 416,
  448, 480, 512, 576, 640, 704, 768, 896, 1024, 1152, 1280, 1408, 1536, 1792, 2048,
];

/**
 * Bytes that the allocator takes for one object of the layout (runtime/malloc.go): from 512 bytes on an object with
 * pointers has a header of 8 bytes (Go 1.22). Undefined over 2 KiB.
 */
export function allocatedSize({ size, pointers }: Layout): number | undefined {
  const needed = pointers > 0 && size > 512 ? size + 8 : size;
  return sizeClasses.find((limit) => needed <= limit);
}

/** Bytes that the allocator takes for so many; over 2 KiB as many as are asked for, which is at most an eighth too few. */
export function allocatedBytes(needed: number): number {
  return sizeClasses.find((limit) => needed <= limit) ?? needed;
}
