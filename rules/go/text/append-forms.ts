import type { Node } from 'web-tree-sitter';
import type { AllocationCost, FixKind, TextEdit } from '../../model';
import type { GoFile, GoVersion, Obligation } from '../rule';
import { argumentsOf, descendants, unparenthesised } from '../syntax/nodes';
import { isAssigned, namesAround } from '../syntax/names';
import { atLeast } from '../syntax/version';
import { packageNames } from '../syntax/package-names';
import { isShadowed } from '../syntax/universe';

/**
 * Which calls that return a string have a twin that appends the same bytes. Sources: the packages' own code in Go
 * 1.21–1.27 and segmentio/ksuid 1.0.4; allocation figures are `testing.AllocsPerRun` of the same releases.
 */
export interface AppendForm {
  /** The call as messages name it: `time.Time.Format`. */
  readonly formatter: string;
  /** What stands in the place of `append`: `strconv.AppendInt`, `t.AppendFormat`. */
  readonly callee: string;
  /** Text around the call's own arguments: `int64(` and `), 10`. */
  readonly before: string;
  readonly after: string;
  /** The receiver's expression moves in front of the destination. */
  readonly receiver: Node | undefined;
  readonly kind: FixKind;
  /** What the user must agree to, for a suggestion. */
  readonly condition: string | undefined;
  readonly cost: AllocationCost;
  /** When a cost is conditional: on what. */
  readonly unless: string | undefined;
  /** Emitted callees that show the call, in the spellings of different releases, inlined or not. */
  readonly callees: readonly string[];
  /** The types whose method this is, for the proof: the value or a pointer to it. */
  readonly receiverType: { readonly path: string | undefined; readonly name: string } | undefined;
  /** Code other than the formatter's own runs between reading the destination and appending to it. */
  readonly runsUserCode: boolean;
  /** Its arguments are bytes, which are read while the destination is written. */
  readonly readsBytes: boolean;
  /** It appends the text piece by piece: a slice without room grows several times. */
  readonly inPieces: boolean;
  /** The language version from which the append form exists. */
  readonly since: GoVersion | undefined;
  /** Why there is a finding but no fix. */
  readonly withheld: string | undefined;
}

const plain: AppendForm = {
  formatter: '',
  callee: '',
  before: '',
  after: '',
  receiver: undefined,
  kind: 'safe',
  condition: undefined,
  cost: 'always',
  unless: undefined,
  callees: [],
  receiverType: undefined,
  runsUserCode: false,
  readsBytes: false,
  inPieces: false,
  since: undefined,
  withheld: undefined,
};

/** The append form of a call that returns a string; undefined when there is none or nothing would be gained. */
export function appendForm(call: Node, file: GoFile): AppendForm | undefined {
  const form = call.type === 'call_expression' ? formOf(call, file) : undefined;
  return form?.since && !atLeast(file.pkg.language, form.since.major, form.since.minor) ? undefined : form;
}

function formOf(call: Node, file: GoFile): AppendForm | undefined {
  const callee = unparenthesised(call.childForFieldName('function') ?? call);
  if (callee.type !== 'selector_expression' || call.childForFieldName('type_arguments')) return undefined;
  const operand = callee.childForFieldName('operand');
  const name = callee.childForFieldName('field')?.text;
  if (!operand || name === undefined) return undefined;
  const path = importedPackage(operand, file);
  if (path === 'strconv') return strconvForm(call, operand.text, name, file);
  if (path === 'fmt') return fmtForm(call, operand.text, name, file);
  if (path === 'encoding/hex') return hexForm(call, operand.text, name, file);
  if (path !== undefined) return undefined;
  return methodForm(call, operand, name, file);
}

/** The import path when the operand is the name of an import that nothing local shadows. */
function importedPackage(operand: Node, file: GoFile): string | undefined {
  if (operand.type !== 'identifier') return undefined;
  if (namesAround(file.root, operand).resolve(operand)) return undefined;
  return file.imports.get(operand.text);
}

/** True when the compiler says that this call calls `pkg.name`; without the compiler the import says it. */
function calls(call: Node, file: GoFile, name: string, spellings: readonly string[]): boolean {
  if (!file.facts) return true;
  return (
    file.facts.inlined(call) === name || file.facts.emitted(call).some((e) => spellings.includes(e.callee))
  );
}

