import type { Node } from 'web-tree-sitter';
import type { AllocationCost, Evidence, TextEdit } from '../model';
import { checkJoined } from './text/joined-writes';
import { checkCopied, type TakenNames } from './text/append-copied';
import { appendForm } from './text/append-forms';
import { receiverType } from './syntax/signatures';
import { importedFunction, isShadowed } from './syntax/universe';
import { basicType, spelledType, typeOf, type BasicType } from './types/types';
import { graphAround } from './flow/functions';
import { changesItsArgument } from './flow/effects';
import { keepsItsArgument } from './memory/lifetime';
import type { GoFile, GoFix, GoReport, GoRule, Obligation } from './rule';
import { argumentsOf, descendants, enclosingFunction, spanOf, unparenthesised } from './syntax/nodes';
import { enclosingStatement, namesAround, parenthesized, type Binding } from './syntax/names';
import { initializer } from './syntax/assignments';
import {
  convertedToBytes,
  convertedToString,
  isCountSeen,
  unwrapped,
  twinObligations,
  twinOf,
  twins,
  writeCall,
  writerOperand,
  type Twin,
  type WriteCall,
} from './text/write-calls';
import { mayDiffer } from './text/paired-methods';
import { inOrder } from './sites/remedies';
import { canImportAt } from './edit/imports';
import { importedAs } from './edit/imports';
import { packageNames } from './syntax/package-names';
import { code } from '../wording';

/** A text that is formatted or converted only to be written: the writer takes it directly, in the same single write. */
export const rule: GoRule = {
  meta: {
    id: 'go/write-format',
    summary: 'a text formatted, joined or converted only to be written',
    fix: 'safe',
    recipe:
      'Write with `fmt.Fprintf`, `io.WriteString` or Write of the bytes, so that no text is made in between',
    reports: 'allocation',
    sample: 'go/writeformat',
  },
  check(file, report) {
    const names: TakenNames = new Map<number, Set<string>>();
    for (const call of file.root.descendantsOfType('call_expression')) {
      const found = checkWrite(call, file, names) ?? checkJoined(call, file, rule.meta.sample);
      if (found) report(found);
    }
  },
};

/**
 * Also asked by rules about the formatting call itself: what is reported here is not theirs.
 * @param names for what takes the place of a finding that the compiler refutes; without it there is nothing then
 */
export function checkWrite(call: Node, file: GoFile, names?: TakenNames): GoReport | undefined {
  if (!file.facts) return undefined;
  const write = writeCall(call, file);
  if (!write) return checkPrinted(call, file);
  const bytes = write.how === 'Write' ? convertedToBytes(write.content, file) : undefined;
  const formatted = write.how === 'Write' ? bytes : write.content;
  const printer = formatted && fmtPrinter(formatted, file);
  if (printer) return checkFormatted(write, formatted, printer, file, names);
  if (bytes) return checkString(write, bytes, file);
  const text = write.how === 'Write' ? undefined : convertedToString(write.content, file);
  return text && checkBytes(write, text, file);
}

const printers: Readonly<Record<string, string>> = {
  'fmt.Sprintf': 'Fprintf',
  'fmt.Sprint': 'Fprint',
  'fmt.Sprintln': 'Fprintln',
};

interface Printer {
  /** `fmt.Sprintf`. */
  readonly formatter: string;
  /** `fmt.Fprintf`, under the name that the file imports fmt as. */
  readonly twin: string;
}

/** `fmt.Sprintf(…)`, when the compiler says that this is what is called. */
function fmtPrinter(call: Node, file: GoFile): Printer | undefined {
  const callee = call.type === 'call_expression' ? call.childForFieldName('function') : null;
  const formatter = callee && importedFunction(file, callee);
  const name = formatter && printers[formatter];
  if (!callee || !formatter || name === undefined || argumentsOf(call).length === 0) return undefined;
  if (!emits(call, file, formatter)) return undefined;
  return { formatter, twin: `${callee.childForFieldName('operand')!.text}.${name}` };
}

