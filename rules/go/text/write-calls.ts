import type { Node } from 'web-tree-sitter';
import type { TextEdit } from '../../model';
import { isUniverse } from '../syntax/universe';
import { importedFunction } from '../syntax/universe';
import { spelledType, typeOf } from '../types/types';
import type { Decision, GoFile, Obligation } from '../rule';
import { argumentsOf, unparenthesised } from '../syntax/nodes';
import { namesAround, type Binding } from '../syntax/names';
import { initializer } from '../syntax/assignments';

/** Calls that write one text: `w.Write(x)`, `w.WriteString(x)`, `io.WriteString(w, x)`. */
export interface WriteCall {
  readonly call: Node;
  readonly how: 'Write' | 'WriteString' | 'io.WriteString';
  /** The writer as written; `b` for `io.WriteString(&b, …)`. */
  readonly writer: Node;
  /** What is written, without parentheses around it. */
  readonly content: Node;
}

export function writeCall(call: Node, file: GoFile): WriteCall | undefined {
  const callee = unparenthesised(call.childForFieldName('function') ?? call);
  if (callee.type !== 'selector_expression') return undefined;
  const how = callee.childForFieldName('field')?.text;
  if (how !== 'Write' && how !== 'WriteString') return undefined;
  // The arguments of go and defer are evaluated where the statement stands, the rest later.
  if (call.parent?.type === 'go_statement' || call.parent?.type === 'defer_statement') return undefined;
  const args = argumentsOf(call);
  if (args.some((arg) => arg.type === 'variadic_argument')) return undefined;
  if (importedFunction(file, callee) === 'io.WriteString') {
    const [writer, content, ...rest] = args;
    if (!writer || !content || rest.length > 0) return undefined;
    const operand = writer.type === 'unary_expression' ? writer.childForFieldName('operand') : null;
    const addressed = operand && writer.childForFieldName('operator')?.text === '&' ? operand : writer;
    return { call, how: 'io.WriteString', writer: addressed, content: unparenthesised(content) };
  }
  const writer = callee.childForFieldName('operand');
  const [content, ...rest] = args;
  if (!writer || !content || rest.length > 0) return undefined;
  if (writer.type === 'identifier' && isPackage(writer, file)) return undefined;
  return { call, how, writer, content: unparenthesised(content) };
}

function isPackage(operand: Node, file: GoFile): boolean {
  return file.imports.has(operand.text) && !namesAround(file.root, operand).resolve(operand);
}

/** The operand of `[]byte(x)`. */
export function convertedToBytes(node: Node, file: GoFile): Node | undefined {
  const at = unparenthesised(node);
  if (at.type !== 'type_conversion_expression') return undefined;
  const type = unparenthesised(at.childForFieldName('type') ?? at);
  const operand = at.childForFieldName('operand');
  const element = type.type === 'slice_type' ? type.childForFieldName('element') : null;
  if (!operand || !element || !/^(?:byte|uint8)$/.test(element.text) || !isUniverse(file, element))
    return undefined;
  return unparenthesised(operand);
}

/** The operand of `string(x)`. */
export function convertedToString(node: Node, file: GoFile): Node | undefined {
  const at = unparenthesised(node);
  const callee = at.type === 'call_expression' ? at.childForFieldName('function') : null;
  if (callee?.type !== 'identifier' || callee.text !== 'string' || !isUniverse(file, callee))
    return undefined;
  const [operand, ...rest] = argumentsOf(at);
  return operand && rest.length === 0 ? operand : undefined;
}

/** Types of the standard library whose Write and WriteString do the same; import path and name. */
export const twins = [
  { path: 'strings', name: 'Builder' },
  { path: 'bytes', name: 'Buffer' },
  { path: 'bufio', name: 'Writer' },
  { path: 'os', name: 'File' },
] as const;

export type Twin = (typeof twins)[number];

/** The writer's type when the compiler says that the method called is one of `strings.Builder`, `bytes.Buffer`, … */
export function twinOf({ call, how }: WriteCall, file: GoFile): Twin | undefined {
  const inlined = file.facts?.inlined(call);
  const emitted = file.facts?.emitted(call).map(({ callee }) => callee) ?? [];
  return twins.find(({ path, name }) => {
    const symbol = `${path}.(*${name}).${how}`;
    return inlined === symbol || emitted.includes(symbol);
  });
}

/**
 * Proves that the writer is exactly this type, not one that embeds it and may have another method of the name. Without
 * type parameters: a module may declare a language that has none.
 */