const smallNumbers = 'numbers below 100 come from a table';

function strconvForm(call: Node, qualifier: string, name: string, file: GoFile): AppendForm | undefined {
  const formatter = `strconv.${name}`;
  if (!calls(call, file, formatter, [formatter])) return undefined;
  const args = argumentsOf(call);
  const conversion = 'runtime.slicebytetostring';
  const form = (append: string, arity: number, more: Partial<AppendForm>): AppendForm | undefined =>
    args.length > arity
      ? undefined
      : {
          ...plain,
          formatter,
          callee: `${qualifier}.${append}`,
          withheld: args.length < arity ? 'its arguments come from one call with several results' : undefined,
          ...more,
        };
  switch (name) {
    case 'Itoa': {
      const n = args[0];
      // strconv keeps the texts of 0 to 99.
      if (!n || (n.type === 'int_literal' && /^\d{1,2}$/.test(n.text))) return undefined;
      return form('AppendInt', 1, {
        before: 'int64(',
        after: '), 10',
        cost: 'conditional',
        unless: smallNumbers,
        callees: [formatter, 'strconv.FormatInt', 'internal/strconv.Itoa', 'internal/strconv.FormatInt'],
        // An untyped constant shifted by a variable takes its type from its context: int here, int64 there.
        withheld: hasShift(n)
          ? 'a shift inside int64(…) may not have the type it has inside Itoa'
          : isShadowed('int64', call, file)
            ? 'int64 is not the predeclared type here'
            : undefined,
      });
    }
    case 'FormatInt':
    case 'FormatUint':
      return form(name === 'FormatInt' ? 'AppendInt' : 'AppendUint', 2, {
        cost: 'conditional',
        unless: smallNumbers,
        callees: [formatter, `internal/${formatter}`],
      });
    case 'FormatFloat':
      // Go 1.25 and 1.26 inline it and keep texts up to 32 bytes on the stack.
      if (
        atLeast(file.pkg.toolchain, 1, 25) &&
        file.facts?.inlined(call) === formatter &&
        !(Number(args[2]?.text) > 28)
      )
        return undefined;
      return form('AppendFloat', 4, { callees: [formatter, `internal/${formatter}`, conversion] });
    case 'Quote':
    case 'QuoteToASCII':
    case 'QuoteToGraphic': {
      const short = atLeast(file.pkg.toolchain, 1, 25);
      return form(`Append${name}`, 1, {
        callees: [formatter, conversion],
        inPieces: true,
        cost: short ? 'conditional' : 'always',
        unless: short ? shortTexts : undefined,
      });
    }
    case 'QuoteRune':
    case 'QuoteRuneToASCII':
    case 'QuoteRuneToGraphic':
      return form(`Append${name}`, 1, { callees: [formatter, conversion], inPieces: true });
    default:
      // FormatBool returns a constant: nothing to gain.
      return undefined;
  }
}

function fmtForm(call: Node, qualifier: string, name: string, file: GoFile): AppendForm | undefined {
  const append = { Sprintf: 'Appendf', Sprint: 'Append', Sprintln: 'Appendln' }[name];
  if (!append || argumentsOf(call).length === 0) return undefined;
  const formatter = `fmt.${name}`;
  if (!calls(call, file, formatter, [formatter])) return undefined;
  return {
    ...plain,
    formatter,
    callee: `${qualifier}.${append}`,
    callees: [formatter],
    runsUserCode: true,
    since: { major: 1, minor: 19 },
  };
}

/** AppendEncode, of hex, base64 and base32, exists since this version. */
const appendEncode: GoVersion = { major: 1, minor: 22 };

function hexForm(call: Node, qualifier: string, name: string, file: GoFile): AppendForm | undefined {
  if (name !== 'EncodeToString' || argumentsOf(call).length !== 1) return undefined;
  const symbol = 'encoding/hex.EncodeToString';
  if (!calls(call, file, 'hex.EncodeToString', [symbol])) return undefined;
  const inlined = file.facts?.inlined(call) !== undefined;
  return {
    ...plain,
    formatter: 'hex.EncodeToString',
    callee: `${qualifier}.AppendEncode`,
    cost: inlined ? 'conditional' : 'always',
    unless: inlined ? shortTexts : undefined,
    // Inlined, it leaves a make and a conversion.
    callees: [symbol, 'runtime.slicebytetostring', 'runtime.makeslice'],
    readsBytes: true,
    since: appendEncode,
  };
}