function emits(node: Node, file: GoFile, callee: string): boolean {
  return file.facts?.emitted(node).some((call) => call.callee === callee) ?? false;
}

const toBytes = 'runtime.stringtoslicebyte';
const toString = 'runtime.slicebytetostring';

/** `w.Write([]byte(fmt.Sprintf(…)))`, `b.WriteString(fmt.Sprintf(…))`, `io.WriteString(w, fmt.Sprintf(…))`. */
function checkFormatted(
  write: WriteCall,
  formatted: Node,
  { formatter, twin }: Printer,
  file: GoFile,
  names: TakenNames | undefined,
): GoReport | undefined {
  const { call, how, writer } = write;
  const known = twinOf(write, file);
  // Another type's WriteString may do something else than its Write.
  if (how === 'WriteString' && !known) return undefined;
  if (how === 'Write' && !known && isOtherWrite(write, file)) return undefined;
  if (!known && isDistrusted(write, file)) return undefined;
  const operand = writerOperand(write, file);
  // As an io.Writer it would move to the heap: one allocation for another, unless there are several.
  const loop = operand.onStack && loopBetween(operand.onStack, call, file);
  if (operand.onStack && !loop) return undefined;
  const twice = how === 'Write' && emits(write.content, file, toBytes);
  const name = code(writer.text);
  const evidence: Evidence[] = [{ kind: 'emitted call', callee: formatter, count: 1 }];
  if (twice) evidence.push({ kind: 'emitted call', callee: toBytes, count: 1 });
  evidence.push({ kind: 'measured sample', sample: rule.meta.sample });
  const fixes = fixFormatted();
  const found: GoReport = {
    node: call,
    message: `${code(formatter)} makes a string${twice ? ' and a copy of it' : ''} that is only written to ${name}`,
    allocation: {
      kind: 'call',
      cost: 'always',
      reason: `the string is written and forgotten; ${code(twin)} writes the same bytes${known ? '' : ', also in one write'}`,
      evidence,
    },
    fixes,
  };
  // Another writer, or one that would move to the heap: then the text can still be made in an array on the stack.
  return fixes.length === 0
    ? found
    : inOrder(found, names && checkCopied(write.content, file, rule.meta.sample, names, () => false));

  function fixFormatted(): GoFix[] {
    if (file.generated) return [];
    const edits = replaceAround(call, formatted, `${twin}(${operand.text},`, ' ', file);
    const statement = enclosingStatement(call);
    const within = loop ?? enclosingFunction(call);
    if (!edits || !statement || !within || countsOtherwise(write, known)) return [];
    const condition = loop
      ? ` (moves ${operand.onStack!.name} to the heap: a gain if the loop runs more than once)`
      : '';
    return [
      {
        title: `Use ${code(twin)}${condition}`,
        kind: loop ? 'suggestion' : 'safe',
        edits: edits.map((edit) => ({ ...edit, file: file.path })),
        claim: { effect: 'removes', within: [spanOf(within)], callees: [formatter, toBytes] },
        obligations: known ? twinObligations(write, known, statement.startIndex, file) : [],
      },
    ];
  }
}

