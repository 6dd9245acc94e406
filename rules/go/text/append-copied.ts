import type { Node } from 'web-tree-sitter';
import type { Evidence } from '../../model';
import {
  appendForm,
  appendName,
  intoDestination,
  receiverObligations,
  type AppendForm,
} from './append-forms';
import { isBuiltin } from '../syntax/universe';
import { isHot } from '../heat/static-heat';
import type { GoFile, GoFix, GoReport, Obligation } from '../rule';
import { argumentsOf, enclosingFunction, spanOf, topLevel, unparenthesised } from '../syntax/nodes';
import { enclosingStatement } from '../syntax/names';
import { enclosingLoop } from '../flow/loops';
import {
  convertedToBytes,
  twinObligations,
  twinOf,
  unwrapped,
  writeCall,
  type WriteCall,
} from './write-calls';
import { freshName, indentAt, lineEnd, startsLine } from '../edit/layout';
import { isShadowed } from '../syntax/universe';
import { code } from '../../wording';

/** Names of the arrays that fixes declare: function node → names that are taken there. */
export type TakenNames = Map<number, Set<string>>;

/** A text that is formatted only to be converted, copied or written. */
interface Copied {
  /** What is reported and replaced: `[]byte(F)`, or F itself. */
  readonly node: Node;
  readonly formatted: Node;
  readonly form: AppendForm;
  /** `written` says that WriteString becomes Write. */
  readonly written: WriteCall | undefined;
  /** The compiler emits a copy of the string, too. */
  readonly twice: boolean;
  /** Where the bytes are: on the heap when they outlive the function or leave through an interface. */
  readonly place: 'heap' | 'stack';
  /** What becomes of the string, to follow "allocates a string": ` that is only copied into dst`. */
  readonly fate: string;
}

const toBytes = 'runtime.stringtoslicebyte';

/**
 * `[]byte(fmt.Sprintf(…))`, `copy(dst, t.Format(l))`, and in hot code `sb.WriteString(strconv.Itoa(n))`.
 * @param isReported of a call that writes the bytes: another rule speaks of it
 */
export function checkCopied(
  node: Node,
  file: GoFile,
  sample: string,
  taken: TakenNames,
  isReported: (write: Node) => boolean,
): GoReport | undefined {
  const copied =
    file.facts && (converted(node, file, isReported) ?? copiedInto(node, file) ?? writtenText(node, file));
  if (!copied) return undefined;
  const { form, formatted, twice, place, fate } = copied;
  const evidence: Evidence[] = [{ kind: 'measured sample', sample }];
  if (twice) evidence.unshift({ kind: 'emitted call', callee: toBytes, count: 1 });
  for (const { callee } of file.facts?.emitted(formatted) ?? []) {
    if (!form.callees.includes(callee)) continue;
    evidence.unshift({ kind: 'emitted call', callee, count: 1 });
    break;
  }
  const fixed = fix(copied, file, taken);
  const where = place === 'heap' ? 'into the slice at once' : 'into an array on the stack';
  return {
    node,
    message: `${code(form.formatter)} allocates a string${fate}`,
    allocation: {
      kind: 'call',
      cost: twice && place === 'heap' ? 'always' : form.cost,
      reason:
        `${code(appendName(form))} writes ${form.condition === undefined ? 'the same bytes' : 'the text'} ${where}` +
        (form.unless === undefined ? '' : ` (${form.unless})`),
      evidence,
    },
    fixes: fixed,
    // An array that would move to the heap is no gain.
    restsOn: fixed.length > 0 && place === 'stack' ? 'its fix' : proofOf(copied),
  };
}

