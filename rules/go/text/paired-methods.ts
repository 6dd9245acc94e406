import type { Node } from 'web-tree-sitter';
import { spelledType, typeOf } from '../types/types';
import type { GoFile, GoPackage } from '../rule';
import { qualified, statementsOf } from '../syntax/nodes';
import { namesOf, parameterNames, receiverType } from '../syntax/signatures';
import { packageNames } from '../syntax/package-names';

/**
 * Pairs of methods of which everybody expects that one does what the other does. Which of the two is called is decided
 * by the standard library at run time (`io.WriteString`, `io.Copy`), so that a fix may change it for a type that nobody
 * sees at the call.
 */
export type MethodPair = readonly ['Write', 'WriteString' | 'ReadFrom'] | readonly ['Read', 'WriteTo'];

/**
 * True when a value behind `operand` may be of a type of the package whose two methods do different things: it has one
 * of its own, and the other too, or promoted from what it embeds. The same question in both directions: it does not
 * matter which of the two is called today. Types of other packages are trusted.
 */
export function mayDiffer(operand: Node, pair: MethodPair, file: GoFile): boolean {
  const concrete = concreteType(operand, file);
  return differing(file.pkg, pair).some((type) => concrete === undefined || concrete === type);
}

/** The name of the operand's type, without its pointer and type arguments; undefined where it may be an interface. */
function concreteType(operand: Node, file: GoFile): string | undefined {
  const spelled = spelledType(operand, file);
  const name = spelled?.replace(/^\*|\[[^]*/g, '');
  if (spelled === undefined || name === undefined) return undefined;
  if (spelled.startsWith('*')) return name;
  return packageNames(file.pkg).types.has(name) && typeOf(operand, file)?.kind !== 'interface'
    ? name
    : undefined;
}

const cache = new WeakMap<GoPackage, Map<string, readonly (string | undefined)[]>>();

/** The types of the package whose pair differs; undefined for a struct type without a name. */
function differing(pkg: GoPackage, pair: MethodPair): readonly (string | undefined)[] {
  const known = cache.get(pkg) ?? new Map<string, readonly (string | undefined)[]>();
  cache.set(pkg, known);
  const key = pair.join();
  let types = known.get(key);
  if (!types) known.set(key, (types = [...new Set(findDiffering(pkg, pair))]));
  return types;
}

function findDiffering(pkg: GoPackage, [one, other]: MethodPair): (string | undefined)[] {
  const found: (string | undefined)[] = [];
  for (const type of new Set(packageNames(pkg).methods.map(({ node }) => receiverType(node)))) {
    const first = type === undefined ? undefined : methodOf(pkg, type, one);
    const second = type === undefined ? undefined : methodOf(pkg, type, other);
    if (first && second) {
      if (!doTheSame(first, second, one, other)) found.push(type);
    } else if (first ?? second) {
      const struct = structOf(pkg, type!);
      const promoted = first ? other : one;
      if (struct?.fields.some((field) => mayHave(field, promoted, struct.file, 0))) found.push(type);
    }
  }
  // One from this embedded field, the other from that.
  for (const file of pkg.files) {
    for (const node of file.root.descendantsOfType('struct_type')) {
      const fields = embeddedIn(node);
      if (fields.length < 2) continue;
      const spec = node.parent?.type === 'type_spec' ? node.parent : undefined;
      const name = spec?.childForFieldName('name')?.text;
      if (name !== undefined && (methodOf(pkg, name, one) ?? methodOf(pkg, name, other))) continue;
      const [having, others] = [one, other].map((method) =>
        fields.filter((field) => mayHave(field, method, file, 0)),
      ) as [Node[], Node[]];
      // Two of a name at one depth are no method; which of several it is, is not followed further.
      if (having.length > 0 && others.length > 0 && having.some((field) => !others.includes(field)))
        found.push(name);
    }
  }
  return found;
}

function methodOf(pkg: GoPackage, type: string, method: string): Node | undefined {
  return packageNames(pkg).methods.find(
    ({ node }) => node.childForFieldName('name')?.text === method && receiverType(node) === type,
  )?.node;
}

function structOf(pkg: GoPackage, type: string): { fields: Node[]; file: GoFile } | undefined {
  const declared = packageNames(pkg).types.get(type);
  const struct = declared?.spec.childForFieldName('type');
  return declared && struct?.type === 'struct_type'
    ? { fields: embeddedIn(struct), file: declared.file }
    : undefined;
}

/** The types that a struct embeds, without pointers and type arguments. */
function embeddedIn(struct: Node): Node[] {
  return (struct.namedChildren.find(({ type }) => type === 'field_declaration_list')?.namedChildren ?? [])
    .filter((field) => field.type === 'field_declaration' && namesOf(field).length === 0)
    .flatMap((field) => {
      const type = field.childForFieldName('type');
      const plain = type?.type === 'generic_type' ? type.childForFieldName('type') : type;
      return plain ? [plain] : [];
    });
}

const deepest = 8;

/** The embedded type has the method, as far as this package and the list below say. */
function mayHave(type: Node, method: string, file: GoFile, depth: number): boolean {
  if (depth > deepest) return true;
  const foreign = qualified(type, file.imports);
  if (foreign) return methodsOf[`${foreign.path}.${foreign.name}`]?.includes(method) ?? true;
  const declared = packageNames(file.pkg).types.get(type.text);
  // `error`, or a type parameter.
  if (!declared) return type.text !== 'error';
  if (methodOf(file.pkg, type.text, method)) return true;
  const target = declared.spec.childForFieldName('type');
  switch (target?.type) {
    case 'struct_type':
      return embeddedIn(target).some((field) => mayHave(field, method, declared.file, depth + 1));
    case 'interface_type':
      return target.namedChildren.some((element) =>
        element.type === 'method_elem'
          ? element.childForFieldName('name')?.text === method
          : element.namedChildren.some((inner) => mayHave(inner, method, declared.file, depth + 1)),
      );
    case 'qualified_type':
    case 'type_identifier':
      // A defined type has the methods of an interface, and none of anything else; an alias has all.
      return mayHave(target, method, declared.file, depth + 1);
    default:
      return false;
  }
}

/** Which of the methods of the pairs have the types of the standard library that structs embed most. */
const methodsOf: Readonly<Record<string, readonly string[]>> = {
  'context.Context': [],
  'hash.Hash': ['Write'],
  'io.Closer': [],
  'io.ReadCloser': ['Read'],
  'io.ReadSeeker': ['Read'],
  'io.ReadWriteCloser': ['Read', 'Write'],
  'io.ReadWriter': ['Read', 'Write'],
  'io.Reader': ['Read'],
  'io.ReaderFrom': ['ReadFrom'],
  'io.StringWriter': ['WriteString'],
  'io.WriteCloser': ['Write'],
  'io.Writer': ['Write'],
  'io.WriterTo': ['WriteTo'],
  'net.Conn': ['Read', 'Write'],
  'net/http.CloseNotifier': [],
  'net/http.Flusher': [],
  'net/http.Hijacker': [],
  'net/http.Pusher': [],
  'net/http.ResponseWriter': ['Write'],
  'sync.Mutex': [],
  'sync.RWMutex': [],
  'sync.WaitGroup': [],
};

/** The bodies are the same but for the form of what is written, or one hands on to the other. */
function doTheSame(one: Node, other: Node, name: string, otherName: string): boolean {
  if (otherName !== 'WriteString') return false;
  const [first, second] = [bodyOf(one), bodyOf(other)];
  if (first === undefined || second === undefined) return false;
  return first === second || [first, second].includes(`return self.${name}(text)`);
}

/** The statements with the receiver and the parameter under fixed names, and each way to write it as `Write(text)`. */
function bodyOf(method: Node): string | undefined {
  const receiver = method.childForFieldName('receiver')?.firstNamedChild?.childForFieldName('name')?.text;
  const [parameter, ...more] = parameterNames(method);
  const body = method.childForFieldName('body');
  if (!receiver || !parameter || !body || more.length > 0) return undefined;
  return statementsOf(body)
    .map(({ text }) => text)
    .join('\n')
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/[\p{L}_][\p{L}\p{N}_]*/gu, (word) =>
      word === parameter.text ? 'text' : word === receiver ? 'self' : word,
    )
    .replaceAll(
      /\[\]byte\(text\)|string\(text\)|unsafe\.Slice\(unsafe\.StringData\(text\), len\(text\)\)/g,
      'text',
    )
    .replaceAll(/\bio\.WriteString\(([\w.]+), text\)/g, '$1.Write(text)')
    .replaceAll(/\.WriteString\(text\)/g, '.Write(text)');
}
