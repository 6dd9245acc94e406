import type { Node } from 'web-tree-sitter';
import type { Evidence } from '../model';
import { checkFormatted } from './append-format';
import { basicType, checked } from './types/types';
import { formattedKey } from './text/key-formats';
import { importedFunction } from './syntax/universe';
import type { GoFile, GoFix, GoReport, GoRule, Obligation } from './rule';
import { argumentsOf, enclosingFunction, spanOf, unparenthesised } from './syntax/nodes';
import { enclosingStatement } from './syntax/names';
import { checkWrite } from './write-format';
import { canImportAt } from './edit/imports';
import { importedAs } from './edit/imports';
import { atLeast } from './syntax/version';
import { isShadowed } from './syntax/universe';
import { short } from './edit/layout';
import { code } from '../wording';

/** In hot code, a format that does no more than strconv, a concatenation or a constant would. */
export const rule: GoRule = {
  meta: {
    id: 'go/format-simple',
    summary: 'fmt.Sprintf of one value or of strings that a concatenation joins',
    fix: 'safe',
    recipe: 'Join strings with +, and turn one number into text with strconv, in place of a format',
    reports: 'hot only',
    sample: 'go/formatsimple',
  },
  check(file, report) {
    if (!file.facts) return;
    for (const call of file.root.descendantsOfType('call_expression')) {
      const found = check(call, file);
      if (found) report(found);
    }
  },
};

function check(call: Node, file: GoFile): GoReport | undefined {
  const callee = call.childForFieldName('function');
  const formatter = callee && importedFunction(file, callee);
  if (formatter !== 'fmt.Sprintf' && formatter !== 'fmt.Sprint' && formatter !== 'fmt.Errorf')
    return undefined;
  const emitted = file.facts!.emitted(call).map((one) => one.callee);
  if (!emitted.includes(formatter) || isOwned(call, file)) return undefined;
  const simple = formatter === 'fmt.Errorf' ? plainError(call, file) : plainText(call, formatter, file);
  const boxes = emitted.filter((name) => box.test(name)).length;
  const strings = emitted.filter((name) => name === 'runtime.convTstring').length;
  if (!simple || boxes < simple.boxes || strings < simple.strings)
    return formattedKey(call, formatter, file, rule.meta.sample);
  const evidence: Evidence[] = [{ kind: 'emitted call', callee: formatter, count: 1 }];
  if (boxes > 0)
    evidence.push({ kind: 'emitted call', callee: emitted.find((name) => box.test(name))!, count: boxes });
  evidence.push({ kind: 'measured sample', sample: rule.meta.sample });
  const fixes = fix(call, formatter, simple, file);
  return {
    node: call,
    message:
      formatter === 'fmt.Errorf'
        ? '`fmt.Errorf` formats a text without verbs'
        : `${code(formatter)} ${boxes > 0 ? 'boxes its arguments and ' : ''}parses a format`,
    details: `${code(simple.shown)} gives the same ${formatter === 'fmt.Errorf' ? 'error' : 'string'}.`,
    allocation: {
      kind: 'call',
      cost: 'always',
      reason: `${code(formatter)} takes its arguments as interfaces: values that are not pointers are copied to the heap`,
      evidence,
    },
    fixes,
    // The types of the arguments are what the declarations say; the compiler has the last word.
    restsOn: fixes.length > 0 ? 'its fix' : undefined,
  };
}

const box = /^runtime\.convT\w*$/;

interface Simple {
  readonly text: string;
  /** What the text is made with, for the message. */
  readonly shown: string;
  /** Several operands of +. */
  readonly concatenated: boolean;
  readonly imports: readonly string[];
  readonly obligations: readonly Obligation[];
  /** So many arguments must be boxed for the text to be a gain, so many of them strings. */
  readonly boxes: number;
  readonly strings: number;
  readonly uncounted?: boolean;
  readonly instead?: readonly string[];
  readonly inlines?: readonly string[];
}

/** `fmt.Errorf("text")`: Go 1.26 makes it cost what errors.New costs. */
function plainError(call: Node, file: GoFile): Simple | undefined {
  const [format, ...rest] = argumentsOf(call);
  if (atLeast(file.pkg.toolchain, 1, 26) || !format || rest.length > 0) return undefined;
  const parts = partsOf(format);
  if (parts?.length !== 1 || parts[0]!.kind !== 'text' || !canImportAt(file, 'errors', call))
    return undefined;
  const text = `${importedAs(file, 'errors')}.New(${parts[0]!.source})`;
  return {
    text,
    shown: 'errors.New',
    concatenated: false,
    imports: ['errors'],
    obligations: [],
    boxes: 0,
    strings: 0,
    // errors.New, which fmt.Errorf calls, too.
    inlines: ['runtime.newobject'],
  };
}