interface Method {
  readonly append: string;
  /** Arguments behind the destination when the call itself has none. */
  readonly after?: string;
  readonly arity: number;
  readonly condition?: string;
  readonly unless?: string;
  /** No text is longer than this. */
  readonly bytes?: number;
  readonly readsBytes?: boolean;
  readonly inPieces?: boolean;
  readonly since?: GoVersion;
}

/** A string that does not leave the function is built in a buffer of this many bytes on the stack (runtime/string.go). */
const stackText = 32;

const shortTexts = 'texts up to 32 bytes stay on the stack';

/** Methods by package path, type and name. An append form that gives another text for some value has a condition. */
const methods: Readonly<Record<string, Readonly<Record<string, Method>>>> = {
  time: { 'Time.Format': { append: 'AppendFormat', arity: 1, inPieces: true } },
  'net/netip': {
    'Addr.String': {
      append: 'AppendTo',
      arity: 0,
      condition: 'the address is never the zero Addr: String gives "invalid IP", AppendTo nothing',
    },
    'AddrPort.String': {
      append: 'AppendTo',
      arity: 0,
      condition: 'the address is never the zero Addr: String gives "invalid AddrPort", AppendTo nothing',
    },
    'Prefix.String': {
      append: 'AppendTo',
      arity: 0,
      condition: 'the prefix is never the zero Prefix: String gives "invalid Prefix", AppendTo nothing',
    },
  },
  'math/big': {
    'Int.String': { append: 'Append', after: '10', arity: 0, unless: shortTexts },
    'Int.Text': { append: 'Append', arity: 1, unless: shortTexts },
    'Float.Text': { append: 'Append', arity: 2, unless: shortTexts },
  },
  'encoding/base64': {
    'Encoding.EncodeToString': { append: 'AppendEncode', arity: 1, readsBytes: true, since: appendEncode },
  },
  'encoding/base32': {
    'Encoding.EncodeToString': { append: 'AppendEncode', arity: 1, readsBytes: true, since: appendEncode },
  },
  'github.com/segmentio/ksuid': { 'KSUID.String': { append: 'Append', arity: 0, bytes: 27 } },
};

function methodForm(call: Node, receiver: Node, name: string, file: GoFile): AppendForm | undefined {
  // Without the compiler's word the receiver's type is not known.
  if (!file.facts) return undefined;
  const inlined = file.facts.inlined(call);
  const emitted = new Set(file.facts.emitted(call).map((e) => e.callee));
  const args = argumentsOf(call);
  for (const [path, known] of Object.entries(methods)) {
    for (const [typeAndName, method] of Object.entries(known)) {
      const [type, methodName] = typeAndName.split('.') as [string, string];
      if (methodName !== name || method.arity !== args.length) continue;
      const symbols = [`${path}.${type}.${name}`, `${path}.(*${type}).${name}`];
      const base = path.slice(path.lastIndexOf('/') + 1);
      const spelt = inlined === `${base}.${type}.${name}` || inlined === `${base}.(*${type}).${name}`;
      if (!spelt && !symbols.some((symbol) => emitted.has(symbol))) continue;
      // Inlined here, its text stays on the stack.
      if (spelt && method.bytes !== undefined && method.bytes <= stackText) return undefined;
      return {
        ...plain,
        formatter: `${base}.${type}.${name}`,
        callee: `${receiver.text}.${method.append}`,
        after: method.after ?? '',
        receiver,
        kind: method.condition === undefined ? 'safe' : 'suggestion',
        condition: method.condition,
        cost: method.unless === undefined ? 'always' : 'conditional',
        unless: method.unless,
        callees: [...symbols, `${path}.(*${type}).Text`, ...(spelt ? ['runtime.slicebytetostring'] : [])],
        receiverType: { path, name: type },
        readsBytes: method.readsBytes ?? false,
        inPieces: method.inPieces ?? false,
        since: method.since,
      };
    }
  }
  if (name !== 'String' || args.length !== 0) return undefined;
  return ownStringForm(receiver, file, inlined, emitted);
}

