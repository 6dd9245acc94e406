import type { Node } from 'web-tree-sitter';
import type { Evidence, TextEdit } from '../model';
import { checkCopied, type TakenNames } from './text/append-copied';
import { hasNoRoom } from './text/room';
import { checkBufferWrite } from './text/append-into-buffer';
import { basicType } from './types/types';
import { checkWrite } from './write-format';
import { appendForm, appendName, receiverObligations, type AppendForm } from './text/append-forms';
import type { GoFile, GoFix, GoReport, GoRule, Obligation } from './rule';
import { argumentsOf, descendants, enclosingFunction, spanOf, unparenthesised } from './syntax/nodes';
import { enclosingStatement, isAddressTaken, namesAround } from './syntax/names';
import { initializer } from './syntax/assignments';
import { convertedToBytes } from './text/write-calls';
import { isShadowed } from './syntax/universe';
import { short } from './edit/layout';
import { code } from '../wording';

/**
 * `append(b, t.Format(l)...)` and, in hot code, `buf.WriteString(strconv.Itoa(n))`: a string is made only to be copied.
 */
export const rule: GoRule = {
  meta: {
    id: 'go/append-format',
    summary: 'a string formatted only to become bytes: appended, converted, copied or written',
    fix: 'safe',
    recipe:
      'Append the value with `strconv.Append…`, `fmt.Appendf` or its own Append method, straight into the bytes that take it',
    reports: 'allocation',
    sample: 'go/appendformat',
  },
  check(file, report) {
    const names: TakenNames = new Map<number, Set<string>>();
    for (const call of file.root.descendantsOfType(['call_expression', 'type_conversion_expression'])) {
      const found = checkFormatted(call, file, names);
      if (found) report(found);
    }
  },
};

/** Also asked by rules about the formatting call itself: what is reported here is not theirs. */
export function checkFormatted(call: Node, file: GoFile, names: TakenNames): GoReport | undefined {
  return (
    (call.type === 'call_expression'
      ? (check(call, file) ?? checkBufferWrite(call, file, rule.meta.sample))
      : undefined) ??
    checkCopied(call, file, rule.meta.sample, names, (write) => checkWrite(write, file) !== undefined)
  );
}

function check(call: Node, file: GoFile): GoReport | undefined {
  const callee = unparenthesised(call.childForFieldName('function') ?? call);
  if (callee.type !== 'identifier' || callee.text !== 'append' || isShadowed('append', call, file))
    return undefined;
  const [destination, spread, ...rest] = argumentsOf(call);
  if (!destination || spread?.type !== 'variadic_argument' || rest.length > 0) return undefined;
  const appended = unparenthesised(spread.namedChild(0) ?? spread);
  const formatted = convertedToBytes(appended, file) ?? appended;
  if (formatted.type !== 'call_expression') return undefined;
  const form = appendForm(formatted, file);
  // The string has been made in one piece, and append makes room for it at once.
  if (!form || (form.inPieces && hasNoRoom(destination, file))) return undefined;
  const target = code(destination.text);
  const evidence: Evidence[] = [{ kind: 'measured sample', sample: rule.meta.sample }];
  for (const emitted of file.facts?.emitted(formatted) ?? []) {
    if (form.callees.includes(emitted.callee)) {
      evidence.unshift({ kind: 'emitted call', callee: emitted.callee, count: 1 });
      break;
    }
  }
  return {
    node: call,
    message: `${code(form.formatter)} allocates a string that is only copied into ${target}`,
    allocation: {
      kind: 'call',
      // Without the compiler's word there is a pattern, not an allocation.
      cost: file.facts ? form.cost : 'unknown',
      reason:
        `${code(appendName(form))} writes ${form.condition === undefined ? 'the same bytes' : 'the text'} there without a string` +
        (form.unless === undefined ? '' : ` (${form.unless})`),
      evidence,
    },
    restsOn: receiverObligations(form, placeOf(call), call.startIndex),
    fixes: fixes(call, destination, spread, formatted, form, file),
  };
}