/** `io.WriteString(w, string(b))` and `buf.WriteString(string(b))`: the writer takes bytes. */
function checkBytes(write: WriteCall, bytes: Node, file: GoFile): GoReport | undefined {
  const { call, how, writer, content } = write;
  const known = twinOf(write, file);
  if (how === 'WriteString' && !known) return undefined;
  if (!emits(content, file, toString) || mentionsCall(bytes)) return undefined;
  if (!known && isDistrusted(write, file)) return undefined;
  // A writer of the package that changes what it gets had a copy to change.
  if (!known && changesItsArgument(file, 'Write')) return undefined;
  const escapes = file.facts?.decision(content)?.outcome !== 'stack';
  // Through an interface the bytes themselves would move to the heap.
  if (!known && isOnStack(bytes, file)) return undefined;
  const name = code(writer.text);
  const fixes = fixBytes();
  return {
    node: call,
    message: `${code(`string(${bytes.text})`)} allocates a copy that is only written to ${name}`,
    allocation: {
      kind: 'conversion',
      cost: escapes ? 'always' : 'conditional',
      reason: escapes
        ? 'the conversion copies the bytes, and the call may keep the string'
        : 'the conversion copies the bytes (texts up to 32 bytes stay on the stack)',
      evidence: [
        { kind: 'emitted call', callee: toString, count: 1 },
        { kind: 'measured sample', sample: rule.meta.sample },
      ],
    },
    fixes,
    restsOn: fixes.length > 0 ? 'its fix' : undefined,
  };

  function fixBytes(): GoFix[] {
    if (file.generated) return [];
    if (sharesMemory(bytes, writer, file) || countsOtherwise(write, known)) return [];
    const edits = replaceContent(write, bytes, 'Write', file);
    const statement = enclosingStatement(call);
    const within = enclosingFunction(call);
    if (!edits || !statement || !within) return [];
    return [
      {
        title: `Use ${code(`${writer.text}.Write`)} without the conversion`,
        kind: 'safe',
        edits: edits.map((edit) => ({ ...edit, file: file.path })),
        // A strings.Builder grows in its Write, which may be inlined here.
        claim: {
          effect: 'removes',
          within: [spanOf(within)],
          callees: [toString],
          inlines: ['runtime.growslice'],
        },
        obligations: known ? twinObligations(write, known, statement.startIndex, file) : [],
      },
    ];
  }
}

/** `w.Write([]byte(s))` where the writer has WriteString, or is known to have it as a rule. */
function checkString(write: WriteCall, text: Node, file: GoFile): GoReport | undefined {
  const { call, writer, content } = write;
  // A formatting call has an append form: go/append-format.
  if (text.type === 'call_expression' && appendForm(text, file)) return undefined;
  const known = twinOf(write, file);
  const response = known ? undefined : responseWriter(writer, file);
  if (!known && response === undefined) return undefined;
  if (!known && mayDiffer(writer, ['Write', 'WriteString'], file)) return undefined;
  // A constant is copied into an object of its size.
  const callee = [toBytes, 'runtime.newobject'].find((name) => emits(content, file, name));
  const decision = file.facts?.decision(content);
  if (callee === undefined || (callee !== toBytes && decision?.outcome !== 'heap')) return undefined;
  const name = code(writer.text);
  const cost: AllocationCost = decision?.outcome === 'stack' ? 'conditional' : 'always';
  const advice = known
    ? '`WriteString` takes the string as it is'
    : '`io.WriteString` hands the string over as it is where the writer has `WriteString`, as the own ones of `net/http` have';
  const fixes = fixString(callee);
  return {
    node: call,
    message: `${code(`[]byte(${text.text})`)} allocates a copy that is only written to ${name}`,
    details: `${advice}.`,
    allocation: {
      kind: 'conversion',
      cost,
      reason:
        cost === 'always'
          ? 'the conversion copies the string, and the call may keep the bytes'
          : 'the conversion copies the string (up to 32 bytes stay on the stack)',
      evidence: [
        { kind: 'emitted call', callee, count: 1 },
        { kind: 'measured sample', sample: rule.meta.sample },
      ],
    },
    fixes,
    restsOn: fixes.length > 0 ? 'its fix' : undefined,
  };

  function fixString(removed: string): GoFix[] {
    const statement = enclosingStatement(call);
    const within = enclosingFunction(call);
    if (file.generated || !statement || !within || countsOtherwise(write, known)) return [];
    const claim = { effect: 'removes', within: [spanOf(within)], callees: [removed] } as const;
    if (known) {
      const edits = replaceContent(write, text, 'WriteString', file);
      if (!edits) return [];
      return [
        {
          title: `Use ${code(`${writer.text}.WriteString`)} without the conversion`,
          kind: 'safe',
          edits: edits.map((edit) => ({ ...edit, file: file.path })),
          claim,
          obligations: twinObligations(write, known, statement.startIndex, file),
        },
      ];
    }
    const io = importedAs(file, 'io');
    if (!canImportAt(file, 'io', call)) return [];
    const edits = replaceText(call, text, `${io}.WriteString(${writer.text}, `, ')', file);
    if (!edits || response === undefined) return [];
    return [
      {
        title: `Use \`io.WriteString\` (if ${name} has a \`WriteString\` method, as the own writers of \`net/http\` have)`,
        kind: 'suggestion',
        edits: edits.map((edit) => ({ ...edit, file: file.path })),
        imports: ['io'],
        claim,
        obligations: responseObligations(writer, statement.startIndex, call.startIndex),
      },
    ];
  }
}