export function twinObligations(write: WriteCall, twin: Twin, at: number, file: GoFile): Obligation[] {
  const { call, writer } = write;
  const { path, name } = twin;
  const qualifier = `alloclens${path.charAt(0).toUpperCase()}${path.slice(1)}`;
  const check = `alloclensType${call.startIndex}`;
  const states = `${writer.text} is a ${path}.${name} or a pointer to one`;
  return [
    { states, at: 'file', code: `func ${check}(*${qualifier}.${name}) {}`, imports: { [qualifier]: path } },
    { states, at, code: `if false { ${check}(${writerOperand(write, file).text}) }` },
  ];
}

/** How the writer is passed as an io.Writer, and whether its memory is on the stack as it is. */
export interface WriterOperand {
  /** `w`, or `&w` for a value whose methods have pointer receivers. */
  readonly text: string;
  /** The local variable that holds the writer, when an io.Writer of it would move it to the heap. */
  readonly onStack: Binding | undefined;
}

export function writerOperand(write: WriteCall, file: GoFile): WriterOperand {
  const { writer, call } = write;
  const spelled = spelledType(writer, file);
  const addressed = call.childForFieldName('arguments')?.firstNamedChild?.type === 'unary_expression';
  const byValue =
    write.how === 'io.WriteString'
      ? addressed && argumentsOf(call)[0]!.startIndex < writer.startIndex
      : spelled !== undefined && !spelled.startsWith('*') && hasPointerMethod(write, spelled, file);
  const text = byValue ? `&${writer.text}` : writer.text;
  return { text, onStack: stackVariable(writer, byValue, file) };
}

/** True when the method is declared for the pointer to the type that is spelled, and that is no interface. */
function hasPointerMethod({ call, how, writer }: WriteCall, spelled: string, file: GoFile): boolean {
  if (typeOf(writer, file)?.kind === 'interface') return false;
  const name = /(?<!\w)\w+$/.exec(spelled)?.[0];
  const symbol = `(*${name}).${how}`;
  const inlined = file.facts?.inlined(call) ?? '';
  return (
    inlined === symbol ||
    inlined.endsWith(`.${symbol}`) ||
    (file.facts?.emitted(call).some(({ callee }) => callee.endsWith(`.${symbol}`)) ?? false)
  );
}

/** The variable at the root of `x.y.z` when the memory of the expression is the variable's own, and stays on the stack. */
function stackVariable(writer: Node, byValue: boolean, file: GoFile): Binding | undefined {
  let root = unparenthesised(writer);
  while (root.type === 'selector_expression')
    root = unparenthesised(root.childForFieldName('operand') ?? root);
  if (root.type !== 'identifier') return undefined;
  const binding = namesAround(file.root, root).resolve(root);
  if (!binding) return undefined;
  const value = initializer(binding);
  if (value && stackDecision(value, file)) return binding;
  if (!byValue || isPointer(root, file)) return undefined;
  return file.facts?.moved(binding.declaration) ? undefined : binding;
}

/** `&T{}` or `new(T)`, perhaps in a function that is inlined here, that does not escape. */
function stackDecision(value: Node, file: GoFile): Decision | undefined {
  return file.facts?.decisions.find(
    ({ node, outcome, subject, text }) =>
      outcome === 'stack' &&
      subject === 'expression' &&
      node.startIndex === value.startIndex &&
      node.endIndex === value.endIndex &&
      /^(?:&|new\()/.test(text),
  );
}

function isPointer(root: Node, file: GoFile): boolean {
  const spelled = spelledType(root, file);
  if (spelled !== undefined) return spelled.startsWith('*') || typeOf(root, file)?.kind === 'interface';
  const binding = namesAround(file.root, root).resolve(root);
  const value = binding && initializer(binding);
  return value?.type === 'unary_expression' || value?.type === 'call_expression';
}

/** Takes away what stands around `kept` in `outer`, such as `[]byte(…)`; nothing when a comment would be lost. */
export function unwrapped(outer: Node, kept: Node, file: GoFile): TextEdit[] | undefined {
  const [start, end] = [outer.startIndex, outer.endIndex];
  if (start === kept.startIndex && end === kept.endIndex) return [];
  if (/\/[/*]/.test(file.text.slice(start, kept.startIndex) + '\n' + file.text.slice(kept.endIndex, end)))
    return undefined;
  return [
    { span: { start, end: kept.startIndex }, newText: '' },
    { span: { start: kept.endIndex, end }, newText: '' },
  ];
}

/**
 * True when somebody sees how many bytes were written: a bufio.Writer counts other ones in Write than in WriteString when the
 * writer behind it fails, because Write hands large texts on as they are.
 */
export function isCountSeen({ call }: WriteCall): boolean {
  const parent = call.parent;
  if (parent?.type === 'expression_statement') return false;
  const statement = parent?.type === 'expression_list' ? parent.parent : undefined;
  if (statement?.type !== 'assignment_statement' && statement?.type !== 'short_var_declaration') return true;
  return statement.childForFieldName('left')?.namedChild(0)?.text !== '_';
}