/** Where obligations about the call can stand. */
function placeOf(call: Node): number | 'file' {
  return enclosingStatement(call)?.startIndex ?? 'file';
}

function fixes(
  call: Node,
  destination: Node,
  spread: Node,
  formatted: Node,
  form: AppendForm,
  file: GoFile,
): GoFix[] {
  if (file.generated || form.withheld !== undefined) return [];
  // The receiver moves in front of the destination: two calls would change places.
  if (form.receiver && mayCall(destination) && mayCall(form.receiver)) return [];
  const args = argumentsOf(formatted);
  if ((form.runsUserCode || form.readsBytes) && args.some((arg) => mayAlias(arg, destination))) return [];
  if (form.readsBytes && args.some((arg) => isCutFrom(arg, destination, file))) return [];
  const edits = rewrite(call, destination, spread, formatted, form, file);
  if (!edits) return [];
  const condition =
    form.condition ??
    (form.runsUserCode && !isPrivate(destination, file) && !args.every((arg) => isBasic(arg, file))
      ? `no String, Error or Format method of an argument changes ${code(destination.text)}`
      : undefined);
  const name = appendName(form);
  const within = enclosingFunction(call);
  return [
    {
      title: condition === undefined ? `Use ${code(name)}` : `Use ${code(name)} (if ${condition})`,
      kind: condition === undefined ? form.kind : 'suggestion',
      edits: edits.map((edit) => ({ ...edit, file: file.path })),
      claim: { effect: 'removes', within: within ? [spanOf(within)] : [], callees: form.callees },
      obligations: [destinationObligation(destination, placeOf(call))],
    },
  ];
}

/** `append` becomes the form's callee; the formatting call's own parentheses go, its arguments stay where they are. */
function rewrite(
  call: Node,
  destination: Node,
  spread: Node,
  formatted: Node,
  form: AppendForm,
  file: GoFile,
): TextEdit[] | undefined {
  const callee = call.childForFieldName('function')!;
  const list = formatted.childForFieldName('arguments')!;
  const args = argumentsOf(formatted);
  const first = args[0];
  const last = args[args.length - 1];
  const edits: TextEdit[] = [{ span: spanOf(callee), newText: form.callee }];
  const remove = (start: number, end: number, newText = ''): boolean => {
    edits.push({ span: { start, end }, newText });
    return !/\/[/*]/.test(withoutReceiver(file.text, start, end, form.receiver));
  };
  if (!first || !last) {
    // Nothing between the parentheses: the separator goes too, unless there are arguments to add.
    if (list.namedChildCount > 0) return undefined;
    const separator = form.after === '' ? destination.endIndex : spread.startIndex;
    return remove(separator, spread.endIndex, form.after) ? edits : undefined;
  }
  const opening = list.startIndex + 1;
  // Arguments on lines of their own: no blank is left at the end of the line.
  let start = spread.startIndex;
  if (form.before === '' && /\s/.test(file.text.charAt(opening)))
    while (file.text[start - 1] === ' ') start--;
  if (!remove(start, opening, form.before)) return undefined;
  if (form.after !== '')
    edits.push({ span: { start: last.endIndex, end: last.endIndex }, newText: form.after });
  // A comma may stand behind the last argument here, and another behind the spread: one of them is enough.
  const inner = /,\s*$/.test(
    file.text.slice(last.endIndex, list.endIndex - 1).replace(/\/\*[^]*?\*\/|\/\/[^\n]*/g, ''),
  );
  const outer = /^\s*,/.exec(file.text.slice(spread.endIndex));
  const end = spread.endIndex + (inner && outer ? outer[0].length : 0);
  return remove(list.endIndex - 1, end) ? edits : undefined;
}

/** The text of a range that is deleted, without the receiver's part, which is written again elsewhere. */
function withoutReceiver(text: string, start: number, end: number, receiver: Node | undefined): string {
  if (!receiver || receiver.startIndex < start || receiver.endIndex > end) return text.slice(start, end);
  return text.slice(start, receiver.startIndex) + text.slice(receiver.endIndex, end);
}