/** The text of `fmt.Fprintf(w, "%s", s)` and `fmt.Fprint(w, s)`, a string that is printed as it is. */
function printedText(
  call: Node,
  file: GoFile,
): { readonly write: WriteCall; readonly text: BasicType } | undefined {
  const callee = call.childForFieldName('function');
  const name = callee && importedFunction(file, callee);
  if (name !== 'fmt.Fprintf' && name !== 'fmt.Fprint') return undefined;
  // The arguments of go and defer are evaluated where the statement stands, the rest later.
  if (call.parent?.type === 'go_statement' || call.parent?.type === 'defer_statement') return undefined;
  const [writer, ...args] = argumentsOf(call);
  if (!writer) return undefined;
  const format = name === 'fmt.Fprintf' ? args.shift() : undefined;
  const [content, ...rest] = args;
  if (!content || rest.length > 0 || content.type === 'variadic_argument') return undefined;
  if (format && !/^(?:"%[sv]"|`%[sv]`)$/.test(unparenthesised(format).text)) return undefined;
  const text = basicType(content, file);
  if (text?.basic !== 'string') return undefined;
  if (text.declared && (!text.lacks('Format', 'Error', 'String') || isShadowed('string', call, file)))
    return undefined;
  const operand = writer.type === 'unary_expression' ? writer.childForFieldName('operand') : null;
  const addressed = operand && writer.childForFieldName('operator')?.text === '&' ? operand : writer;
  return {
    write: { call, how: 'io.WriteString', writer: addressed, content: unparenthesised(content) },
    text,
  };
}

/** The box of a string that fmt only hands on: `fmt.Fprintf(w, "%s", s)`. */
function checkPrinted(call: Node, file: GoFile): GoReport | undefined {
  const box = 'runtime.convTstring';
  if (!emits(call, file, box)) return undefined;
  const printed = printedText(call, file);
  if (!printed) return undefined;
  const { write, text } = printed;
  const { writer, content } = write;
  const of = typeOf(writer, file);
  const named = of?.named ?? of?.element?.named;
  const known = twins.find(({ path, name }) => named?.path === path && named.name === name);
  const response = known ? undefined : responseWriter(writer, file);
  if (!known && response === undefined) return undefined;
  if (!known && mayDiffer(writer, ['Write', 'WriteString'], file)) return undefined;
  const printer = call.childForFieldName('function')!.text;
  const fixes = fixPrinted();
  return {
    node: call,
    message: `${code(printer)} boxes ${code(content.text)} only to write it to ${code(writer.text)} as it is`,
    details: known
      ? '`WriteString` takes the string.'
      : '`io.WriteString` hands it over as it is where the writer has `WriteString`, as the own ones of `net/http` have.',
    allocation: {
      kind: 'interface conversion',
      cost: 'always',
      reason: 'the string is copied to the heap as an argument of fmt',
      evidence: [{ kind: 'emitted call', callee: box, count: 1 }],
    },
    fixes,
    restsOn: fixes.length > 0 ? 'its fix' : undefined,
  };

  function fixPrinted(): GoFix[] {
    const statement = enclosingStatement(call);
    const within = enclosingFunction(call);
    if (file.generated || !statement || !within || countsOtherwise(write, known)) return [];
    const [open, close] = text.declared ? ['string(', '))'] : ['', ')'];
    const claim = {
      effect: 'removes',
      within: [spanOf(within)],
      callees: [box],
      inlines: ['runtime.growslice'],
    } as const;
    if (known) {
      const operand = writer.type === 'unary_expression' || writer.type === 'binary_expression';
      const receiver = operand ? `(${writer.text})` : writer.text;
      const edits = replaceText(call, content, `${receiver}.WriteString(${open}`, close, file);
      if (!edits) return [];
      return [
        {
          title: `Use ${code(`${writer.text}.WriteString`)}`,
          kind: 'safe',
          edits: edits.map((edit) => ({ ...edit, file: file.path })),
          claim,
          obligations: twinObligations(write, known, statement.startIndex, file),
        },
      ];
    }
    if (!canImportAt(file, 'io', call)) return [];
    const head = `${importedAs(file, 'io')}.WriteString(${writer.text}, ${open}`;
    const edits = replaceText(call, content, head, close, file);
    if (!edits) return [];
    return [
      {
        title: `Use \`io.WriteString\` (if ${code(writer.text)} has a \`WriteString\` method, as the own writers of \`net/http\` have)`,
        kind: 'suggestion',
        edits: edits.map((edit) => ({ ...edit, file: file.path })),
        imports: ['io'],
        claim,
        obligations: responseObligations(writer, statement.startIndex, call.startIndex),
      },
    ];
  }
}

