import type { Node } from 'web-tree-sitter';
import type { Evidence, TextEdit } from '../model';
import { typeObligations } from './text/append-forms';
import { conversionCost, conversionOf, emittedConversion, type Conversion } from './text/conversions';
import { cutTexts, type CutText } from './text/cut-text';
import { hoists } from './text/hoisted-conversion';
import { mirrorOf, type Mirror } from './text/mirror-functions';
import { bufferText, plainForm, plainFormNodes, type BufferText } from './text/plain-forms';
import { typeOf } from './types/types';
import type { GoFile, GoFix, GoReport, GoRule } from './rule';
import { argumentsOf, enclosingFunction, spanOf, unparenthesised } from './syntax/nodes';
import { isPure } from './flow/trip-count';
import { enclosingStatement, namesAround } from './syntax/names';
import { byPlace } from './edit/layout';
import { canImportAt } from './edit/imports';
import { packageNames } from './syntax/package-names';
import { isShadowed } from './syntax/universe';
import { code } from '../wording';

/** A string or []byte that is converted, and copied, only because the other twin of a function was called. */
export const rule: GoRule = {
  meta: {
    id: 'go/needless-conversion',
    summary: 'a conversion between string and []byte that copies and is not needed',
    fix: 'safe',
    recipe: 'Keep one form: most functions of strings have a twin in bytes, and writers take both',
    reports: 'allocation',
    sample: 'go/needlessconversion',
  },
  check(file, report) {
    if (!file.facts) return;
    const replaced = new Set<number>();
    for (const cut of cutTexts(file)) {
      for (const { node } of [cut.conversion, ...cut.copied]) replaced.add(node.id);
      report(ofCut(cut, file));
    }
    for (const node of file.root.descendantsOfType(plainFormNodes)) {
      const isCall = node.type === 'call_expression';
      const found =
        (isCall ? (ofCopy(node, file) ?? ofMirror(node, file)) : undefined) ?? ofPlain(node, file);
      if (!found || found.conversions.some((conversion) => replaced.has(conversion.node.id))) continue;
      for (const { node } of found.conversions) replaced.add(node.id);
      report(found.report);
    }
    for (const { conversions, loop, name, edits } of hoists(file, replaced)) {
      const { node, operand, callee } = conversions[0]!;
      const body = loop.childForFieldName('body')!;
      report({
        node,
        message: `${code(node.text)} copies ${code(operand.text)} in each iteration, unchanged`,
        allocation: {
          kind: 'conversion',
          cost: conversionCost(conversions[0]!, file),
          reason: `a conversion copies the bytes${sizeOf(conversions[0]!, file)}, and the loop repeats it`,
          evidence: evidenceOf(conversions[0]!),
        },
        fixes: file.generated
          ? []
          : [
              {
                title: `Convert ${code(operand.text)} once, before the loop, to ${code(name)}`,
                kind: 'safe',
                edits: edits.map((edit) => ({ ...edit, file: file.path })),
                claim: { effect: 'moves', within: [spanOf(body)], callees: [callee] },
              },
            ],
      });
    }
  },
};

interface Found {
  readonly report: GoReport;
  /** The conversions that the finding is about. */
  readonly conversions: readonly Conversion[];
}