/** `x.String()` of a type of this package whose String is visibly `string(x.AppendSomething(…empty…))`. */
function ownStringForm(
  receiver: Node,
  file: GoFile,
  inlined: string | undefined,
  emitted: ReadonlySet<string>,
): AppendForm | undefined {
  for (const { node: method, file: home } of packageNames(file.pkg).methods) {
    if (method.childForFieldName('name')?.text !== 'String') continue;
    const type = receiverTypeName(method);
    if (type === undefined) continue;
    const spellings = [`${type}.String`, `(*${type}).String`];
    const symbols = spellings.map((spelling) => `${file.pkg.importPath}.${spelling}`);
    const viaInline = inlined !== undefined && spellings.includes(inlined);
    if (!viaInline && !symbols.some((symbol) => emitted.has(symbol))) continue;
    const append = appendBehindString(method, type, home);
    if (!append || (viaInline && append.bytes <= stackText)) return undefined;
    return {
      ...plain,
      formatter: `${type}.String`,
      callee: `${receiver.text}.${append.name}`,
      cost: viaInline && append.bytes === Infinity ? 'conditional' : 'always',
      unless: viaInline && append.bytes === Infinity ? shortTexts : undefined,
      receiver,
      callees: [...symbols, ...(viaInline ? ['runtime.slicebytetostring'] : [])],
      receiverType: { path: undefined, name: type },
    };
  }
  return undefined;
}

/** The name of the receiver's type, `T` for `T` and `*T`; undefined for generic types. */
export function receiverTypeName(method: Node): string | undefined {
  let type = method.childForFieldName('receiver')?.namedChild(0)?.childForFieldName('type') ?? undefined;
  if (type?.type === 'pointer_type') type = type.namedChild(0) ?? undefined;
  return type?.type === 'type_identifier' ? type.text : undefined;
}

/**
 * The append method that a String method is built on, when both are plainly so, and the length that the text has at
 * most by the buffer's size (Infinity when that is not a literal); else undefined.
 */
function appendBehindString(
  method: Node,
  type: string,
  file: GoFile,
): { name: string; bytes: number } | undefined {
  const receiver = method.childForFieldName('receiver')?.namedChild(0)?.childForFieldName('name')?.text;
  const body = method.childForFieldName('body');
  if (receiver === undefined || !body) return undefined;
  const text = body.text
    .replace(/\/\/[^\n]*/g, '')
    .replace(/\s+/g, ' ')
    .trim();
  const empty = String.raw`(?:nil|\[\]byte\(nil\)|\[\]byte\{\}|make\(\[\]byte, 0(?:, (?<capacity>[\w.]+))?\))`;
  const append = String.raw`${receiver}\.(?<append>[aA]ppend\w*)`;
  const shapes = [
    String.raw`^\{ return string\(${append}\(${empty}\)\) \}$`,
    String.raw`^\{ var (?<b>\w+) \[(?<capacity>[\w.]+)\]byte;? return string\(${append}\(\k<b>\[:0\]\)\) \}$`,
    String.raw`^\{ (?<b>\w+) := ${append}\(${empty}\);? return string\(\k<b>\) \}$`,
    String.raw`^\{ (?<b>\w+) := ${empty};? return string\(${append}\(\k<b>\)\) \}$`,
    String.raw`^\{ (?<b>\w+) := ${empty};? \k<b> = ${append}\(\k<b>\);? return string\(\k<b>\) \}$`,
  ];
  for (const shape of shapes) {
    const groups = new RegExp(shape).exec(text)?.groups;
    const name = groups?.['append'];
    if (name === undefined || !onlyAppends(type, name, file)) continue;
    const capacity = Number(groups?.['capacity']);
    return { name, bytes: Number.isInteger(capacity) ? capacity : Infinity };
  }
  return undefined;
}