function plainText(call: Node, formatter: string, file: GoFile): Simple | undefined {
  const args = argumentsOf(call);
  if (args.some((arg) => arg.type === 'variadic_argument')) return undefined;
  const [format, ...values] = formatter === 'fmt.Sprint' ? [undefined, ...args] : args;
  const parts = format ? partsOf(format) : [{ kind: 'verb', verb: 'v' } as const];
  if (!parts || parts.filter(({ kind }) => kind === 'verb').length !== values.length) return undefined;
  // A format without verbs or text is not what this is about.
  if (parts.length === 0 || (!format && values.length !== 1)) return undefined;
  const at = enclosingStatement(call)?.startIndex;
  const operands: string[] = [];
  const obligations: Obligation[] = [];
  let read = 0;
  let boxed = 0;
  let made = 0;
  for (const part of parts) {
    if (part.kind === 'text') {
      operands.push(part.source);
      continue;
    }
    const value = values[read]!;
    const operand = operandOf(value, part.verb, file);
    if (!operand || at === undefined) return undefined;
    operands.push(operand.text);
    if (operand.boxed) boxed++;
    if (operand.makes) made++;
    obligations.push(...isOf(operand.type, value, at));
    read++;
  }
  const text = operands.join(plusAround(call, file));
  const usesStrconv = text.includes('\0');
  if (usesStrconv && !canImportAt(file, 'strconv', call)) return undefined;
  const concatenated = operands.length > 1;
  // More than the runtime joins without a list, and more than is easy to read.
  if (operands.length > 5) return undefined;
  const written = text.replaceAll('\0', `${importedAs(file, 'strconv')}.`);
  return {
    text: written,
    shown: concatenated ? `a concatenation${usesStrconv ? ' with strconv' : ''}` : written,
    concatenated,
    imports: usesStrconv ? ['strconv'] : [],
    obligations,
    // The gain is in the boxes. Each number in a concatenation is a string of its own, whose box is not always one.
    boxes: boxed,
    strings: concatenated ? Math.max(1, made) : 0,
    // Of one byte the text is free or as long as that of Sprintf: the gain is not in the number of allocations.
    uncounted: made > 0 && boxed === 0 && !concatenated,
    instead: [
      'runtime.concatstrings',
      ...[2, 3, 4, 5].map((n) => `runtime.concatstring${n}`),
      ...['Itoa', 'FormatInt', 'FormatUint'].flatMap((name) => [
        `strconv.${name}`,
        `internal/strconv.${name}`,
      ]),
    ],
  };
}

/** The compiler has the last word about a type: `int`, or `~int` for one that is made of it. */
function isOf(type: string, value: Node, at: number): Obligation[] {
  const states = `${short(value.text)} is of type ${type}`;
  if (!type.startsWith('~')) return [{ states, at, code: `if false { var _ ${type} = ${value.text} }` }];
  const name = `alloclensIsOf${value.startIndex}`;
  return [
    { states, at: 'file', code: `func ${name}[T ${type}](T) {}` },
    { states, at, code: `if false { ${name}(${value.text}) }` },
  ];
}

interface Operand {
  /** `\0` stands for the name of strconv. */
  readonly text: string;
  /** Source of the type's constraint, and the words for it: `~int8`. */
  readonly type: string;
  /** As an argument of fmt it is copied to the heap. */
  readonly boxed: boolean;
  /** Its text is a string of its own, which the concatenation then copies. */
  readonly makes: boolean;
}

/** Verbs for which fmt calls a String or Error method (fmt/print.go, handleMethods); a Format method it calls for all. */
const callsMethods = /^[svx]$/;