/** `query := []byte(s)`, of which pieces are cut off and looked at: the string is cut in the same way. */
function ofCut({ conversion, copied, endsInside, edits }: CutText, file: GoFile): GoReport {
  const { node, operand, callee } = conversion;
  const within = enclosingFunction(node)!;
  const isLost = edits.some(({ span }) => /\/[/*]/.test(file.text.slice(span.start, span.end)));
  const conditions = [
    ...(copied.length > 0 ? [`a piece may keep all of ${code(operand.text)} in memory`] : []),
    ...(endsInside ? [] : ['no piece is cut behind the end of its text']),
  ];
  const suffix = conditions.length > 0 ? ` (if ${conditions.join(', and ')})` : '';
  return {
    node,
    message: `${code(node.text)} copies a text only to cut pieces off and look at them`,
    details:
      'A string is cut like bytes, and cutting it copies nothing; `strings` has the functions that `bytes` has.',
    allocation: {
      ...allocationOf(conversion, file),
      alsoAt: copied.map((one) => ({ span: spanOf(one.node) })),
    },
    fixes:
      file.generated || isLost || !canImportAt(file, 'strings', node)
        ? []
        : [
            {
              title: `Cut ${code(operand.text)} itself${suffix}`,
              kind: conditions.length > 0 ? 'suggestion' : 'safe',
              edits: [...edits].sort(byPlace).map((edit) => ({ ...edit, file: file.path })),
              imports: ['strings'],
              claim: {
                effect: 'removes',
                within: [spanOf(within)],
                callees: [callee, 'runtime.slicebytetostring'],
              },
            },
          ],
  };
}

/** A copy with a form that says the same without one. */
function ofPlain(node: Node, file: GoFile): Found | undefined {
  const form = plainForm(node, file);
  if (!form) return undefined;
  const within = enclosingFunction(node);
  const isLost = form.edits.some(({ span }) =>
    /\/[/*]/.test(commentable(file.text.slice(span.start, span.end))),
  );
  const importable = (form.imports ?? []).every((path) => canImportAt(file, path, node));
  const fixed = !file.generated && form.edits.length > 0 && within && !isLost && importable;
  const report: GoReport = {
    node: form.node,
    message: form.message,
    allocation: {
      kind: form.conversions.length > 0 ? 'conversion' : 'call',
      cost: form.cost,
      reason: form.reason,
      evidence: [
        { kind: 'emitted call', callee: form.callees[0]!, count: 1 },
        { kind: 'measured sample', sample: rule.meta.sample },
      ],
    },
    fixes: fixed
      ? [
          {
            title: form.title,
            kind: form.kind,
            edits: [...form.edits].sort(byPlace).map((edit) => ({ ...edit, file: file.path })),
            ...(form.imports && { imports: form.imports }),
            claim: {
              effect: 'removes',
              within: [spanOf(within)],
              callees: form.callees,
              ...(form.instead && { instead: form.instead }),
            },
          },
        ]
      : [],
  };
  return { report, conversions: form.conversions };
}

/** The text without its strings: what looks like a comment in one is none. */
function commentable(source: string): string {
  return source.replaceAll(/"(?:\\.|[^"\\])*"|`[^`]*`/g, '""');
}

/** `append(b, string(c)...)`, `copy(b, string(c))` and their reverses: both builtins take strings and byte slices. */
function ofCopy(call: Node, file: GoFile): Found | undefined {
  const callee = unparenthesised(call.childForFieldName('function') ?? call);
  const builtin = callee.text;
  if (callee.type !== 'identifier' || (builtin !== 'append' && builtin !== 'copy')) return undefined;
  const [destination, source, ...rest] = argumentsOf(call);
  if (!destination || !source || rest.length > 0 || isShadowed(builtin, call, file)) return undefined;
  if ((source.type === 'variadic_argument') !== (builtin === 'append')) return undefined;
  const conversion = conversionOf(source.type === 'variadic_argument' ? source.namedChild(0)! : source, file);
  if (!conversion || !emittedConversion(conversion, file)) return undefined;
  const operand = code(conversion.operand.text);
  const report: GoReport = {
    node: conversion.node,
    message: `${code(conversion.node.text)} copies the bytes, and \`${builtin}\` copies them again`,
    allocation: allocationOf(conversion, file),
    fixes: fixes(call, [conversion], `Pass ${operand} to \`${builtin}\` as it is`, [], undefined, file),
  };
  return { report, conversions: [conversion] };
}

/** `strings.Contains(string(b), "x")`: `bytes.Contains` says the same without the copy. */
function ofMirror(call: Node, file: GoFile): Found | undefined {
  const mirror = mirrorOf(call, file);
  if (!mirror) return undefined;
  const args = argumentsOf(call);
  if (args.length !== mirror.parameters.length) return undefined;
  const conversions: Conversion[] = [];
  const buffers: BufferText[] = [];
  const edits: TextEdit[] = [...mirror.edits];
  for (const [i, argument] of args.entries()) {
    const conversion = conversionOf(argument, file);
    // What runs behind the copy could change the bytes: the twin would see it.
    if (i > 0 && !isQuiet(conversion?.operand ?? argument, file)) return undefined;
    if (mirror.parameters[i] === 'same') continue;
    const buffer = mirror.from === 'string' ? bufferText(argument, file) : undefined;
    if (conversion?.to === mirror.from) conversions.push(conversion);
    else if (buffer) {
      buffers.push(buffer);
      edits.push({ span: spanOf(buffer.field), newText: 'Bytes' });
    } else if (mirror.from === 'string' && isConstant(argument, file)) {
      edits.push({ span: { start: argument.startIndex, end: argument.startIndex }, newText: '[]byte(' });
      edits.push({ span: { start: argument.endIndex, end: argument.endIndex }, newText: ')' });
    } else return undefined;
  }
  const costly = conversions.find(
    (conversion) => mirror.inCallee !== undefined || emittedConversion(conversion, file),
  );
  const [buffer] = buffers;
  if (!costly && buffer)
    return { report: ofBuffer(call, buffer, mirror, conversions, edits, file), conversions };
  if (!costly) return undefined;
  // Four bytes at most have room on the stack.
  if (/Rune(?:InString)?$/.test(mirror.name) && mirror.name.startsWith('utf8.') && hasEnd(costly.operand))
    return undefined;
  const operand = code(costly.operand.text);
  const report: GoReport = {
    node: costly.node,
    message:
      mirror.inCallee === undefined
        ? `${code(costly.node.text)} is a copy for ${code(mirror.name)}; ${code(mirror.twin)} needs none`
        : `${code(mirror.name)} copies ${operand} to a string; ${code(mirror.twin)} does not`,
    allocation:
      mirror.inCallee === undefined
        ? allocationOf(costly, file)
        : {
            kind: 'call',
            cost: 'conditional',
            reason: mirror.inCallee.reason,
            evidence: [{ kind: 'emitted call', callee: mirror.inCallee.callees[0]!, count: 1 }],
          },
    fixes: fixes(call, conversions, `Use ${code(mirror.twin)}`, edits, mirror, file),
  };
  return { report, conversions };
}

/** `strings.Contains(buf.String(), "x")`: the buffer shows its bytes. */
function ofBuffer(
  call: Node,
  { call: copied, buffer }: BufferText,
  mirror: Mirror,
  conversions: readonly Conversion[],
  edits: readonly TextEdit[],
  file: GoFile,
): GoReport {
  // The text of a nil buffer is "<nil>".
  const isPointer = typeOf(buffer, file)?.kind !== 'struct';
  const title = `Use ${code(mirror.twin)}${isPointer ? ` (if ${code(buffer.text)} is not nil)` : ''}`;
  return {
    node: copied,
    message: `${code(copied.text)} is a copy for ${code(mirror.name)}; ${code(mirror.twin)} needs none`,
    allocation: {
      kind: 'call',
      cost: 'conditional',
      reason: 'String copies what the buffer holds, and Bytes shows it',
      evidence: [
        { kind: 'emitted call', callee: bufferCopy, count: 1 },
        { kind: 'measured sample', sample: rule.meta.sample },
      ],
    },
    fixes: fixes(call, conversions, title, edits, mirror, file).map((fix) => ({
      ...fix,
      kind: isPointer ? 'suggestion' : fix.kind,
      claim: { ...fix.claim!, callees: [...fix.claim!.callees, bufferCopy, 'bytes.(*Buffer).String'] },
    })),
  };
}

const bufferCopy = 'runtime.slicebytetostring';

function allocationOf(conversion: Conversion, file: GoFile): GoReport['allocation'] {
  return {
    kind: 'conversion',
    cost: conversionCost(conversion, file),
    reason: `the conversion copies the bytes${sizeOf(conversion, file)}`,
    evidence: evidenceOf(conversion),
  };
}

function evidenceOf({ callee }: Conversion): Evidence[] {
  return [
    { kind: 'emitted call', callee, count: 1 },
    { kind: 'measured sample', sample: rule.meta.sample },
  ];
}

/** runtime.tmpBuf: 32 bytes, for results that stay on the stack. */
function sizeOf(conversion: Conversion, file: GoFile): string {
  return conversionCost(conversion, file) === 'conditional'
    ? ' to the heap when they are more than 32'
    : ' to the heap';
}

function fixes(
  call: Node,
  conversions: readonly Conversion[],
  title: string,
  more: readonly TextEdit[],
  mirror: Mirror | undefined,
  file: GoFile,
): GoFix[] {
  const edits = [...more];
  for (const { node, operand } of conversions) {
    edits.push({ span: { start: node.startIndex, end: operand.startIndex }, newText: '' });
    edits.push({ span: { start: operand.endIndex, end: node.endIndex }, newText: '' });
  }
  if (file.generated || edits.some(({ span }) => /\/[/*]/.test(file.text.slice(span.start, span.end))))
    return [];
  const path = mirror?.import;
  if (path !== undefined && !canImportAt(file, path, call)) return [];
  const within = enclosingFunction(call);
  const at = enclosingStatement(call)?.startIndex ?? 'file';
  const callees = new Set([...conversions.map(({ callee }) => callee), ...(mirror?.inCallee?.callees ?? [])]);
  return [
    {
      title,
      kind: 'safe',
      edits: edits.sort(byPlace).map((edit) => ({ ...edit, file: file.path })),
      ...(path !== undefined && { imports: [path] }),
      claim: { effect: 'removes', within: within ? [spanOf(within)] : [], callees: [...callees] },
      ...(mirror?.receiver && {
        obligations: typeObligations(
          mirror.receiver,
          { path: 'regexp', name: 'Regexp' },
          at,
          call.startIndex + 1,
        ),
      }),
    },
  ];
}

/** `b[:n]`, as it is written to cut out one rune. */
function hasEnd(operand: Node): boolean {
  return operand.type === 'slice_expression' && operand.childForFieldName('end') !== null;
}

/** True when evaluating the expression runs no code of others: names, fields, elements, literals, `len`. */
function isQuiet(node: Node, file: GoFile): boolean {
  if (isPure(node) || /^(?:rune|float)_literal$/.test(node.type)) return true;
  if (node.type === 'call_expression') {
    const callee = node.childForFieldName('function')?.text ?? '';
    return (
      /^(?:len|cap|byte|rune|int)$/.test(callee) &&
      !isShadowed(callee, node, file) &&
      argumentsOf(node).every((argument) => isQuiet(argument, file))
    );
  }
  const conversion = conversionOf(node, file);
  if (conversion) return isQuiet(conversion.operand, file);
  if (node.type === 'unary_expression' && !/^[-+^]$/.test(node.childForFieldName('operator')?.text ?? ''))
    return false;
  return (
    /^(?:unary|binary)_expression$/.test(node.type) &&
    node.namedChildren.every((child) => isQuiet(child, file))
  );
}

/** A string literal, a constant, or a concatenation of such: as a []byte it needs no copy. */
function isConstant(argument: Node, file: GoFile): boolean {
  const node = unparenthesised(argument);
  switch (node.type) {
    case 'interpreted_string_literal':
    case 'raw_string_literal':
      return true;
    case 'identifier': {
      const binding = namesAround(file.root, node).resolve(node);
      return binding ? binding.kind === 'constant' : packageNames(file.pkg).constants.has(node.text);
    }
    case 'binary_expression':
      return node.namedChildren.every((child) => isConstant(child, file));
    default:
      return false;
  }
}