/** The other method of a bufio.Writer counts other bytes when the writer behind it fails, and the count is looked at. */
function countsOtherwise(write: WriteCall, twin: Twin | undefined): boolean {
  return twin?.path === 'bufio' && isCountSeen(write);
}

/** The spelled type when the writer is plainly an `http.ResponseWriter`. */
function responseWriter(writer: Node, file: GoFile): string | undefined {
  const spelled = spelledType(writer, file);
  const [, qualifier] = /^(\w+)\.ResponseWriter$/.exec(spelled ?? '') ?? [];
  return qualifier !== undefined && file.imports.get(qualifier) === 'net/http' ? spelled : undefined;
}

function responseObligations(writer: Node, at: number, id: number): Obligation[] {
  const check = `alloclensResponse${id}`;
  return [
    {
      states: `${writer.text} is an http.ResponseWriter`,
      at: 'file',
      code: `func ${check}(*alloclensHTTP.ResponseWriter) {}`,
      imports: { alloclensHTTP: 'net/http' },
    },
    {
      states: `${writer.text} is an http.ResponseWriter`,
      at,
      code: `if false { alloclensWriter := ${writer.text}; ${check}(&alloclensWriter) }`,
    },
  ];
}

/** A Write of this package that does not write bytes as an io.Writer does: other results. */
function isOtherWrite({ call }: WriteCall, file: GoFile): boolean {
  const symbols = [file.facts?.inlined(call), ...(file.facts?.emitted(call) ?? []).map((one) => one.callee)];
  return packageNames(file.pkg).methods.some(({ node }) => {
    if (node.childForFieldName('name')?.text !== 'Write') return false;
    const type = receiverType(node);
    if (type === undefined) return false;
    const own = symbols.some(
      (symbol) => symbol !== undefined && new RegExp(`(?:^|\\.)\\(?\\*?${type}\\)?\\.Write$`).test(symbol),
    );
    return own && !/^\(.*\bint,.*\berror\)$/.test(node.childForFieldName('result')?.text ?? '');
  });
}

/** A writer of this package that keeps what Write gets, or whose WriteString is another thing, could be the one. */
function isDistrusted({ how, writer }: WriteCall, file: GoFile): boolean {
  if (keepsItsArgument(file, 'Write')) return true;
  return how === 'io.WriteString' && mayDiffer(writer, ['Write', 'WriteString'], file);
}

/** The innermost loop around the call that does not repeat the variable's declaration. */
function loopBetween({ declaration }: Binding, call: Node, file: GoFile): Node | undefined {
  const graph = graphAround(file, call);
  const outside = graph?.loopsOf(declaration) ?? [];
  return graph?.loopsOf(call).find((loop) => loop.statement && !outside.includes(loop))?.statement;
}

