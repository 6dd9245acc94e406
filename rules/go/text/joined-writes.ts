import type { Node } from 'web-tree-sitter';
import { code } from '../../wording';
import { isHot } from '../heat/static-heat';
import { isOrderSeen } from '../flow/order';
import { calleeOf } from '../flow/calls';
import type { GoFile, GoFix, GoReport } from '../rule';
import { argumentsOf, descendants, enclosingFunction, spanOf, unparenthesised } from '../syntax/nodes';
import { namesAround, parenthesized, type Binding } from '../syntax/names';
import { builderWrite, operandsOf } from './builder-writes';
import { indentAt, lineEnd, startsLine } from '../edit/layout';
import { twinObligations, twinOf, writeCall, type WriteCall } from './write-calls';

const concatenates = /^runtime\.concatstring/;

/**
 * `w.WriteString(a + b)` in hot code, where the writer gathers what it gets: two writes make no string. Also of a function of the
 * package that only writes its parameter.
 * @param sample of the rule that reports it
 */
export function checkJoined(call: Node, file: GoFile, sample: string): GoReport | undefined {
  const write = writeCall(call, file);
  const joined = write?.how === 'WriteString' ? write.content : undefined;
  const twin = write && joined ? twinOf(write, file) : undefined;
  if (write && joined && twin && twin.path !== 'os')
    return reportOf(call, joined, code(write.writer.text), file, sample, fixOf(write, joined, file));
  return write ? undefined : checkHelper(call, file, sample);
}

/** `writeName(w, a + b)`, where the function does nothing with the text but write it. */
function checkHelper(call: Node, file: GoFile, sample: string): GoReport | undefined {
  const args = argumentsOf(call);
  const place = args.findIndex((argument) => isSum(unparenthesised(argument)));
  const callee = place < 0 ? undefined : calleeOf(file, call);
  if (callee?.kind !== 'own' || args.some(({ type }) => type === 'variadic_argument')) return undefined;
  const names = (callee.fn.childForFieldName('parameters')?.namedChildren ?? []).flatMap((parameter) =>
    parameter.type === 'parameter_declaration' ? parameter.childrenForFieldName('name') : [],
  );
  const name = names.length === args.length ? names[place] : undefined;
  const parameter = name && namesAround(callee.file.root, name).resolve(name);
  if (!parameter || parameter.uses.length === 0) return undefined;
  const isWritten = parameter.uses.every(({ node }) => {
    const list = parenthesized(node).parent;
    const write =
      list?.type === 'argument_list' && list.parent ? writeCall(list.parent, callee.file) : undefined;
    return (
      write?.how === 'WriteString' && write.content.id === node.id && twinOf(write, callee.file) !== undefined
    );
  });
  if (!isWritten) return undefined;
  const called = code(call.childForFieldName('function')!.text);
  return reportOf(
    args[place]!,
    unparenthesised(args[place]!),
    `what ${called} writes to`,
    file,
    sample,
    undefined,
  );
}

function isSum(node: Node): boolean {
  return operandsOf(node).length > 1;
}

function reportOf(
  node: Node,
  joined: Node,
  target: string,
  file: GoFile,
  sample: string,
  fix: GoFix | undefined,
): GoReport | undefined {
  if (!isSum(joined) || !isHot(file, node)) return undefined;
  const emitted = file.facts?.emitted(joined).find(({ callee }) => concatenates.test(callee));
  if (!emitted) return undefined;
  const stays = file.facts?.decision(joined)?.outcome === 'stack';
  return {
    node,
    message: `${code(joined.text)} is joined only to be written to ${target}`,
    allocation: {
      kind: 'string concatenation',
      cost: stays ? 'conditional' : 'always',
      reason: stays
        ? 'the joined text is allocated when it has more than 32 bytes, although it does not escape'
        : 'the joined text is allocated, and the writer copies it',
      evidence: [
        { kind: 'emitted call', callee: emitted.callee, count: 1 },
        { kind: 'measured sample', sample },
      ],
    },
    ...(fix && { fixes: [fix] }),
    noFix: fix ? undefined : 'what is written, and when, would be another thing if one of the parts fails',
  };
}

/** A write for each part, where nobody sees whether all have been worked out before the first is written. */
function fixOf(write: WriteCall, joined: Node, file: GoFile): GoFix | undefined {
  const { call, writer } = write;
  const statement = call.parent;
  const within = enclosingFunction(call);
  const twin = twinOf(write, file)!;
  const { text } = file;
  if (file.generated || statement?.type !== 'expression_statement' || !within) return undefined;
  if (statement.parent?.type !== 'statement_list' || statement.descendantsOfType('comment').length > 0)
    return undefined;
  const parts = operandsOf(joined);
  const root = rootOf(writer);
  const target = root && namesAround(file.root, root).resolve(root);
  if (isOrderSeen(parts, target, file) || !(isSimple(writer) && target)) return undefined;
  // What panics has written nothing, and then would have written what stands before it.
  if (!isOwn(target, within) && parts.slice(1).some((part) => !isSafe(part))) return undefined;
  const writes = parts.map((part) => {
    const { before, kept, after, asWriter } = builderWrite(part, writer.text, file);
    return asWriter
      ? `${writer.text}.WriteString(${part.text})`
      : before + text.slice(kept.start, kept.end) + after;
  });
  const separator = startsLine(text, statement.startIndex)
    ? lineEnd(text) + indentAt(text, statement.startIndex)
    : '; ';
  return {
    title: `Write the ${parts.length} parts one by one`,
    kind: 'safe',
    edits: [{ file: file.path, span: spanOf(statement), newText: writes.join(separator) }],
    claim: {
      effect: 'removes',
      within: [spanOf(within)],
      callees: [
        'runtime.concatstring2',
        'runtime.concatstring3',
        'runtime.concatstring4',
        'runtime.concatstring5',
        'runtime.concatstrings',
      ],
      inlines: ['runtime.growslice'],
    },
    obligations: twinObligations(write, twin, statement.startIndex, file),
  };
}

/** `w`, `x.y.w`. */
function isSimple(writer: Node): boolean {
  const node = unparenthesised(writer);
  if (node.type === 'identifier') return true;
  const operand = node.type === 'selector_expression' ? node.childForFieldName('operand') : null;
  return operand !== null && isSimple(operand);
}

function rootOf(writer: Node): Node | undefined {
  let root = unparenthesised(writer);
  while (root.type === 'selector_expression')
    root = unparenthesised(root.childForFieldName('operand') ?? root);
  return root.type === 'identifier' ? root : undefined;
}

/** Of each variable, whether it is its function's own. */
const own = new WeakMap<Binding, boolean>();

/** A variable of the function, which no deferred call of it sees when it panics. */
function isOwn(binding: Binding, fn: Node): boolean {
  const { kind, owner, uses } = binding;
  if (kind !== 'variable' || owner.id !== fn.id) return false;
  let known = own.get(binding);
  if (known === undefined) {
    known =
      uses.every((use) => use.owner.id === fn.id) && fn.descendantsOfType('defer_statement').length === 0;
    own.set(binding, known);
  }
  return known;
}

/** Cannot panic: names, literals, and pieces of neither. */
function isSafe(part: Node): boolean {
  for (const node of descendants(part))
    if (
      !/^(?:identifier|interpreted_string_literal|raw_string_literal|rune_literal|int_literal|parenthesized_expression|interpreted_string_literal_content|raw_string_literal_content|escape_sequence)$/.test(
        node.type,
      )
    )
      return false;
  return true;
}