/** What a verb makes of a value of a known type. */
function operandOf(value: Node, verb: string, file: GoFile): Operand | undefined {
  const known = basicType(value, file);
  if (!known) return undefined;
  const { basic, declared, spelled } = known;
  if (declared && !known.lacks('Format', ...(callsMethods.test(verb) ? ['String', 'Error'] : [])))
    return undefined;
  const { text } = value;
  const type = declared ? `~${basic}` : basic;
  const constant = checked(unparenthesised(value), file)?.constant !== undefined;
  const converted = (wanted: string): string | undefined => {
    if (spelled === wanted || (!declared && basic === wanted)) return text;
    return isShadowed(wanted, value, file) ? undefined : `${wanted}(${text})`;
  };
  if (basic === 'string') {
    const written = /^[sv]$/.test(verb) ? converted('string') : undefined;
    return written === undefined ? undefined : { text: written, type, boxed: false, makes: false };
  }
  if (basic === 'bool') {
    const written = /^[tv]$/.test(verb) ? converted('bool') : undefined;
    return written === undefined
      ? undefined
      : { text: `\0FormatBool(${written})`, type, boxed: false, makes: false };
  }
  const base = { d: 10, v: 10, x: 16 }[verb];
  if (base === undefined || !/^u?int(?:8|16|32|64)?$/.test(basic)) return undefined;
  const wanted = basic === 'int' && base === 10 ? 'int' : basic.startsWith('u') ? 'uint64' : 'int64';
  const written = converted(wanted);
  if (written === undefined) return undefined;
  const call =
    wanted === 'int'
      ? `Itoa(${written})`
      : `Format${wanted === 'int64' ? 'Int' : 'Uint'}(${written}, ${base})`;
  // Constants and single bytes lie in read-only memory already.
  return { text: `\0${call}`, type, boxed: !constant && !basic.endsWith('8'), makes: true };
}

type Part =
  { readonly kind: 'text'; readonly source: string } | { readonly kind: 'verb'; readonly verb: string };

/** A literal format as literals and verbs without flags; undefined for any other format. */
function partsOf(format: Node): Part[] | undefined {
  const node = unparenthesised(format);
  if (node.type !== 'interpreted_string_literal' && node.type !== 'raw_string_literal') return undefined;
  const quote = node.text.charAt(0);
  const text = node.text.slice(1, -1);
  // A percent sign in disguise.
  if (quote === '"' && /\\(?:x25|045|u0025|U00000025)/.test(text)) return undefined;
  const parts: Part[] = [];
  let literal = '';
  const flush = (): void => {
    if (literal !== '') parts.push({ kind: 'text', source: quote + literal + quote });
    literal = '';
  };
  for (let i = 0; i < text.length; i++) {
    const character = text.charAt(i);
    if (character !== '%') {
      literal += character;
      continue;
    }
    const verb = text.charAt(++i);
    if (verb === '%') literal += '%';
    else if (/^[dsvtx]$/.test(verb)) {
      flush();
      parts.push({ kind: 'verb', verb });
    } else return undefined;
  }
  flush();
  return parts;
}

/** True when the text is appended, converted, copied or written, and the rule about that reports it. */
function isOwned(call: Node, file: GoFile): boolean {
  let at: Node | null = call.parent;
  for (let steps = 0; at && steps < 8; steps++, at = at.parent) {
    if (at.type === 'call_expression' || at.type === 'type_conversion_expression') {
      if (at.type === 'call_expression' && checkWrite(at, file)) return true;
      if (checkFormatted(at, file, new Map<number, Set<string>>())) return true;
      // copy(dst, F) is reported at F.
    } else if (!/^(?:argument_list|variadic_argument|parenthesized_expression)$/.test(at.type)) break;
  }
  return checkFormatted(call, file, new Map<number, Set<string>>()) !== undefined;
}

/** gofmt writes + without blanks around it between several arguments; inside a sum, as that is written. */
function plusAround(call: Node, file: GoFile): string {
  const parent = call.parent;
  const plus = parent?.type === 'binary_expression' ? parent.childForFieldName('operator') : null;
  if (plus) return file.text.charAt(plus.startIndex - 1) === ' ' ? ' + ' : '+';
  return parent?.type === 'argument_list' && parent.namedChildCount > 1 ? '+' : ' + ';
}

function fix(call: Node, formatter: string, simple: Simple, file: GoFile): GoFix[] {
  const within = enclosingFunction(call);
  if (file.generated || !within || call.descendantsOfType('comment').length > 0) return [];
  // What the text is cut from or indexed; everything else that takes a string binds weaker than +.
  const cut = /^(?:slice|index)_expression$/.test(call.parent?.type ?? '');
  const tight = cut && call.parent!.childForFieldName('operand')?.id === call.id;
  return [
    {
      title:
        formatter === 'fmt.Errorf'
          ? 'Use `errors.New`'
          : `Use ${simple.concatenated ? 'a concatenation' : code(simple.text)}`,
      kind: 'safe',
      edits: [{ file: file.path, span: spanOf(call), newText: tight ? `(${simple.text})` : simple.text }],
      imports: simple.imports,
      claim: {
        effect: 'removes',
        within: [spanOf(within)],
        callees: [
          formatter,
          ...['', '16', '32', '64', 'string', 'slice', 'noptr'].map((kind) => `runtime.convT${kind}`),
        ],
        ...(simple.uncounted ? { uncounted: true } : simple.instead && { instead: simple.instead }),
        ...(simple.inlines && { inlines: simple.inlines }),
      },
      obligations: simple.obligations,
    },
  ];
}