/** A local array, or memory that the compiler left on the stack. */
function isOnStack(bytes: Node, file: GoFile): boolean {
  let root = unparenthesised(bytes);
  while (root.type === 'slice_expression') root = unparenthesised(root.childForFieldName('operand') ?? root);
  if (root.type !== 'identifier') return false;
  const binding = namesAround(file.root, root).resolve(root);
  if (binding?.kind !== 'variable') return false;
  const spelled = spelledType(root, file) ?? '';
  if (/^\[[^\]]/.test(spelled)) return !file.facts?.moved(binding.declaration);
  const value = initializer(binding);
  return (
    value !== undefined &&
    (file.facts?.decisions.some(
      ({ node, outcome }) =>
        outcome === 'stack' && value.startIndex <= node.startIndex && node.endIndex <= value.endIndex,
    ) ??
      false)
  );
}

/**
 * True when the bytes may be the writer's own memory (`buf.Bytes()`), which a write can move: the same variable at the
 * root, or one that was made from it.
 */
function sharesMemory(bytes: Node, writer: Node, file: GoFile): boolean {
  const roots = new Set<string>();
  for (const node of descendants(writer)) if (node.type === 'identifier') roots.add(node.text);
  for (const node of descendants(bytes)) {
    if (node.type !== 'identifier') continue;
    if (roots.has(node.text)) return true;
    const binding = namesAround(file.root, node).resolve(node);
    const values = [
      binding && initializer(binding),
      ...(binding?.uses ?? []).map((use) => use.node.parent?.parent?.childForFieldName('right') ?? undefined),
    ];
    for (const value of values) {
      if (!value) continue;
      for (const at of descendants(value)) if (at.type === 'identifier' && roots.has(at.text)) return true;
    }
  }
  return false;
}

function mentionsCall(node: Node): boolean {
  for (const at of descendants(node)) if (at.type === 'call_expression') return true;
  return false;
}

/** The call becomes `head` + the arguments of `formatted` + `)`; nothing when a comment would be lost. */
function replaceAround(
  call: Node,
  formatted: Node,
  head: string,
  separator: string,
  file: GoFile,
): TextEdit[] | undefined {
  const list = formatted.childForFieldName('arguments');
  if (!list) return undefined;
  const opening = list.startIndex + 1;
  const blank = /^\s/.test(file.text.slice(opening)) ? '' : separator;
  return edited(call, opening, list.endIndex - 1, head + blank, ')', file);
}

/** The call becomes `head` + `kept` + `tail`. */
function replaceText(
  call: Node,
  kept: Node,
  head: string,
  tail: string,
  file: GoFile,
): TextEdit[] | undefined {
  return edited(call, kept.startIndex, kept.endIndex, head, tail, file);
}

function edited(
  call: Node,
  start: number,
  end: number,
  head: string,
  tail: string,
  file: GoFile,
): TextEdit[] | undefined {
  const removed = file.text.slice(call.startIndex, start) + '\n' + file.text.slice(end, call.endIndex);
  if (/\/[/*]/.test(removed)) return undefined;
  return [
    { span: { start: call.startIndex, end: start }, newText: head },
    { span: { start: end, end: call.endIndex }, newText: tail },
  ];
}

/** `io.WriteString(w, string(b))` and `w.WriteString(string(b))` become `w.Write(b)`; `w.Write([]byte(s))` the mirror. */
function replaceContent(
  { call, how, writer, content }: WriteCall,
  kept: Node,
  method: string,
  file: GoFile,
): TextEdit[] | undefined {
  if (how === 'io.WriteString') {
    const operand = writer.type === 'unary_expression' || writer.type === 'binary_expression';
    const receiver = operand ? `(${writer.text})` : writer.text;
    return replaceText(call, kept, `${receiver}.${method}(`, ')', file);
  }
  const callee = unparenthesised(call.childForFieldName('function')!);
  const field = callee.childForFieldName('field')!;
  const around = unwrapped(parenthesized(content), kept, file);
  return around && [{ span: spanOf(field), newText: method }, ...around];
}