/** `[]byte(F)`, where the compiler emits the copy or reads the string in place. */
function converted(node: Node, file: GoFile, isReported: (write: Node) => boolean): Copied | undefined {
  const formatted = convertedToBytes(node, file);
  const form = formatted && appendForm(formatted, file);
  if (!form || isAppended(node)) return undefined;
  const write = writeAround(node, file);
  // Reported there, or the writer lends its memory in hot code.
  if (write && (isReported(write.call) || lends(write, file))) return undefined;
  const twice = file.facts!.emitted(node).some(({ callee }) => callee === toBytes);
  const decision = file.facts!.decision(node);
  if (!decision) return undefined;
  let place = decision.outcome;
  if (place === 'heap' && !twice) return undefined;
  // fmt.Appendf(nil, …) reads as well as what it replaces; an array is for hot code.
  if (place === 'stack' && form.runsUserCode && !isHot(file, node)) {
    if (!twice) return undefined;
    place = 'heap';
  }
  const fate = twice ? ', and `[]byte(…)` a copy of it' : ' that is only read as bytes';
  return { node, formatted, form, written: undefined, twice, place, fate };
}

/** `append(b, []byte(F)...)`: the conversion is not what should be written there. */
function isAppended(node: Node): boolean {
  return node.parent?.type === 'variadic_argument';
}

function writeAround(node: Node, file: GoFile): WriteCall | undefined {
  let at: Node | null = node.parent;
  while (at?.type === 'parenthesized_expression') at = at.parent;
  const call = at?.type === 'argument_list' ? at.parent : undefined;
  const write = call?.type === 'call_expression' ? writeCall(call, file) : undefined;
  return write?.content.id === node.id ? write : undefined;
}

/** bytes.Buffer and bufio.Writer lend their memory: append-into-buffer, in hot code only. */
function lends(write: WriteCall, file: GoFile): boolean {
  const twin = twinOf(write, file);
  return twin?.path === 'bytes' || twin?.path === 'bufio';
}

/** `copy(dst, F)`. */
function copiedInto(call: Node, file: GoFile): Copied | undefined {
  if (call.type !== 'call_expression' || !isBuiltin(file, call, 'copy')) return undefined;
  const [destination, source, ...rest] = argumentsOf(call);
  if (!destination || !source || rest.length > 0) return undefined;
  const formatted = unparenthesised(source);
  const form = appendForm(formatted, file);
  if (!form) return undefined;
  const fate = ' that is only copied on';
  return { node: formatted, formatted, form, written: undefined, twice: false, place: 'stack', fate };
}

/** `sb.WriteString(strconv.Itoa(n))`: harder to read with an array, so that only hot code is told. */
function writtenText(call: Node, file: GoFile): Copied | undefined {
  const written = call.type === 'call_expression' ? writeCall(call, file) : undefined;
  if (written?.how !== 'WriteString' || !isHot(file, call)) return undefined;
  const twin = twinOf(written, file);
  if (twin?.path !== 'strings' && twin?.path !== 'os') return undefined;
  const formatted = written.content;
  const form = appendForm(formatted, file);
  // fmt has Fprintf for this.
  if (!form || form.runsUserCode) return undefined;
  const fate = ` that is only copied into ${code(written.writer.text)}`;
  return { node: call, formatted, form, written, twice: false, place: 'stack', fate };
}

/** That the formatting call is what it is taken for. */
function proofOf({ node, form, formatted }: Copied): Obligation[] {
  const at = enclosingStatement(node)?.startIndex ?? 'file';
  return receiverObligations(form, at, formatted.startIndex + 1);
}

/** The size of the array: the longest time that time.Format keeps on the stack, and room for most other texts. */
const arraySize = 64;

