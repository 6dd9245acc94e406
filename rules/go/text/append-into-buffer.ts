import type { Node } from 'web-tree-sitter';
import type { Evidence, TextEdit } from '../../model';
import {
  appendForm,
  appendName,
  intoDestination,
  receiverObligations,
  typeObligations,
  type AppendForm,
} from './append-forms';
import { isHot } from '../heat/static-heat';
import type { GoFile, GoFix, GoReport } from '../rule';
import { argumentsOf, descendants, enclosingFunction, spanOf, unparenthesised } from '../syntax/nodes';
import { isPure } from '../flow/trip-count';
import { enclosingStatement } from '../syntax/names';
import { hasNoRoom } from './room';
import { convertedToBytes, unwrapped, writeCall, type WriteCall } from './write-calls';
import { atLeast } from '../syntax/version';
import { code } from '../../wording';

/** Buffers that lend out their free space: AvailableBuffer exists since Go 1.18 (bufio) and 1.21 (bytes). */
const buffers = [
  { path: 'bytes', name: 'Buffer', since: { major: 1, minor: 21 } },
  { path: 'bufio', name: 'Writer', since: { major: 1, minor: 18 } },
];

/**
 * `buf.WriteString(strconv.Itoa(n))`, `buf.Write([]byte(t.Format(l)))`: a string is made only to be copied into the buffer. The append form into
 * `buf.AvailableBuffer()` is harder to read, so that only hot code is told.
 */
export function checkBufferWrite(call: Node, file: GoFile, sample: string): GoReport | undefined {
  const write = writeCall(call, file);
  if (!write || write.how === 'io.WriteString' || !file.facts || !isHot(file, call)) return undefined;
  const { writer: buffer, content, how } = write;
  const formatted = how === 'Write' ? convertedToBytes(content, file) : content;
  const inlined = file.facts.inlined(call);
  const emitted = file.facts.emitted(call).map((one) => one.callee);
  const type = buffers.find(({ path, name }) => {
    const symbol = `${path}.(*${name}).${how}`;
    return inlined === symbol || emitted.includes(symbol);
  });
  if (!formatted || !type || !atLeast(file.pkg.language, type.since.major, type.since.minor))
    return undefined;
  // It has no free space to lend: the text would be made on the heap as well.
  if (type.name === 'Buffer' && hasNoRoom(buffer, file)) return undefined;
  const form = appendForm(formatted, file);
  // fmt has Fprintf for this.
  if (!form || form.runsUserCode) return undefined;
  const evidence: Evidence[] = [{ kind: 'measured sample', sample }];
  const at = enclosingStatement(call)?.startIndex ?? 'file';
  const name = appendName(form);
  return {
    node: call,
    message: `${code(form.formatter)} allocates a string that is only copied into ${code(buffer.text)}`,
    allocation: {
      kind: 'call',
      cost: form.cost,
      reason:
        `${code(name)} writes ${form.condition === undefined ? 'the same bytes' : 'the text'} into its free space` +
        (form.unless === undefined ? '' : ` (${form.unless})`),
      evidence,
    },
    restsOn: [
      ...typeObligations(buffer, type, at, call.startIndex),
      ...receiverObligations(form, at, formatted.startIndex + 1),
    ],
    fixes: fixes(write, buffer, formatted, form, file),
  };
}

function fixes(write: WriteCall, buffer: Node, formatted: Node, form: AppendForm, file: GoFile): GoFix[] {
  const { call } = write;
  if (file.generated || form.withheld !== undefined || !isPure(buffer)) return [];
  // Code that runs between AvailableBuffer and Write must not write to the buffer.
  if (argumentsOf(formatted).some(calls) || (form.receiver && calls(form.receiver))) return [];
  const edits = rewrite(write, buffer, formatted, form, file);
  const within = enclosingFunction(call);
  if (!edits || !within) return [];
  const name = appendName(form);
  return [
    {
      title:
        `Use ${code(name)} into ${code(`${buffer.text}.AvailableBuffer()`)}` +
        (form.condition === undefined ? '' : ` (if ${form.condition})`),
      kind: form.kind,
      edits: edits.map((edit) => ({ ...edit, file: file.path })),
      claim: { effect: 'removes', within: [spanOf(within)], callees: form.callees },
    },
  ];
}

/** `WriteString(F(x))` and `Write([]byte(F(x)))` become `Write(AppendF(buf.AvailableBuffer(), x))`. */
function rewrite(
  { call, content }: WriteCall,
  buffer: Node,
  formatted: Node,
  form: AppendForm,
  file: GoFile,
): TextEdit[] | undefined {
  const method = unparenthesised(call.childForFieldName('function')!).childForFieldName('field')!;
  const into = intoDestination(formatted, form, `${buffer.text}.AvailableBuffer()`, file);
  const around = unwrapped(content, formatted, file);
  if (!into || !around) return undefined;
  return [{ span: spanOf(method), newText: 'Write' }, ...around, ...into];
}

/** True when evaluating the expression may run code that writes to the buffer: any call but len, cap and conversions. */
function calls(node: Node): boolean {
  for (const at of descendants(node)) {
    if (at.type === 'unary_expression' && at.childForFieldName('operator')?.text === '<-') return true;
    if (at.type !== 'call_expression') continue;
    const callee = at.childForFieldName('function')?.text ?? '';
    if (!/^(?:len|cap|string|(?:u?int|float)(?:8|16|32|64)?|byte|rune)$/.test(callee)) return true;
  }
  return false;
}