/** Append forms take and give []byte: a destination of a named slice type would change the type of the result. */
function destinationObligation(destination: Node, at: number | 'file'): Obligation {
  const block = `if false { alloclensBytes := append(${destination.text}, ""...); var _ *[]byte = &alloclensBytes }`;
  return {
    states: `${short(destination.text)} is a []byte, not a named slice type`,
    at,
    code: at === 'file' ? `func _() { ${block} }` : block,
  };
}

/** True when evaluating the expression may run code: any call but len, cap and append on call-free operands. */
function mayCall(node: Node): boolean {
  for (const at of descendants(node)) {
    if (at.type === 'call_expression') {
      const callee = at.childForFieldName('function')?.text ?? '';
      if (!/^(?:len|cap|append|make|string|\[\]byte)$/.test(callee)) return true;
    }
    if (at.type === 'unary_expression' && at.childForFieldName('operator')?.text === '<-') return true;
  }
  return false;
}

/** `b` in `b[:0]`, `w.buf` in `(w.buf)[:n]`. */
function base(node: Node): Node {
  let at = unparenthesised(node);
  while (at.type === 'slice_expression' || at.type === 'index_expression') {
    at = unparenthesised(at.childForFieldName('operand') ?? at);
    if (at.childCount === 0) break;
  }
  return at;
}

/** True when a formatted argument mentions the destination's memory as a whole: `b`, `b[4:]`, `&w` for `w.buf`. */
function mayAlias(arg: Node, destination: Node): boolean {
  const memory = base(destination);
  const text = memory.text;
  let root = memory;
  while (root.type === 'selector_expression') root = root.childForFieldName('operand') ?? root;
  for (const at of descendants(arg)) {
    if (at.text !== text && !(at.type === 'identifier' && at.text === root.text)) continue;
    const outer = at.parent;
    if (outer?.type === 'selector_expression' && outer.childForFieldName('field')?.id === at.id) continue;
    // `w` in `w.name`, when the destination is `w.buf`.
    if (outer?.type === 'selector_expression' && at.text !== text) continue;
    // The operand of a field or element that is not itself the memory.
    if (outer?.type === 'index_expression') continue;
    const list = outer?.type === 'argument_list' ? outer.parent : outer;
    if (/^(?:len|cap|string)$/.test(list?.childForFieldName('function')?.text ?? '')) continue;
    return true;
  }
  return false;
}

/** True when the bytes are a local slice of the destination's memory, which may lie behind its length: `b[:16]`, `b[:0]`. */
function isCutFrom(arg: Node, destination: Node, file: GoFile): boolean {
  const memory = base(destination).text;
  let root = base(arg);
  while (root.type === 'selector_expression') root = root.childForFieldName('operand') ?? root;
  const binding = root.type === 'identifier' ? namesAround(file.root, root).resolve(root) : undefined;
  if (!binding) return false;
  const values = [
    initializer(binding),
    ...binding.uses.map((use) => use.node.parent?.parent?.childForFieldName('right') ?? undefined),
  ];
  return values.some((value) => {
    for (const at of value ? descendants(value) : []) if (at.text === memory) return true;
    return false;
  });
}

/** True when only this function can change the variable that holds the destination: a local, never shared. */
function isPrivate(destination: Node, file: GoFile): boolean {
  const root = base(destination);
  if (root.type === 'nil' || root.type === 'type_conversion_expression' || root.type === 'composite_literal')
    return true;
  if (root.type === 'call_expression') {
    const made = root.childForFieldName('function')?.text;
    const into = argumentsOf(root)[0];
    return made === 'make' || (made === 'append' && into !== undefined && isPrivate(into, file));
  }
  if (root.type !== 'identifier') return false;
  const binding = namesAround(file.root, root).resolve(root);
  return (
    binding !== undefined &&
    binding.uses.every((use) => use.owner.id === binding.owner.id && !isAddressTaken(use.node))
  );
}

/** True when the argument is of a basic type that has no String, Error or Format method to run. */
function isBasic(arg: Node, file: GoFile): boolean {
  const type = basicType(arg, file);
  return type !== undefined && (!type.declared || type.lacks('String', 'Error', 'Format', 'GoString'));
}