/** True when the method is `func (T) name(b []byte) []byte` and does nothing with b but append to it and return it. */
function onlyAppends(type: string, name: string, file: GoFile): boolean {
  const found = packageNames(file.pkg).methods.find(
    ({ node }) => node.childForFieldName('name')?.text === name && receiverTypeName(node) === type,
  );
  if (!found) return false;
  const { node: method, file: home } = found;
  const parameters = method.childForFieldName('parameters')?.namedChildren ?? [];
  const parameter = parameters.length === 1 ? parameters[0] : undefined;
  const destination = parameter?.childForFieldName('name');
  const bytes = (node: Node | null | undefined): boolean => /^\[\]\s*(?:byte|uint8)$/.test(node?.text ?? '');
  if (!destination || !bytes(parameter?.childForFieldName('type'))) return false;
  if (!bytes(method.childForFieldName('result'))) return false;
  const binding = namesAround(home.root, destination).resolve(destination);
  if (!binding) return false;
  return binding.uses.every(({ node, owner }) => {
    if (owner.id !== binding.owner.id) return false;
    if (isAssigned(node)) return node.parent?.parent?.type === 'assignment_statement';
    const list = node.parent;
    if (list?.type === 'expression_list') return list.parent?.type === 'return_statement';
    if (list?.type !== 'argument_list' || !list.parent) return false;
    if (argumentsOf(list.parent)[0]?.id !== node.id) return false;
    const callee = list.parent.childForFieldName('function');
    const last = callee?.type === 'selector_expression' ? callee.childForFieldName('field') : callee;
    return /^[aA]ppend/.test(last?.text ?? '');
  });
}

/** The append form for messages: `strconv.AppendInt`, `AppendFormat`. */
export function appendName(form: AppendForm): string {
  return form.receiver ? form.callee.slice(form.receiver.text.length + 1) : form.callee;
}

/** `F(x)` becomes `AppendF(destination, x)`; nothing when a comment would be lost. */
export function intoDestination(
  formatted: Node,
  form: AppendForm,
  destination: string,
  file: GoFile,
): TextEdit[] | undefined {
  const list = formatted.childForFieldName('arguments')!;
  const args = argumentsOf(formatted);
  const last = args[args.length - 1];
  const opening = list.startIndex + 1;
  const replaced = file.text.slice(formatted.startIndex, opening);
  const kept = form.receiver ? replaced.slice(form.receiver.text.length) : replaced;
  if (/\/[/*]/.test(kept)) return undefined;
  // Without arguments of its own, the call gets the destination and what the append form needs behind it.
  const separator = /^\s/.test(file.text.slice(opening)) && form.before === '' ? ',' : ', ';
  const more = last ? separator + form.before : form.after === '' ? '' : `, ${form.after}`;
  const edits: TextEdit[] = [
    { span: { start: formatted.startIndex, end: opening }, newText: `${form.callee}(${destination}${more}` },
  ];
  if (last && form.after !== '')
    edits.push({ span: { start: last.endIndex, end: last.endIndex }, newText: form.after });
  return edits;
}

function hasShift(node: Node): boolean {
  for (const at of descendants(node)) {
    if (at.type === 'binary_expression' && /^(?:<<|>>)$/.test(at.childForFieldName('operator')?.text ?? ''))
      return true;
  }
  return false;
}

/**
 * Proves that the receiver is the type, or a pointer to the type, whose method the form stands for, and that this version of
 * it has the append form.
 */
export function receiverObligations(form: AppendForm, at: number | 'file', id: number): Obligation[] {
  const { receiverType, receiver, callee } = form;
  if (!receiverType || !receiver) return [];
  const use = `if false { _ = ${callee} }`;
  return [
    ...typeObligations(receiver, receiverType, at, id),
    {
      states: `${receiver.text} has a method ${appendName(form)}`,
      at,
      code: at === 'file' ? `func _() { ${use} }` : use,
    },
  ];
}

/**
 * Proves that an expression's type is the one named, or a pointer to it.
 * @param id makes the helper's name unique in the file
 */
export function typeObligations(
  expression: Node,
  { path, name }: { readonly path: string | undefined; readonly name: string },
  at: number | 'file',
  id: number,
): Obligation[] {
  // One name per path: the obligations of several fixes share a file.
  const qualifier = `alloclens${(path ?? '').replace(/(?:^|\W)(\w)/g, (_, letter: string) => letter.toUpperCase())}`;
  const type = path === undefined ? name : `${qualifier}.${name}`;
  const imports = path === undefined ? {} : { imports: { [qualifier]: path } };
  const states = `${expression.text} is a ${path === undefined ? name : `${path}.${name}`} or a pointer to one`;
  const check = `alloclensType${id}`;
  const use = `if false { ${check}(${expression.text}) }`;
  return [
    { states, at: 'file', code: `func ${check}[T ${type} | *${type}](T) {}`, ...imports },
    { states, at, code: at === 'file' ? `func _() { ${use} }` : use },
  ];
}