function fix(copied: Copied, file: GoFile, taken: TakenNames): GoFix[] {
  const { node, formatted, form, written, place } = copied;
  const statement = enclosingStatement(node);
  const within = enclosingFunction(node);
  if (file.generated || form.withheld !== undefined || !statement || !within) return [];
  if (isShadowed('byte', node, file) || isShadowed('make', node, file) || isShadowed('nil', node, file))
    return [];
  const at = statement.startIndex;
  const obligations = proofOf(copied);
  const condition = form.condition === undefined ? '' : ` (if ${form.condition})`;
  const around = unwrapped(written ? written.content : node, formatted, file);
  const name = appendName(form);
  if (!around) return [];
  if (place === 'heap') {
    const { destination, hidden } = newDestination(form, formatted);
    const into = intoDestination(formatted, form, destination, file);
    if (!into) return [];
    return [
      {
        title: `Use ${code(name)}${condition}`,
        kind: form.kind,
        edits: [...around, ...into].map((edit) => ({ ...edit, file: file.path })),
        claim: {
          effect: 'removes',
          within: [spanOf(within)],
          callees: [...form.callees, toBytes],
          instead: ['runtime.newobject', 'runtime.makeslice', 'runtime.growslice', ...hidden],
        },
        obligations,
      },
    ];
  }
  // The header of a loop would use one array for all iterations.
  if (enclosingLoop(file, node) !== enclosingLoop(file, statement) || !startsLine(file.text, at)) return [];
  const names = taken.get(within.id) ?? new Set<string>();
  const array = freshName(file, ['buf', 'text', 'scratch'], { within: topLevel(node), taken: names });
  const into = intoDestination(formatted, form, `${array}[:0]`, file);
  if (!into) return [];
  taken.set(within.id, names.add(array));
  const method =
    written && unparenthesised(written.call.childForFieldName('function')!).childForFieldName('field');
  const declaration = `var ${array} [${arraySize}]byte${lineEnd(file.text)}${indentAt(file.text, at)}`;
  const twin = written && twinOf(written, file);
  return [
    {
      title: `Use ${code(name)} into a \`[${arraySize}]byte\` on the stack${condition}`,
      kind: form.kind,
      edits: [
        { span: { start: at, end: at }, newText: declaration },
        ...(method ? [{ span: spanOf(method), newText: 'Write' }] : []),
        ...around,
        ...into,
      ].map((edit) => ({ ...edit, file: file.path })),
      claim: {
        effect: 'removes',
        within: [spanOf(within)],
        callees: [...form.callees, toBytes],
        // A strings.Builder grows in its Write, which may be inlined here.
        inlines: ['runtime.growslice'],
      },
      obligations: [...obligations, ...(written && twin ? twinObligations(written, twin, at, file) : [])],
    },
  ];
}

/**
 * What the text is appended to when it outlives the function: nil where the text is never empty (a conversion gives no
 * nil slice) and appended in one piece. `hidden`: callees that then allocate, in the spellings of different releases.
 */
function newDestination(
  { formatter, callee }: AppendForm,
  formatted: Node,
): { destination: string; hidden: readonly string[] } {
  const append = callee.slice(callee.lastIndexOf('.') + 1);
  if (formatter.startsWith('fmt.')) {
    const empty = formatter !== 'fmt.Sprintln' && !(formatter === 'fmt.Sprintf' && neverEmpty(formatted));
    return { destination: empty ? '[]byte{}' : 'nil', hidden: [`fmt.${append}`] };
  }
  if (formatter === 'strconv.FormatFloat') return { destination: 'make([]byte, 0, 24)', hidden: [] };
  if (formatter.startsWith('strconv.'))
    return { destination: 'nil', hidden: [`strconv.${append}`, `internal/strconv.${append}`] };
  if (append === 'AppendEncode')
    return {
      destination: '[]byte{}',
      hidden: ['hex', 'base64.(*Encoding)', 'base32.(*Encoding)'].map((of) => `encoding/${of}.${append}`),
    };
  const layout = argumentsOf(formatted)[0];
  const size =
    formatter === 'time.Time.Format' && layout && isFixedLayout(layout) ? `len(${layout.text})` : arraySize;
  return { destination: `make([]byte, 0, ${size})`, hidden: [] };
}

/** A layout of package time whose texts are no longer than itself: no names of unknown length, no hours in one digit. */
function isFixedLayout(layout: Node): boolean {
  return /^time\.(?:RFC3339(?:Nano)?|Date(?:Time|Only)|TimeOnly|RFC1123Z|RFC822Z|RubyDate|ANSIC|Stamp(?:Milli|Micro|Nano)?)$/.test(
    layout.text,
  );
}

/** True for a literal format with something else than verbs in it. */
function neverEmpty(formatted: Node): boolean {
  const format = argumentsOf(formatted)[0];
  if (format?.type !== 'interpreted_string_literal' && format?.type !== 'raw_string_literal') return false;
  return format.text.slice(1, -1).replace(/%[-+# 0-9.*[\]]*[^%]/g, '') !== '';
}
